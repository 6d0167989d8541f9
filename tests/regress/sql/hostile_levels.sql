-- Hostile: a role calls what is of another level. Every function that there is, called by a role of every level.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_self, regress_referrals_monitor;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_reader;
CREATE ROLE regress_referrals_app;
CREATE ROLE regress_referrals_operator;
CREATE ROLE regress_referrals_admin;
CREATE ROLE regress_referrals_self;
CREATE ROLE regress_referrals_monitor;
SELECT count(referrals.grant_access(format('regress_referrals_%s', level)::regrole, level)) AS granted FROM unnest(ARRAY['reader', 'app', 'operator', 'admin', 'self', 'monitor']) AS level;
-- The calls are made from the catalogue, so that no function is forgotten, and undone at once. Arguments are NULL: what may be
-- called gives NULL, or says that they must not be; what may not says 42501. (A subquery each: a plain NULL is not even passed on.)
CREATE TABLE calls AS SELECT p.oid::regprocedure::text AS function, format('SELECT referrals.%I(%s)', p.proname, (SELECT string_agg(format('(SELECT NULL::%s)', format_type(t, NULL)), ', ') FROM unnest(p.proargtypes) AS t)) AS call
FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace;
GRANT SELECT ON calls TO PUBLIC;
CREATE TABLE outcomes (role name, function text, outcome text);
GRANT INSERT ON outcomes TO PUBLIC;
CREATE FUNCTION call(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RAISE division_by_zero;
EXCEPTION WHEN insufficient_privilege THEN RETURN '42501';
WHEN OTHERS THEN RETURN 'yes';
END $$;
\set attempt 'INSERT INTO outcomes SELECT replace(current_user, \'regress_referrals_\', \'\'), function, call(call) FROM calls;'
SET client_min_messages = warning;
SET ROLE regress_referrals_mallory;
:attempt
SET ROLE regress_referrals_reader;
:attempt
SET ROLE regress_referrals_app;
:attempt
SET ROLE regress_referrals_operator;
:attempt
SET ROLE regress_referrals_admin;
:attempt
SET ROLE regress_referrals_self;
:attempt
SET ROLE regress_referrals_monitor;
:attempt
RESET ROLE;
SET client_min_messages = notice;
-- Who may call what: this list is the contract. A role without a level may call nothing.
SELECT replace(function, 'timestamp with time zone', 'timestamptz') AS function, max(outcome) FILTER (WHERE role = 'mallory') AS nobody, max(outcome) FILTER (WHERE role = 'reader') AS reader, max(outcome) FILTER (WHERE role = 'app') AS app, max(outcome) FILTER (WHERE role = 'operator') AS operator, max(outcome) FILTER (WHERE role = 'admin') AS admin,
       max(outcome) FILTER (WHERE role = 'self') AS self, max(outcome) FILTER (WHERE role = 'monitor') AS monitor
FROM outcomes GROUP BY function ORDER BY function COLLATE "C";
-- Each level of the ladder includes those before it. (No row: it does.)
SELECT o.function, o.role AS may, h.role AS may_not FROM outcomes o JOIN outcomes h USING (function)
WHERE o.outcome = 'yes' AND h.outcome = '42501' AND array_position(ARRAY['reader', 'app', 'operator', 'admin'], o.role::text) < array_position(ARRAY['reader', 'app', 'operator', 'admin'], h.role::text);

-- What a level holds it cannot pass on, and no level owns an object of the extension or may make one.
SELECT p.oid::regprocedure AS may_be_passed_on FROM pg_catalog.pg_proc p, aclexplode(p.proacl) AS a WHERE p.pronamespace = 'referrals'::regnamespace AND a.is_grantable AND a.grantee <> p.proowner;
SELECT c.oid::regclass AS may_be_passed_on FROM pg_catalog.pg_class c, aclexplode(c.relacl) AS a WHERE c.relnamespace = 'referrals'::regnamespace AND a.is_grantable AND a.grantee <> c.relowner;
SET client_min_messages = error;
SET ROLE regress_referrals_admin;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT referrals.grant_access(''regress_referrals_admin'', ''operator'')',
  'GRANT USAGE ON SCHEMA referrals TO regress_referrals_mallory',
  'GRANT EXECUTE ON FUNCTION referrals.purge_mock() TO regress_referrals_mallory',
  'GRANT SELECT ON referrals.dashboard TO regress_referrals_mallory',
  'GRANT regress_referrals_operator TO regress_referrals_mallory',
  'CREATE TABLE referrals.mine (id bigint)',
  'CREATE FUNCTION referrals.mine() RETURNS void LANGUAGE sql AS ''''',
  'CREATE OR REPLACE FUNCTION referrals.lookup(code text) RETURNS text LANGUAGE sql AS $$SELECT ''evil''$$',
  'CREATE OR REPLACE VIEW referrals.dashboard AS SELECT 1',
  'ALTER FUNCTION referrals.lookup(text) SECURITY INVOKER',
  'ALTER FUNCTION referrals.lookup(text) SET search_path = app',
  'ALTER FUNCTION referrals.lookup(text) OWNER TO regress_referrals_admin',
  'DROP FUNCTION referrals.lookup(text)',
  'COMMENT ON FUNCTION referrals.lookup(text) IS ''evil''',
  'ALTER SCHEMA referrals RENAME TO gone',
  'ALTER DEFAULT PRIVILEGES IN SCHEMA referrals GRANT ALL ON TABLES TO PUBLIC',
  'ALTER TABLE referrals.commission DISABLE TRIGGER append_only',
  'ALTER TABLE referrals.participant ADD COLUMN note text',
  'CREATE INDEX ON referrals.commission (amount)',
  'CREATE STATISTICS app.s ON referrer_id, referee_id FROM referrals.commission',
  'CREATE POLICY p ON referrals.commission',
  'CREATE RULE r AS ON INSERT TO referrals.commission DO INSTEAD NOTHING',
  'CREATE PUBLICATION p FOR TABLE referrals.commission',
  'ALTER EXTENSION referrals ADD TABLE app.calls',
  'ALTER EXTENSION referrals UPDATE',
  'DROP EXTENSION referrals CASCADE',
  'REASSIGN OWNED BY CURRENT_USER TO regress_referrals_mallory']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
-- Grants that change nothing are but a warning to Postgres. They changed nothing: a role without a level still has none.
SELECT has_schema_privilege('regress_referrals_mallory', 'referrals', 'USAGE') AS schema, has_function_privilege('regress_referrals_mallory', 'referrals.purge_mock()', 'EXECUTE') AS function, has_table_privilege('regress_referrals_mallory', 'referrals.dashboard', 'SELECT') AS view;
DROP OWNED BY regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_self, regress_referrals_monitor CASCADE;
DROP ROLE regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_self, regress_referrals_monitor;
\i :dir/no_mallory.psql
