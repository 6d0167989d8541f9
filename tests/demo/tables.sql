-- What a shop has anyway. Its role has rights on these tables and none in the extension.
CREATE TABLE users (
  id bigint PRIMARY KEY,
  cdnow_id text NOT NULL,
  registered_at timestamptz NOT NULL,
  wanted_code text,
  referred_by text
);
CREATE TABLE payments (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users,
  amount numeric(10,2) NOT NULL,
  paid_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'paid'
);
CREATE ROLE demo_shop LOGIN;
GRANT SELECT, INSERT ON users TO demo_shop;
GRANT SELECT, INSERT, UPDATE ON payments TO demo_shop;
