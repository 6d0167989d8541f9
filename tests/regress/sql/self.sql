-- What one person sees of themselves: my_dashboard, my_commission_ledger and my_tier_progress, for the level self.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_api, regress_referrals_person;
SET client_min_messages = notice;
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": 5}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": "15.00"}, "payment": {"percent": "7.5"}}}], "referee": {"signup": {"flat": "5.00"}}}', '2026-01-01 00:00+00');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN'), ('cyd', 'CYD', 'ANN'), ('dee', 'DEE', 'BOB'), ('eve', 'EVE', NULL);
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200, 'USD', '2026-01-06 12:00+00') AS line \gset
SELECT referrals.reverse(:line, 'Bob is a friend of our accountant', 5) > 0 AS reversed;

-- The level: USAGE of the schema, the three views, and what they read by. It is no rung of the ladder.
CREATE ROLE regress_referrals_person;
SELECT referrals.grant_access('regress_referrals_person', 'self');
SELECT p.oid::regprocedure AS may_execute FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace AND has_function_privilege('regress_referrals_person', p.oid, 'EXECUTE') ORDER BY 1;
SELECT c.oid::regclass AS may_read, has_any_column_privilege('regress_referrals_person', c.oid, 'INSERT, UPDATE, REFERENCES') OR has_table_privilege('regress_referrals_person', c.oid, 'DELETE, TRUNCATE, TRIGGER') AS and_more
FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'v', 'S') AND has_table_privilege('regress_referrals_person', c.oid, 'SELECT') ORDER BY 1;
SELECT action, detail FROM referrals.audit_log WHERE action = 'access_granted';
SELECT c.oid::regclass AS view, c.reloptions FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relname LIKE 'my\_%' ORDER BY 1;

-- The application names the user, for one transaction.
SET ROLE regress_referrals_person;
BEGIN;
SET LOCAL referrals.user_key = 'ann';
SELECT * FROM referrals.my_dashboard;
SELECT kind, program, tier, basis, rate, base_amount AS base, amount, currency, event_kind AS event, status, note, mode, side FROM referrals.my_commission_ledger ORDER BY id;
SELECT * FROM referrals.my_tier_progress;
COMMIT;
-- After it, nobody is named: no rows.
SELECT (SELECT count(*) FROM referrals.my_dashboard) AS dashboard, (SELECT count(*) FROM referrals.my_commission_ledger) AS ledger, (SELECT count(*) FROM referrals.my_tier_progress) AS progress;
-- Bob has what he brought, and his welcome; Cyd only that; Eve nothing at all.
SELECT set_config('referrals.user_key', 'bob', false);
SELECT referrals, accrued, balance FROM referrals.my_dashboard;
SELECT side, event_kind AS event, amount FROM referrals.my_commission_ledger ORDER BY id;
SELECT set_config('referrals.user_key', 'cyd', false);
SELECT referrals, accrued, balance FROM referrals.my_dashboard;
SELECT side, event_kind AS event, amount FROM referrals.my_commission_ledger ORDER BY id;
SELECT set_config('referrals.user_key', 'eve', false);
SELECT count(*) FROM referrals.my_dashboard;
SELECT count(*) FROM referrals.my_commission_ledger;
RESET ROLE;

