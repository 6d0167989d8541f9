-- Hostile neighbours: roles that may create objects try to have them used by functions that run with more rights than theirs.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_mallory;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_mallory;
GRANT USAGE, CREATE ON SCHEMA app TO regress_referrals_mallory;
GRANT TEMPORARY, CREATE ON DATABASE :"DBNAME" TO regress_referrals_mallory;
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
GRANT INSERT ON users TO regress_referrals_mallory;
SELECT referrals.grant_access('regress_referrals_mallory', 'app');
-- What Mallory's code does when it is run: it notes as whom. Whoever is not Mallory has been tricked.
CREATE TABLE tricked (who name, how text);
GRANT INSERT ON tricked TO PUBLIC;
GRANT USAGE ON SCHEMA app TO PUBLIC;

SET ROLE regress_referrals_mallory;
-- Temporary tables named like ours, and like what ours are made of.
CREATE TEMP TABLE participant (participant_id bigint, user_key text, code text, program_id integer, registered_at timestamptz);
CREATE TEMP TABLE program (program_id integer, name text, paused boolean, created_at timestamptz);
CREATE TEMP TABLE plan (program_id integer, version integer, plan jsonb, effective_from timestamptz, created_at timestamptz);
CREATE TEMP TABLE attribution (referee_id bigint, referrer_id bigint, mode text, attributed_at timestamptz);
CREATE TEMP TABLE commission (commission_id bigint, amount numeric);
CREATE TEMP TABLE standing (participant_id bigint, mode text);
CREATE TEMP TABLE audit_log (audit_id bigint, action text);
CREATE TEMP TABLE environment (mode text);
INSERT INTO environment VALUES ('live');
CREATE TEMP TABLE pg_class (oid oid, relname name);
CREATE TEMP TABLE pg_attribute (attrelid oid, attname name);
INSERT INTO pg_temp.participant VALUES (1, 'mallory', 'EVIL', 1, now());
-- Functions, operators, a cast and a type of the same names as those we might use, which report who runs them.
CREATE FUNCTION app.report(how text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'regress_referrals_mallory' THEN INSERT INTO app.tricked VALUES (current_user, how); END IF;
  RETURN true;
END $$;
CREATE FUNCTION app.eq_text(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('= text'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR app.= (LEFTARG = text, RIGHTARG = text, FUNCTION = app.eq_text);
CREATE FUNCTION app.eq_bigint(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('= bigint'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR app.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = app.eq_bigint);
CREATE FUNCTION app.concat_text(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('|| text'); RETURN $1 OPERATOR(pg_catalog.||) $2; END $$;
CREATE OPERATOR app.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = app.concat_text);
CREATE FUNCTION app.lookup(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('lookup'); RETURN 'evil'; END $$;
CREATE FUNCTION app.normalize_code(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('normalize_code'); RETURN 'EVIL'; END $$;
CREATE FUNCTION app.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('now'); RETURN '1900-01-01'; END $$;
CREATE FUNCTION app.upper(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('upper'); RETURN 'EVIL'; END $$;
CREATE FUNCTION app.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('format'); RETURN 'SELECT 1'; END $$;
CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('pg_temp.now'); RETURN '1900-01-01'; END $$;
CREATE DOMAIN app.text AS pg_catalog.text CHECK (app.report('domain text'));
-- With all of it first on the path:
SET search_path = pg_temp, app, referrals, pg_catalog;
INSERT INTO app.users VALUES (1, 'ANN', NULL), (2, 'BOB', 'ANN');
SELECT referrals.register('eve', 'ANN', wanted_code => 'EVE', registered_at => '2026-01-06 00:00+00');
SELECT referrals.lookup('eve'), referrals.code_of('1'), referrals.tier_of('1', '2026-01-06 00:00+00'), referrals.lookup('EVIL') AS evil;
SET search_path = app;
RESET ROLE;
-- A superuser with the same path and the same temporary objects, which is how such traps are sprung.
SET search_path = pg_temp, app, referrals, pg_catalog;
SELECT referrals.define_program('reps', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "5.00"}}}]}');
SELECT referrals.enroll('1', 'reps');
INSERT INTO app.users VALUES (3, 'CY3', 'ANN');
SELECT referrals.mode();
SELECT pg_catalog.count(*) AS rows FROM referrals.dashboard;
SELECT pg_catalog.count(*) AS rows FROM referrals.commission_ledger;
SELECT pg_catalog.count(*) AS rows FROM referrals.tier_progress;
SELECT pg_catalog.count(*) AS rows FROM referrals.attachments;
SET search_path = pg_catalog;
SELECT referrals.attach('app.users', code => 'promo', registered_at => 'joined');
SET search_path = pg_catalog, app;
-- Nobody was tricked, nothing was registered from or into the false tables, and nothing false is in the record.
SELECT * FROM app.tricked;
SELECT count(*) AS rows FROM pg_temp.attribution;
SELECT p.user_key, p.code FROM referrals.participant p ORDER BY p.participant_id;
:ledger

-- A temporary table of one's own cannot be attached to sign up whom one likes; nor can names carry SQL.
SET search_path = app;
SET ROLE regress_referrals_mallory;
SELECT referrals.attach('pg_temp.participant', key => 'user_key');
\echo :SQLSTATE
SELECT referrals.register('x', program => 'p''; UPDATE referrals.commission SET amount = 1000; --', wanted_code => 'X12');
RESET ROLE;
CREATE TABLE "users; DROP TABLE app.tricked; --" ("id""; --" bigint PRIMARY KEY, "a'b\c" text);
SELECT referrals.attach('"users; DROP TABLE app.tricked; --"', code => 'a''b\c', program => '''); DROP TABLE app.tricked; --', key_prefix => '''); --');
INSERT INTO "users; DROP TABLE app.tricked; --" VALUES (1, 'SEMI');
SELECT referrals.lookup('semi');
SELECT users::pg_catalog.text, key, code, program, key_prefix FROM referrals.attachments WHERE key_prefix <> '';
SELECT pg_catalog.count(*) AS still_there FROM app.tricked;

-- One who is let into attach by "admin" does not get further than that. What belongs to a table or a type of one's own (a policy, a default, a
-- cast to text) runs as whoever inserts, never as the extension.
SELECT referrals.grant_access('regress_referrals_mallory', 'admin');
SET ROLE regress_referrals_mallory;
CREATE TYPE app.mood AS ENUM ('glad', 'sad', 'evil');
CREATE FUNCTION app.mood_text(app.mood) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('cast to text'); RETURN 'cast'; END $$;
CREATE CAST (app.mood AS text) WITH FUNCTION app.mood_text(app.mood) AS IMPLICIT;
CREATE FUNCTION app.mood_time(app.mood) RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('cast to timestamptz'); RETURN '2026-01-01'; END $$;
CREATE CAST (app.mood AS timestamptz) WITH FUNCTION app.mood_time(app.mood) AS IMPLICIT;
CREATE TABLE app.trap (id app.mood PRIMARY KEY, promo text, referred_by text, mood app.mood);
INSERT INTO app.trap VALUES ('glad', 'TRAP1', NULL, 'glad');
CREATE FUNCTION app.policy(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.report('policy'); RETURN true; END $$;
ALTER TABLE app.trap ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.trap FORCE ROW LEVEL SECURITY;
CREATE POLICY trap ON app.trap USING (app.policy(promo));
-- Rows that a policy hides could be read from the audit trail: such a table is refused, and its policy is not run.
SELECT referrals.attach('app.trap', code => 'promo', label => 'mood', key_prefix => 'trap:');
\echo :SQLSTATE
ALTER TABLE app.trap NO FORCE ROW LEVEL SECURITY;
SELECT referrals.attach('app.trap', code => 'promo', label => 'mood', key_prefix => 'trap:');
INSERT INTO app.trap VALUES ('sad', 'TRAP2', 'TRAP1', 'sad');
SELECT referrals.attach('app.trap', code => 'mood', key_prefix => 'trap:');
INSERT INTO app.trap VALUES ('evil', 'TRAP3', 'TRAP1', 'evil');
SELECT referrals.attach('app.trap', registered_at => 'mood', key_prefix => 'trap:');
\echo :SQLSTATE
RESET ROLE;
SELECT * FROM app.tricked;
SELECT user_key, code FROM referrals.participant WHERE user_key LIKE 'trap:%' ORDER BY participant_id;

-- Planning a query on a table runs "immutable" functions of its indexes and statistics: as the table's owner, never as the extension.
SET ROLE regress_referrals_mallory;
CREATE TABLE app.seen_as (who name, searched text);
CREATE FUNCTION app.look(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$;
CREATE FUNCTION app.note() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.seen_as VALUES (current_user, pg_catalog.current_setting('search_path'));
  PERFORM pg_catalog.set_config('search_path', 'app', false);
END $$;
CREATE TABLE app.planned (id integer PRIMARY KEY, referred_by text);
INSERT INTO app.planned VALUES (1, NULL);
CREATE INDEX ON app.planned (id) WHERE app.look(1) = 1;
CREATE INDEX ON app.planned ((id + app.look(2)));
CREATE STATISTICS app.planned_statistics ON (id + app.look(3)) FROM app.planned;
CREATE OR REPLACE FUNCTION app.look(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM app.note(); RETURN $1; END $$;
SELECT referrals.attach('app.planned', key_prefix => 'planned:');
RESET ROLE;
SELECT DISTINCT who FROM app.seen_as ORDER BY who;
SELECT * FROM app.tricked;
SELECT user_key FROM referrals.participant WHERE user_key LIKE 'planned:%';

-- The confused deputy: an expression in Mallory's index calls attach and detach, and a superuser has the index calculated. The call is still Mallory's.
CREATE TABLE victim (id bigint PRIMARY KEY, referred_by text);
SET ROLE regress_referrals_mallory;
CREATE TABLE app.bait (n bigint);
CREATE FUNCTION app.deputy(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.attach('app.victim', key_prefix => 'victim:');
  RETURN $1;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN $1;
END $$;
CREATE FUNCTION app.deputy_too(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.detach('app.users');
  RETURN $1;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN $1;
END $$;
CREATE INDEX ON app.bait (app.deputy(n), app.deputy_too(n));
INSERT INTO app.bait VALUES (1);
RESET ROLE;
ANALYZE app.bait;
REINDEX TABLE app.bait;
SELECT users FROM referrals.attachments WHERE users IN ('victim'::regclass, 'users'::regclass) ORDER BY users::text;

SET client_min_messages = warning;
DROP OWNED BY regress_referrals_mallory CASCADE;
DROP ROLE regress_referrals_mallory;
