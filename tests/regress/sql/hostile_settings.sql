-- Hostile: settings. Everybody may set most of what a session has; none of it may change what is recorded, or what a condition
-- says. (The two keys of live mode: see mode.)
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN');
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, note text, paid date DEFAULT '2026-03-20', state text DEFAULT 'open');
GRANT INSERT ON users TO regress_referrals_mallory;
GRANT INSERT (id, customer, total, note) ON payments TO regress_referrals_mallory;

-- referrals.allow_live, by somebody who is nobody: in the session, for the role, for the database, in a function, through
-- set_config; known to the session or not yet.
SET ROLE regress_referrals_mallory;
SET client_min_messages = warning;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SET referrals.allow_live = on', 'SET LOCAL referrals.allow_live = on', 'RESET referrals.allow_live', 'SELECT set_config(''referrals.allow_live'', ''on'', true)', 'ALTER ROLE CURRENT_USER SET referrals.allow_live = on',
  'CREATE FUNCTION sly() RETURNS text LANGUAGE sql SET referrals.allow_live = on AS ''SELECT 1''', 'UPDATE pg_catalog.pg_settings SET setting = ''on'' WHERE name = ''referrals.allow_live''', 'SET referrals.anything = on',
  'SELECT pg_catalog.pg_reload_conf()', 'SELECT set_config(''session_replication_role'', ''replica'', false)', 'SET session_preload_libraries = ''evil''', 'GRANT SET ON PARAMETER referrals.allow_live TO CURRENT_USER']) WITH ORDINALITY AS t(s, n) ORDER BY n;
ALTER SYSTEM SET referrals.allow_live = on;
\echo :SQLSTATE
SHOW referrals.allow_live;
RESET ROLE;
-- Even the privilege to set it, granted by a superuser, sets nothing: it is read from the server's configuration alone.
GRANT SET ON PARAMETER referrals.allow_live TO regress_referrals_mallory;
SET ROLE regress_referrals_mallory;
SELECT try('SET referrals.allow_live = on');
RESET ROLE;
REVOKE SET ON PARAMETER referrals.allow_live FROM regress_referrals_mallory;
-- A session that does not know the extension yet takes the name for one of the application's own. It is put right at the first use.
SELECT current_user AS superuser \gset
\c -reuse-previous=on "options='-c referrals.allow_live=on -c referrals.mode=live'"
\i :dir/session.psql
SET client_min_messages = error;
SELECT referrals.mode();
SHOW referrals.allow_live;
\c -reuse-previous=on "options=''"
\i :dir/session.psql

-- What a condition says does not depend on the session that inserts: how strings, NULLs, dates and intervals are read is fixed.
\set condition 'E\'state = \\\'paid\\\' AND note NOT LIKE \\\'%\\\\\\\' AND note <> \\\' OR true -- \\\'\''
SELECT :condition AS condition;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => :condition);
SET ROLE regress_referrals_mallory;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
INSERT INTO payments VALUES ('s1', 'bob', 1000, 'x');
RESET standard_conforming_strings;
RESET ROLE;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'note ~ ''^\d+$'' OR note = NULL OR paid > ''04/03/2026''');
SET ROLE regress_referrals_mallory;
SET standard_conforming_strings = off;
SET backslash_quote = on;
SET transform_null_equals = on;
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
INSERT INTO payments VALUES ('s2', 'bob', 1000, 'ddd'), ('s3', 'bob', 1000, NULL), ('s4', 'bob', 1000, 'x'), ('s5', 'bob', 10, '42');
RESET ALL;
\i :dir/session.psql
RESET ROLE;
SELECT event_key, amount FROM referrals.commission_ledger WHERE event_kind = 'payment' ORDER BY id;
SELECT count(*) AS skipped FROM referrals.audit_log WHERE action = 'skipped';
-- Attached under such settings, it says what it says without them.
SET standard_conforming_strings = off;
SET transform_null_equals = on;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => E'note ~ \'^\\d+$\' OR note = NULL');
SELECT count(*) FILTER (WHERE NOT ok) AS ill FROM referrals.health();
RESET standard_conforming_strings;
RESET transform_null_equals;
INSERT INTO payments VALUES ('t1', 'bob', 20, '42'), ('t2', 'bob', 20, 'ddd'), ('t3', 'bob', 20, NULL);
SELECT event_key, amount FROM referrals.commission_ledger WHERE event_kind = 'payment' ORDER BY id;

-- Nor does what is recorded: the same sign-ups, with every setting that reads or writes values turned round, and the planner's too.
SET ROLE regress_referrals_mallory;
SET datestyle = 'German, DMY';
SET timezone = 'X+167';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = -15;
SET bytea_output = 'escape';
SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET transform_null_equals = on;
SET array_nulls = off;
SET client_encoding = 'LATIN1';
SET row_security = off;
SET check_function_bodies = off;
SET plan_cache_mode = force_generic_plan;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET work_mem = '64kB';
SET default_transaction_deferrable = on;
SET application_name = 'auditor''s "own"';
SET client_min_messages = warning;
INSERT INTO users VALUES ('cyd', 'CYD', 'ann'), ('dee', 'ANN', 'cyd'), ('eve', NULL, 'EVE');
RESET ALL;
\encoding UTF8
\i :dir/session.psql
RESET ROLE;
:ties
SELECT p.user_key, p.registered_at FROM referrals.participant p WHERE p.user_key IN ('bob', 'cyd', 'dee') ORDER BY 1;
-- What must read the same in a parallel worker does.
SELECT name AS parallel FROM pg_catalog.pg_settings WHERE name IN ('debug_parallel_query', 'force_parallel_mode') \gset
SET :parallel = on;
SELECT referrals.lookup('ann'), referrals.code_of('bob'), referrals.normalize_code(' an-n');
RESET :parallel;

-- Who did it is the role that logged in, whatever role it takes on, or code of whose it runs; what it calls itself is
-- application_name, which proves nothing.
SELECT referrals.grant_access('regress_referrals_mallory', 'app');
SET SESSION AUTHORIZATION regress_referrals_mallory;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[format('SET ROLE %I', :'superuser'), 'SET ROLE NONE', 'INSERT INTO referrals.audit_log (action, actor) VALUES (''forged'', ''ann'')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
SET application_name = 'payroll';
SELECT referrals.register('hal', 'NOSUCH', wanted_code => 'HAL');
RESET SESSION AUTHORIZATION;
CREATE FUNCTION as_owner() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT referrals.register('ida', 'NOSUCH', wanted_code => 'IDA') $$;
SET SESSION AUTHORIZATION regress_referrals_mallory;
SELECT as_owner();
RESET SESSION AUTHORIZATION;
SELECT actor, application, detail ->> 'code' AS code FROM referrals.audit_log WHERE action = 'untied' ORDER BY audit_id DESC LIMIT 2;
\i :dir/no_mallory.psql
