-- What a shop has anyway. Its role has rights on this table and none in the extension.
CREATE TABLE users (
  id bigint PRIMARY KEY,
  cdnow_id text NOT NULL,
  registered_at timestamptz NOT NULL,
  wanted_code text,
  referred_by text
);
CREATE ROLE demo_shop LOGIN;
GRANT SELECT, INSERT ON users TO demo_shop;
