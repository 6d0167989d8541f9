-- Installing, dropping and installing again.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql

-- The extension owns a schema of its own, and cannot be moved into another.
SELECT e.extrelocatable AS relocatable, n.nspname AS schema, pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS owns
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
JOIN pg_catalog.pg_namespace n ON d.classid = 'pg_namespace'::regclass AND n.oid = d.objid
WHERE e.extname = 'referrals';
ALTER EXTENSION referrals SET SCHEMA app;
\echo :SQLSTATE

-- A fresh install has tables and no rows: no program, no plan, no mode chosen.
SELECT string_agg(format('SELECT %L AS "table", count(*) AS rows FROM referrals.%I', relname, relname),
                  ' UNION ALL ' ORDER BY relname) || ' ORDER BY 1'
FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'r'
\gexec
SELECT referrals.mode();

-- Once is enough.
CREATE EXTENSION referrals;
\echo :SQLSTATE
CREATE EXTENSION IF NOT EXISTS referrals;

-- With no table attached it can be dropped, and leaves nothing.
DROP EXTENSION referrals;
SELECT to_regnamespace('referrals') AS schema_left;

-- A schema of that name that is there already belongs to someone else: refused, and that schema is left as it was.
CREATE SCHEMA referrals;
CREATE TABLE referrals.participant (theirs text);
CREATE EXTENSION referrals;
\echo :SQLSTATE
SELECT count(*) AS relations FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'r';
DROP SCHEMA referrals CASCADE;

-- Wherever it is asked to be, everything is in the schema "referrals".
CREATE EXTENSION referrals SCHEMA app;
SELECT count(*) FILTER (WHERE relnamespace = 'referrals'::regnamespace) > 0 AS in_referrals,
       count(*) FILTER (WHERE relnamespace = 'app'::regnamespace) AS in_app
FROM pg_catalog.pg_class WHERE relkind IN ('r', 'v', 'S', 'i');
DROP EXTENSION referrals;

-- It is not trusted: a role that is no superuser cannot create it, whatever its rights in the database.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_plain;
RESET client_min_messages;
CREATE ROLE regress_referrals_plain;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_referrals_plain;
GRANT ALL ON SCHEMA app TO regress_referrals_plain;
SET ROLE regress_referrals_plain;
CREATE EXTENSION referrals;
\echo :SQLSTATE
RESET ROLE;
DROP OWNED BY regress_referrals_plain;
DROP ROLE regress_referrals_plain;

-- Two statements switch it on. (The program "default" is missing, so attach makes one that rates nothing, and says so.)
CREATE TABLE users (id bigint PRIMARY KEY, name text, referred_by text);
INSERT INTO users VALUES (1, 'Ann', NULL);
CREATE EXTENSION referrals;
SELECT referrals.attach('users');
INSERT INTO users SELECT 2, 'Bob', referrals.code_of('1');
:ties

-- Dropping it with a table attached needs CASCADE: the table's trigger goes with it ...
DROP EXTENSION referrals;
\echo :SQLSTATE
-- ... a drop that is rolled back changes nothing, in this session or any other ...
BEGIN;
DROP EXTENSION referrals CASCADE;
ROLLBACK;
INSERT INTO users SELECT 3, 'Cyd', referrals.code_of('1');
:ties
-- ... and the users stay, every row and column of them.
DROP EXTENSION referrals CASCADE;
SELECT tgname FROM pg_catalog.pg_trigger WHERE tgrelid = 'users'::regclass;
INSERT INTO users VALUES (4, 'Dee', 'ANYTHING');
SELECT id, name, referred_by IS NOT NULL AS referred FROM users ORDER BY id;

-- The same session can install it again and go on: nothing of the first installation is remembered.
CREATE EXTENSION referrals;
SELECT referrals.code_of('1');
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
SELECT referrals.attach('users');
INSERT INTO users SELECT 5, 'Eve', referrals.code_of('1');
:ties
:ledger

-- An installation that is rolled back leaves nothing either, and the next one works.
DROP EXTENSION referrals CASCADE;
BEGIN;
CREATE EXTENSION referrals;
SELECT referrals.register('zoe', wanted_code => 'ZOE');
ROLLBACK;
SELECT to_regnamespace('referrals') AS schema_left;
CREATE EXTENSION referrals;
SELECT referrals.register('zoe', wanted_code => 'ZOE2');
