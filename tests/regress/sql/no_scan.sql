-- Nothing on the path of a sign-up reads a table from end to end, neither in a session that began with empty tables nor in one that began with full ones.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = warning;
SELECT referrals.define_program('default', '{"currency": "USD", "window": "month", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}, {"name": "Silver", "from": 10, "rates": {"signup": {"flat": "15.00"}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
\set small '{program,plan,environment}'
\i :dir/scans.psql
-- Every kind of sign-up there is, one at a time: new, referred, with an unknown code, known already, with a code that is taken, days apart.
CREATE PROCEDURE sign_up_one_by_one(first bigint, last bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN first..last LOOP
    INSERT INTO app.users VALUES (i, 'P' || lpad(i::text, 7, '0'), CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'NOSUCHCODE' ELSE 'P' || lpad((i / 2 + 1)::text, 7, '0') END,
                                  timestamptz '2026-01-05 12:00+00' + (i % 7) * interval '10 days');
    PERFORM referrals.register(i::text, 'P0000001');
    PERFORM referrals.code_of(i::text), referrals.lookup('p-' || lpad(i::text, 7, '0')), referrals.tier_of(i::text, '2026-01-05 12:00+00'), referrals.mode();
    COMMIT;
  END LOOP;
END $$;

-- Small tables first: plans are made and kept here, while the tables are nearly empty.
CALL sign_up_one_by_one(1, 100);
-- Then many rows, at once, and statistics that know of them.
INSERT INTO users SELECT i, 'P' || lpad(i::text, 7, '0'), CASE WHEN i % 3 = 0 THEN 'P' || lpad((i / 2 + 1)::text, 7, '0') END FROM generate_series(101, 20000) AS i;
ANALYZE;
CALL sign_up_one_by_one(20001, 20020);
SELECT pg_stat_force_next_flush();
:watch
CALL sign_up_one_by_one(20021, 20120);
SELECT pg_stat_force_next_flush();
-- The old session, with its old plans: the tables that were read from end to end by the last hundred. None.
:scanned
-- In bulk too: a hundred at once look up their codes, keys and standings through indexes.
:watch
INSERT INTO users SELECT i, 'P' || lpad(i::text, 7, '0'), CASE WHEN i % 3 = 0 THEN 'P' || lpad((i / 2 + 1)::text, 7, '0') END FROM generate_series(20121, 20220) AS i;
SELECT pg_stat_force_next_flush();
:scanned

-- A new session, which makes its plans with these statistics.
:watch
\c -
\i :dir/session.psql
CALL sign_up_one_by_one(20231, 20330);
SELECT pg_stat_force_next_flush();
:scanned
