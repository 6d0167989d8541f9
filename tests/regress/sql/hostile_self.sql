-- Hostile: the level self. Mallory is a user with rows of her own, and with SQL at hand that an end user would never have. The
-- setting is trusted: who may set it may be anybody. What she must not get is another's row while it names her.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SELECT referrals.define_program('default', '{"currency": "USD", "window": "month", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}], "referee": {"signup": {"flat": 3}}}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('users', code => 'promo');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN'), ('mallory', 'MAL', 'BOB'), ('cyd', 'CYD', 'MAL'), ('', NULL, NULL), (' ', 'BLANK', NULL), ('dee', 'DEE', 'BLANK'), ('NULL', 'NULLX', NULL), ('fay', 'FAY', 'NULLX');
INSERT INTO users SELECT 'secret' || n, NULL, CASE n % 2 WHEN 0 THEN 'ANN' ELSE 'BOB' END FROM generate_series(1, 200) AS n;
SELECT referrals.accrue('payment', 'ch_secret', 'mallory', 100) > 0 AS accrued;
ANALYZE;
SELECT referrals.grant_access('regress_referrals_mallory', 'self');

-- A function or operator of hers is tried on her own rows alone: in WHERE, ORDER BY, a join, and on what the planner estimates by.
SET ROLE regress_referrals_mallory;
SET client_min_messages = notice;
CREATE FUNCTION saw(anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
CREATE FUNCTION saw_less(text, text) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'compared %', $1; RETURN $1 OPERATOR(pg_catalog.<) $2; END $$;
CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = saw_less, RESTRICT = scalarltsel);
SET referrals.user_key = 'mallory';
SELECT count(*) FROM referrals.my_dashboard WHERE saw(user_key);
SELECT count(*) FROM referrals.my_commission_ledger WHERE saw(amount);
SELECT count(*) FROM referrals.my_tier_progress WHERE saw(referrer);
SELECT count(*) FROM referrals.my_commission_ledger WHERE event_kind <<< 'z';
SELECT count(*) FROM referrals.my_commission_ledger l JOIN referrals.my_dashboard d ON saw(l.amount) AND d.user_key <<< 'z';
-- An error tells of her own rows alone.
SELECT sum(1 / (amount - 3)) FROM referrals.my_commission_ledger WHERE side = 'referrer';
-- EXPLAIN shows no other person's key and, of rows, her own.
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; whole text = ''; BEGIN FOR line IN EXECUTE 'EXPLAIN (ANALYZE, VERBOSE) ' || query LOOP whole = whole || line || E'\n'; END LOOP; RETURN whole; END $$;
SELECT plan('SELECT * FROM referrals.my_commission_ledger') ~ '\m(ann|bob|secret\d*)\M' AS ledger, plan('SELECT * FROM referrals.my_dashboard') ~ '\m(ann|bob|secret\d*)\M' AS dashboard, plan('SELECT * FROM referrals.my_tier_progress') ~ '\m(ann|bob|secret\d*)\M' AS progress;
-- Nor how many of other people's rows a condition of hers takes away, not even one that Postgres holds to be harmless: of her two.
SELECT removed FROM regexp_matches(plan('SELECT * FROM referrals.my_commission_ledger WHERE id = 5'), 'Rows Removed by Filter: (\d+)', 'g') AS removed;
-- What Postgres keeps of columns is not shown, nor anything but the three views.
SELECT count(*) AS statistics FROM pg_catalog.pg_stats WHERE schemaname = 'referrals';
SET client_min_messages = warning;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT * FROM referrals.dashboard', 'SELECT * FROM referrals.commission_ledger', 'SELECT * FROM referrals.tier_progress', 'SELECT * FROM referrals.participant', 'SELECT * FROM referrals._line', 'SELECT * FROM referrals.metrics',
  'SELECT referrals._decimals(1, 1)', 'SELECT referrals._my_user_key()', 'SELECT referrals._current_standing(1, ''mock'', 1, 1, 1, ''-infinity'', ''infinity'', 1)', 'SELECT referrals.explain(1)', 'SELECT referrals.lookup(''ANN'')', 'SELECT referrals.code_of(''ann'')', 'SELECT referrals.tier_of(''ann'')', 'SELECT referrals.mode()', 'SELECT referrals.health()',
  'SELECT my_dashboard.ctid FROM referrals.my_dashboard', 'SELECT my_commission_ledger.tableoid FROM referrals.my_commission_ledger', 'SELECT payee_id FROM referrals.my_commission_ledger', 'SELECT 1 FROM referrals.my_commission_ledger FOR UPDATE',
  'UPDATE referrals.my_commission_ledger SET amount = 1000', 'DELETE FROM referrals.my_dashboard', 'INSERT INTO referrals.my_tier_progress (referrer) VALUES (''mallory'')', 'CREATE OR REPLACE VIEW referrals.my_dashboard AS SELECT 1',
  'ALTER VIEW referrals.my_commission_ledger SET (security_barrier = off)', 'ALTER FUNCTION referrals._my_dashboard() SECURITY INVOKER', 'CREATE FUNCTION referrals.sly() RETURNS int LANGUAGE sql AS ''SELECT 1''']) WITH ORDINALITY AS t(s, n) ORDER BY n;

