-- reconcile() reads tables whose owners may have put code of their own into them: it runs as the owner, can only read, and leaves nothing behind.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set reconcile 'SELECT * FROM referrals.reconcile();'
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_mallory, regress_referrals_operator;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_mallory;
CREATE ROLE regress_referrals_operator;
GRANT USAGE, CREATE ON SCHEMA app TO regress_referrals_mallory;
GRANT TEMPORARY, CREATE ON DATABASE :"DBNAME" TO regress_referrals_mallory;
SELECT referrals.grant_access('regress_referrals_mallory', 'admin'), referrals.grant_access('regress_referrals_operator', 'operator');
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"flat": 1}}}]}');
CREATE TABLE tricked (who name, how text);
GRANT INSERT ON tricked TO PUBLIC;
SET ROLE regress_referrals_mallory;
CREATE TABLE users (id integer PRIMARY KEY, referred_by text);
INSERT INTO users VALUES (1), (2);
CREATE TABLE payments (id integer PRIMARY KEY, user_id integer, state text);
CREATE FUNCTION look(integer, how text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$;
CREATE INDEX ON users (id) WHERE app.look(1, 'predicate') = 1;
CREATE INDEX ON users ((id + app.look(2, 'expression')));
CREATE STATISTICS users_statistics ON (id + app.look(3, 'statistics')) FROM users;
CREATE INDEX ON payments (id) WHERE app.look(1, 'predicate') = 1;
SELECT referrals.attach('users');
SELECT referrals.attach_events('payments', 'payment', 'id', 'user_id', accrue_when => $$app.look(id, 'condition') > 0 AND state = 'paid'$$);
INSERT INTO payments VALUES (1, 2, 'paid');

RESET ROLE;
SET session_replication_role = replica;
INSERT INTO users VALUES (3);
INSERT INTO payments VALUES (2, 2, 'paid'), (3, 2, 'open'), (4, 3, 'paid');
RESET session_replication_role;
SET ROLE regress_referrals_mallory;

-- What her code does when it runs: it notes as whom, and tries to become somebody, to write, and to leave a setting behind.
CREATE FUNCTION act(how text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'regress_referrals_mallory' THEN RAISE WARNING 'tricked: % by %', current_user, how; END IF;
  BEGIN
    INSERT INTO app.tricked VALUES (current_user, how);
    RAISE WARNING 'written by %', how;
  EXCEPTION WHEN read_only_sql_transaction THEN NULL;
  END;
  BEGIN
    EXECUTE 'RESET ROLE';
    RAISE WARNING 'role was reset by %', how;
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    CREATE TEMP TABLE mine ();
    RAISE WARNING 'a table was made by %', how;
  EXCEPTION WHEN insufficient_privilege OR read_only_sql_transaction THEN NULL;
  END;
  PERFORM pg_catalog.set_config('search_path', 'app', false), pg_catalog.set_config('app.seen', how, false);
  RAISE NOTICE 'done by %', how;
END $$;
CREATE OR REPLACE FUNCTION look(integer, how text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM app.act(how); RETURN $1; END $$;
CREATE FUNCTION policy(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'policy as %', current_user; RETURN true; END $$;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON users USING (app.policy(id));
-- Operators, functions and a type of hers, first on the path of who asks.
CREATE FUNCTION evil(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'operator as %', current_user; RETURN false; END $$;
CREATE OPERATOR <> (LEFTARG = text, RIGHTARG = text, FUNCTION = app.evil);
CREATE FUNCTION format(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'format as %', current_user; RETURN 'evil'; END $$;
CREATE FUNCTION octet_length(text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'octet_length as %', current_user; RETURN 0; END $$;
RESET ROLE;
SET search_path = app, pg_catalog;
SET app.seen = '';
SELECT problem, subject, detail FROM referrals.reconcile();
SHOW search_path;
SELECT current_setting('app.seen') AS left_behind;
SET ROLE regress_referrals_operator;
:reconcile
SELECT current_user;
RESET ROLE;
SET search_path = app;
SELECT * FROM tricked;

-- Code that fails while a query is planned says why, in one line; a condition that fails may quote a row, so it does not.
SET ROLE regress_referrals_mallory;
DROP OPERATOR app.<> (text, text);
CREATE OR REPLACE FUNCTION look(integer, how text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RAISE EXCEPTION E'secret of row %\nDROP TABLE users', $1;
END $$;
RESET ROLE;
:reconcile
SET ROLE regress_referrals_mallory;
CREATE OR REPLACE FUNCTION look(integer, how text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF how = 'condition' THEN RAISE EXCEPTION E'secret of row %\nDROP TABLE users', $1; END IF; RETURN $1; END $$;
RESET ROLE;
:reconcile
SELECT * FROM tricked;
-- What a key holds stays a key.
CREATE TABLE people (id text PRIMARY KEY);
SELECT referrals.attach('people', key_prefix => 'people:');
INSERT INTO people VALUES (E'x''); DROP TABLE app.tricked; --\n');
DELETE FROM people;
SELECT detail FROM referrals.reconcile() WHERE problem = 'participant_without_user';
-- A statement that is cancelled while it evaluates a condition is cancelled.
SET ROLE regress_referrals_mallory;
CREATE OR REPLACE FUNCTION look(integer, how text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF how = 'condition' THEN RAISE query_canceled; END IF; RETURN $1; END $$;
RESET ROLE;
:reconcile
\echo :SQLSTATE
SET client_min_messages = warning;
DROP OWNED BY regress_referrals_mallory, regress_referrals_operator CASCADE;
DROP ROLE regress_referrals_mallory, regress_referrals_operator;
