-- Hostile: objects named like ours, or like what ours are made of, in public, in pg_temp and in schemas that are first on the
-- path; there before the extension is, or while its owner works. (More of it, with the application's own roles, in hostile.)
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
-- Which functions of the extension have no path of their own: they run no SQL. (All others have the one that is safe.)
SELECT p.oid::regprocedure AS without_path, p.prosecdef AS security_definer FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(p.proconfig, '{}')) ORDER BY p.proname;

-- Mallory was there first: she has planted functions, operators, casts, types and a sequence in public, where extensions are
-- installed by default, each a better match than what it stands for, or the only one.
DROP EXTENSION referrals;
SET ROLE regress_referrals_mallory;
SET search_path = public;
CREATE FUNCTION tell(what text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF current_user <> 'regress_referrals_mallory' THEN PERFORM app.whoami(what); END IF; RETURN true; END $$;
CREATE FUNCTION round(numeric, integer) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('round'); RETURN 1000000; END $$;
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('now'); RETURN '1900-01-01'; END $$;
CREATE FUNCTION pg_current_xact_id() RETURNS xid8 LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('xact'); RETURN '1'; END $$;
CREATE FUNCTION min_scale(numeric) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('min_scale'); RETURN 9; END $$;
CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('current_setting'); RETURN 'UTF8'; END $$;
CREATE FUNCTION jsonb_build_object(VARIADIC text[]) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('jsonb_build_object'); RETURN '{}'; END $$;
CREATE FUNCTION eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('='); RETURN true; END $$;
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = eq);
CREATE FUNCTION eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('='); RETURN true; END $$;
CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = eq);
CREATE FUNCTION minus(numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('-'); RETURN 0; END $$;
CREATE OPERATOR - (RIGHTARG = numeric, FUNCTION = minus);
CREATE AGGREGATE sum(numeric) (SFUNC = pg_catalog.numeric_add, STYPE = numeric);
CREATE DOMAIN _mode AS text CHECK (public.tell('_mode'));
CREATE DOMAIN bigint AS pg_catalog.int8 CHECK (public.tell('bigint'));
CREATE DOMAIN "numeric" AS pg_catalog.numeric CHECK (public.tell('numeric'));
CREATE DOMAIN jsonb AS pg_catalog.jsonb CHECK (public.tell('jsonb'));
CREATE DOMAIN regclass AS pg_catalog.regclass CHECK (public.tell('regclass'));
CREATE TABLE pg_class (oid oid, relname name, relnamespace oid, relkind "char", reltuples real);
CREATE TABLE commission (commission_id pg_catalog.int8, amount pg_catalog.numeric);
CREATE SEQUENCE audit_log_audit_id_seq;
CREATE TEMP TABLE pg_proc (oid oid);
RESET ROLE;
SET search_path = public, pg_catalog;
CREATE EXTENSION referrals SCHEMA public;
-- Nothing of hers was run, nothing of ours refers to it, and all of ours is where it belongs.
SELECT * FROM app.run_as;
SELECT pg_catalog.count(*) AS of_hers FROM pg_catalog.pg_depend d
WHERE d.refobjid IN (SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'public'::pg_catalog.regnamespace UNION ALL SELECT oid FROM pg_catalog.pg_type WHERE typnamespace = 'public'::pg_catalog.regnamespace
    UNION ALL SELECT oid FROM pg_catalog.pg_operator WHERE oprnamespace = 'public'::pg_catalog.regnamespace UNION ALL SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = 'public'::pg_catalog.regnamespace)
  AND (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass OR d.objid IN (SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::pg_catalog.regnamespace UNION ALL SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'referrals'::pg_catalog.regnamespace));

-- The owner of the extension at work, with all of that first on the path, and temporary objects besides.
CREATE TEMP TABLE audit_log (audit_id pg_catalog.int8, action text);
CREATE TEMP TABLE participant (participant_id pg_catalog.int8, user_key text, code text, program_id integer, registered_at timestamptz);
CREATE TEMP TABLE block (block pg_catalog.int8);
SET ROLE regress_referrals_mallory;
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (public.tell('pg_temp.text'));
CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (public.tell('pg_temp.timestamptz'));
CREATE FUNCTION pg_temp.count(pg_catalog.int8) RETURNS pg_catalog.int8 LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell('pg_temp.count'); RETURN 0; END $$;
RESET ROLE;
SET search_path = pg_temp, public, app, referrals, pg_catalog;
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "queued", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
CREATE TABLE app.users (id pg_catalog.text PRIMARY KEY, promo pg_catalog.text, referred_by pg_catalog.text);
CREATE TABLE app.payments (id pg_catalog.text PRIMARY KEY, customer pg_catalog.text, total pg_catalog.numeric, state pg_catalog.text);
SELECT referrals.attach('app.users', code => 'promo');
SELECT referrals.attach_events('app.payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'state = ''paid''', reverse_when => 'state = ''back''');
INSERT INTO app.users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN');
INSERT INTO app.payments VALUES ('p1', 'bob', 100, 'paid'), ('p2', 'bob', 50, 'open');
UPDATE app.payments SET state = 'back' WHERE id OPERATOR(pg_catalog.=) 'p1';
SELECT referrals.process_queue();
SELECT referrals.attach('app.users', code => 'promo');
SELECT pg_catalog.count(*) AS checks, pg_catalog.bool_and(ok) AS ok FROM referrals.health();
-- Whatever can be called without arguments, new functions too.
SELECT p.proname AS called, app.try(pg_catalog.format('SELECT pg_catalog.count(*) FROM referrals.%I()', p.proname)) AS outcome FROM pg_catalog.pg_proc p
WHERE p.pronamespace OPERATOR(pg_catalog.=) 'referrals'::pg_catalog.regnamespace AND p.pronargs OPERATOR(pg_catalog.=) p.pronargdefaults AND p.proname !~ '^(_|purge_mock)' ORDER BY p.proname;
SELECT referrals.erase('bob');
SELECT pg_catalog.count(*) AS problems FROM referrals.verify();
SET search_path = pg_catalog, pg_temp;
-- The figures are right, and nobody was run.
SELECT kind, referrer, referee, event_kind, event_key, amount FROM referrals.commission_ledger ORDER BY id;
SELECT * FROM app.run_as;
SELECT (SELECT count(*) FROM pg_temp.audit_log) AS in_false_audit, (SELECT count(*) FROM public.commission) AS in_false_ledger;

-- Who owns the database is not the owner of the extension: the schema, once there, is shut to them, and cannot be made before it
-- either (see install).
SELECT pg_catalog.format('ALTER DATABASE %I OWNER TO regress_referrals_mallory', pg_catalog.current_database()) \gexec
SET ROLE regress_referrals_mallory;
SELECT s AS attempt, app.try(s) FROM unnest(ARRAY['CREATE TABLE referrals.mine (id bigint)', 'DROP SCHEMA referrals CASCADE', 'ALTER SCHEMA referrals OWNER TO regress_referrals_mallory', 'SELECT * FROM referrals.commission', 'DROP EXTENSION referrals CASCADE', 'GRANT ALL ON SCHEMA referrals TO PUBLIC']) AS s;
RESET ROLE;
SELECT pg_catalog.format('ALTER DATABASE %I OWNER TO CURRENT_USER', pg_catalog.current_database()) \gexec
SELECT has_schema_privilege('regress_referrals_mallory', 'referrals', 'USAGE') AS schema;

-- Privileges that the installer gives to others by default, on whatever he creates, are not given on the extension's objects.
SET client_min_messages = warning;
DROP EXTENSION referrals CASCADE;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO regress_referrals_mallory WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TYPES TO regress_referrals_mallory;
CREATE EXTENSION referrals;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC, regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM regress_referrals_mallory;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM regress_referrals_mallory;
SELECT object, grantee::regrole, privilege_type FROM (
  SELECT oid::regclass::text, relowner, relacl FROM pg_class WHERE relnamespace = 'referrals'::regnamespace
  UNION ALL SELECT oid::regprocedure::text, proowner, proacl FROM pg_proc WHERE pronamespace = 'referrals'::regnamespace
  UNION ALL SELECT oid::regtype::text, typowner, typacl FROM pg_type WHERE typnamespace = 'referrals'::regnamespace AND typtype = 'd'
  UNION ALL SELECT nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = 'referrals') AS o (object, owner, acl), aclexplode(acl) AS a WHERE a.grantee <> o.owner ORDER BY 1;
\i :dir/no_mallory.psql