-- One session, several people: a plan that was made for one shows the other's rows to the other, and to nobody none.
SET plan_cache_mode = force_generic_plan;
PREPARE mine AS SELECT (SELECT string_agg(user_key, ', ') FROM referrals.my_dashboard) AS dashboard, (SELECT sum(amount) FROM referrals.my_commission_ledger) AS ledger, (SELECT string_agg(referrer, ', ') FROM referrals.my_tier_progress) AS progress;
EXECUTE mine;
SET referrals.user_key = 'ann';
EXECUTE mine;
SET referrals.user_key = 'nobody';
EXECUTE mine;
RESET referrals.user_key;
EXECUTE mine;
SET plan_cache_mode = force_custom_plan;
SET referrals.user_key = 'mallory';
EXECUTE mine;
RESET plan_cache_mode;
-- In a function that keeps its plans, in subtransactions that are taken back, and under SET LOCAL.
CREATE FUNCTION mine() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT string_agg(user_key, ', ') FROM referrals.my_dashboard) || ' ' || (SELECT sum(amount) FROM referrals.my_commission_ledger); END $$;
BEGIN;
SELECT mine();
SET LOCAL referrals.user_key = 'ann';
SELECT mine();
SAVEPOINT s;
SET LOCAL referrals.user_key = 'bob';
SELECT mine();
ROLLBACK TO s;
SELECT mine();
COMMIT;
SELECT mine();
DO $$ BEGIN BEGIN SET LOCAL referrals.user_key = 'ann'; RAISE EXCEPTION 'taken back'; EXCEPTION WHEN raise_exception THEN NULL; END; RAISE WARNING '%', app.mine(); END $$;
-- A cursor shows one person's rows, whoever is named while it is open.
BEGIN;
DECLARE mine NO SCROLL CURSOR FOR SELECT user_key, mode, l.amount FROM referrals.my_dashboard CROSS JOIN (SELECT amount FROM referrals.my_commission_ledger ORDER BY id) AS l;
FETCH 1 FROM mine;
SET LOCAL referrals.user_key = 'ann';
FETCH ALL FROM mine;
COMMIT;
-- In a parallel worker, as far as one is used.
SELECT name AS parallel FROM pg_catalog.pg_settings WHERE name IN ('debug_parallel_query', 'force_parallel_mode') \gset
SET :parallel = on;
SELECT mine();
RESET :parallel;

-- Objects of hers with names that ours use, before pg_catalog on the path and among her temporary ones.
CREATE FUNCTION round(numeric, integer) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('round'); RETURN 999; END $$;
CREATE FUNCTION text_equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('='); RETURN true; END $$;
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = text_equal);
CREATE TEMPORARY TABLE dashboard AS SELECT 'planted' AS user_key;
CREATE TEMPORARY TABLE participant AS SELECT 1::bigint AS participant_id, 'mallory' AS user_key;
SET search_path = pg_temp, app, pg_catalog;
SELECT mine();
SET search_path = app;
DROP OPERATOR app.= (text, text);
RESET ROLE;
SELECT count(*) AS run_as_others FROM run_as WHERE who <> 'regress_referrals_mallory';
SET ROLE regress_referrals_mallory;