-- Everybody's rows are those of the views for everybody, and of nobody else.
CREATE FUNCTION differences(person text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  PERFORM set_config('referrals.user_key', person, true);
  SELECT count(*) INTO found FROM (
    (TABLE referrals.my_dashboard EXCEPT SELECT * FROM referrals.dashboard WHERE user_key = person)
    UNION ALL (SELECT * FROM referrals.dashboard WHERE user_key = person EXCEPT TABLE referrals.my_dashboard)) AS d;
  RETURN found + (SELECT count(*) FROM (
    (TABLE referrals.my_tier_progress EXCEPT SELECT * FROM referrals.tier_progress WHERE referrer = person)
    UNION ALL (SELECT * FROM referrals.tier_progress WHERE referrer = person EXCEPT TABLE referrals.my_tier_progress)) AS d)
  + (SELECT count(*) FROM referrals.my_commission_ledger AS mine
     FULL JOIN (SELECT * FROM referrals.commission_ledger WHERE person = CASE side WHEN 'referrer' THEN referrer ELSE referee END) AS whole USING (id)
     WHERE (mine.recorded_at, mine.occurred_at, mine.kind, mine.program, mine.tier, mine.basis, mine.rate, mine.base_amount, mine.amount, mine.currency, mine.event_kind, mine.payable_at, mine.status, mine.mode, mine.side)
       IS DISTINCT FROM (whole.recorded_at, whole.occurred_at, whole.kind, whole.program, whole.tier, whole.basis, whole.rate, whole.base_amount, whole.amount, whole.currency, whole.event_kind, whole.payable_at, whole.status, whole.mode, whole.side));
END $$;
SELECT user_key, differences(user_key) FROM referrals.participant ORDER BY user_key;
-- my_commission_ledger is commission_ledger without what is about others: keys of people and of their events, and the staff's words.
SELECT string_agg(w.attname, ', ' ORDER BY w.attnum) FILTER (WHERE m.attname IS NULL) AS left_out, string_agg(w.attname, ', ' ORDER BY w.attnum) FILTER (WHERE m.attname IS NOT NULL) = (
  SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute WHERE attrelid = 'referrals.my_commission_ledger'::regclass AND attnum > 0 AND attname <> 'note') AS the_rest_in_order
FROM pg_catalog.pg_attribute w LEFT JOIN pg_catalog.pg_attribute m ON m.attrelid = 'referrals.my_commission_ledger'::regclass AND m.attname = w.attname WHERE w.attrelid = 'referrals.commission_ledger'::regclass AND w.attnum > 0;

-- Without the setting, the subject of the token counts: what PostgREST and Supabase put into request.jwt.claims. One pooled
-- connection serves Ann, Bob and an anonymous visitor in turn, each in a transaction of the kind that PostgREST makes.
RESET referrals.user_key;
CREATE ROLE regress_referrals_api NOINHERIT LOGIN;
GRANT regress_referrals_person TO regress_referrals_api;
SET SESSION AUTHORIZATION regress_referrals_api;
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
SELECT set_config('role', 'regress_referrals_person', true), set_config('request.jwt.claims', '{"role": "regress_referrals_person", "sub": "ann", "exp": 1900000000}', true), set_config('request.method', 'GET', true);
WITH pgrst_source AS (SELECT my_dashboard.* FROM referrals.my_dashboard) SELECT coalesce(json_agg(json_build_object('user_key', user_key, 'accrued', accrued)), '[]') AS body FROM pgrst_source;
COMMIT;
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
SELECT set_config('role', 'regress_referrals_person', true), set_config('request.jwt.claims', '{"role": "regress_referrals_person", "sub": "bob"}', true), set_config('request.method', 'GET', true);
WITH pgrst_source AS (SELECT my_dashboard.* FROM referrals.my_dashboard) SELECT coalesce(json_agg(json_build_object('user_key', user_key, 'accrued', accrued)), '[]') AS body FROM pgrst_source;
COMMIT;
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
SELECT set_config('role', 'regress_referrals_person', true), set_config('request.jwt.claims', '{"role": "regress_referrals_person"}', true), set_config('request.method', 'GET', true);
WITH pgrst_source AS (SELECT my_dashboard.* FROM referrals.my_dashboard) SELECT coalesce(json_agg(json_build_object('user_key', user_key, 'accrued', accrued)), '[]') AS body FROM pgrst_source;
COMMIT;
-- Outside of a request the connection is nobody, and may not even look.
SELECT current_setting('request.jwt.claims', true) = '' AS claims_are_gone;
SELECT * FROM referrals.my_dashboard;
\echo :SQLSTATE
RESET SESSION AUTHORIZATION;

-- Where keys are not subjects of tokens, the application translates, and what it says is what counts: the claims are not read ...
SET request.jwt.claims = '{"sub": "0b7c8a52-8d0d-4b1c-9a4e-6f8e3f1d2c11"}';
SELECT user_key FROM referrals.my_dashboard;
SET referrals.user_key = 'ann';
SELECT user_key FROM referrals.my_dashboard;
SET request.jwt.claims = 'no JSON';
SELECT user_key FROM referrals.my_dashboard;
-- ... not even where it found no user.
SET request.jwt.claims = '{"sub": "ann"}';
SET referrals.user_key = '';
SELECT user_key FROM referrals.my_dashboard;
RESET referrals.user_key;
SELECT user_key FROM referrals.my_dashboard;
-- The same by a function that PostgREST calls before each request (db-pre-request), and through a view of the application's own.
CREATE TABLE accounts (subject text PRIMARY KEY, user_key text NOT NULL);
INSERT INTO accounts VALUES ('0b7c8a52', 'ann'), ('77e4c1d0', 'bob');
CREATE FUNCTION who() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_catalog.set_config('referrals.user_key', coalesce((SELECT user_key FROM app.accounts WHERE subject = pg_catalog.current_setting('request.jwt.claims', true)::jsonb ->> 'sub'), ''), true)
$$;
CREATE VIEW earnings WITH (security_invoker) AS SELECT user_key, accrued FROM referrals.my_dashboard;
GRANT USAGE ON SCHEMA app TO regress_referrals_person;
GRANT SELECT ON earnings TO regress_referrals_person;
SET SESSION AUTHORIZATION regress_referrals_api;
BEGIN READ ONLY;
SELECT set_config('role', 'regress_referrals_person', true), set_config('request.jwt.claims', '{"sub": "77e4c1d0"}', true);
SELECT app.who();
SELECT * FROM app.earnings;
COMMIT;
-- (Ann's key as a subject that nobody has: it is not taken for a key.)
BEGIN READ ONLY;
SELECT set_config('role', 'regress_referrals_person', true), set_config('request.jwt.claims', '{"sub": "ann"}', true);
SELECT app.who();
SELECT * FROM app.earnings;
COMMIT;
RESET SESSION AUTHORIZATION;
-- Claims that cannot be read are an error, and no guess.
SET request.jwt.claims = '{"sub": 42}';
SELECT user_key FROM referrals.my_dashboard;
\echo :SQLSTATE
RESET request.jwt.claims;
-- Whoever was erased is nobody.
SELECT referrals.erase('ann');
SET referrals.user_key = 'ann';
SELECT (SELECT count(*) FROM referrals.my_dashboard) AS dashboard, (SELECT count(*) FROM referrals.my_commission_ledger) AS ledger, (SELECT count(*) FROM referrals.my_tier_progress) AS progress;
RESET referrals.user_key;
SET client_min_messages = error;
DROP OWNED BY regress_referrals_api, regress_referrals_person;
DROP ROLE regress_referrals_api, regress_referrals_person;