-- Keys that are nobody's: no rows. (An empty key is refused at the sign-up; a blank one, and the word NULL, are keys like others.)
CREATE FUNCTION by_key(key text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('referrals.user_key', key, true);
  RETURN coalesce((SELECT string_agg('[' || user_key || ']', ', ') FROM referrals.my_dashboard), 'nobody') || ', lines: ' || (SELECT count(*) FROM referrals.my_commission_ledger);
END $$;
SELECT left(key, 20) AS key, by_key(key)
FROM unnest(ARRAY['', ' ', '  ', NULL, 'NULL', 'null', 'ANN', 'ann ', ' ann', 'an_', '%', 'ann''--', 'ann'' OR true --', '*', E'ann\n', repeat('a', 600), 'mallory']) WITH ORDINALITY AS t(key, n) ORDER BY n;
RESET referrals.user_key;
-- Claims: what is read is one sub that is a string. Whatever could be taken for two people's is an error (22023), never a guess.
CREATE FUNCTION by_claims(claims text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('request.jwt.claims', claims, true);
  RETURN coalesce((SELECT string_agg(user_key, ', ') FROM referrals.my_dashboard), 'nobody');
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
SELECT left(claims, 60) AS claims, by_claims(claims) FROM unnest(ARRAY[
  '{"sub": "mallory"}', '{"sub":"mallory","app_metadata":{"sub":"ann"}}', '{"\u0073ub": "mallory"}', ' {"sub": "mallory"} ', '{"sub": "m\u0061llory"}',
  NULL, '', '{}', '{"sub": null}', '{"sub": ""}', '{"role": "anon"}', '{"SUB": "ann"}', '{"user_key": "ann"}', '{"app_metadata": {"sub": "ann"}}',
  ' ', 'ann', '"ann"', 'null', '[]', '["ann"]', '[{"sub": "ann"}]', '{"sub": 1}', '{"sub": true}', '{"sub": ["ann"]}', '{"sub": {"sub": "ann"}}', '{"sub": "ann"', '{"sub": "ann"}}', '{"sub": "mallory", "sub": "ann"}', '{"sub": "mallory", "\u0073ub": "ann"}', '{sub: "ann"}',
  '{"sub": "ann\u0000"}', '{"sub": "\u0000"}', '{"sub": "ann\u200b"}', '{"sub": "\ud800"}', '{"sub": "ann'' OR true --"}', '{"sub": "%"}', '{"$serde_json::private::RawValue": "{\"sub\": \"ann\"}"}',
  '{"sub": "ann", "a": ' || repeat('[', 100000) || repeat(']', 100000) || '}', '{"sub": "' || repeat('a', 1000000) || '"}', '{"a": "' || repeat('x', 1000000) || '", "sub": "mallory"}']) WITH ORDINALITY AS t(claims, n) ORDER BY n;
-- What an error says of the claims is nothing of what is in them.
SET request.jwt.claims = '{"sub": 4711, "email": "mallory@secret"}';
SELECT * FROM referrals.my_dashboard;
RESET request.jwt.claims;
-- The names that PostgREST used before version 9 are not read.
SET request.jwt.claim.sub = 'ann';
SELECT count(*) FROM referrals.my_dashboard;
RESET request.jwt.claim.sub;

-- Who has a role of their own, which the setting is attached to, has it for a start and not for a fence: they can set it.
RESET ROLE;
SELECT try('ALTER ROLE regress_referrals_mallory SET referrals.user_key = ''mallory''');
ALTER ROLE regress_referrals_mallory LOGIN;
SELECT current_user AS superuser \gset
\c - regress_referrals_mallory
\i :dir/session.psql
SELECT user_key FROM referrals.my_dashboard;
SET referrals.user_key = 'ann';
SELECT user_key FROM referrals.my_dashboard;
-- In a session that does not know the extension yet the setting is a name like any other, and is taken over with its savepoints.
\c - -
\i :dir/session.psql
RESET referrals.user_key;
BEGIN;
SET LOCAL referrals.user_key = 'ann';
SAVEPOINT s;
SET LOCAL referrals.user_key = 'bob';
SELECT user_key FROM referrals.my_dashboard;
ROLLBACK TO s;
SELECT user_key FROM referrals.my_dashboard;
COMMIT;
SELECT user_key FROM referrals.my_dashboard;
SET referrals.user_keys = 'ann';
\echo :SQLSTATE
\c - :superuser
\i :dir/session.psql
\i :dir/no_mallory.psql
