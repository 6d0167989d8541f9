-- reconcile() finds users whom nobody registered and participants whose user is gone, and names the call that repairs each.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set reconcile 'SELECT * FROM referrals.reconcile();'
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
-- Nothing is attached: whoever was registered by hand is nobody's user.
SELECT referrals.register('by hand', wanted_code => 'HAND');
:reconcile
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined', key_prefix => 'u:');
INSERT INTO users VALUES (1, 'ANN', NULL), (2, 'BOB', 'ANN');
:reconcile

-- As a replica, where triggers do not fire, as for rows that logical replication brings. attach registers them, with their ties.
SET session_replication_role = replica;
INSERT INTO users VALUES (10, 'CYD', 'ANN'), (9, 'DEE', 'CYD');
RESET session_replication_role;
:reconcile
SELECT DISTINCT detail FROM referrals.reconcile() \gexec
:reconcile
:ties
-- With triggers off, and with one that is still off.
ALTER TABLE users DISABLE TRIGGER ALL;
INSERT INTO users VALUES (11, 'EVE', 'ANN');
ALTER TABLE users ENABLE TRIGGER ALL;
:reconcile
ALTER TABLE users DISABLE TRIGGER referrals_sign_up;
INSERT INTO users VALUES (12, 'FAY', 'EVE');
:reconcile
DO $$ DECLARE repair text; BEGIN FOR repair IN SELECT detail FROM referrals.reconcile() LOOP EXECUTE repair; END LOOP; END $$;
:reconcile
SELECT users, enabled FROM referrals.attachments;
-- A user who is gone. Whoever was registered by hand has a key that no table makes.
DELETE FROM users WHERE id = 12;
:reconcile
INSERT INTO users VALUES (12, 'FAY', 'EVE');
:reconcile
DELETE FROM users WHERE id = 12;
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
-- Whoever was erased is not missed, though their row may still be there; attach would leave them alone.
SELECT referrals.erase('u:11');
:reconcile
BEGIN READ ONLY;
:reconcile
COMMIT;
SET session_replication_role = replica;
INSERT INTO users VALUES (12, NULL, 'EVE'), (15, NULL, 'ANN');
RESET session_replication_role;
BEGIN;
:reconcile
SELECT pg_current_xact_id_if_assigned() IS NULL AS nothing_was_written;
COMMIT;
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
-- Nobody can see half of somebody: in this transaction, and in one that only reads.
BEGIN;
INSERT INTO users VALUES (13, 'GUS', 'ANN');
SET LOCAL session_replication_role = replica;
INSERT INTO users VALUES (14, 'HAL', 'ANN');
:reconcile
ROLLBACK;
BEGIN TRANSACTION READ ONLY;
:reconcile
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;
:reconcile
COMMIT;

-- Straight into a partition. Keys of all kinds, as the trigger reads them; what it skips is not missed.
SELECT referrals.detach('users');
CREATE TABLE people (area text NOT NULL, id char(8), note text) PARTITION BY LIST (area);
CREATE TABLE people_north PARTITION OF people FOR VALUES IN ('north');
CREATE TABLE people_south PARTITION OF people FOR VALUES IN ('south');
SELECT referrals.attach('people', key => 'id', label => 'note', key_prefix => '''%s\');
INSERT INTO people VALUES ('north', 'a', 'Ann'), ('south', 'B', 'Bob');
INSERT INTO people_north VALUES ('north', 'c', NULL), ('north', NULL, NULL), ('north', '', NULL), ('north', 'é', NULL), ('north', 'c', NULL), ('north', ' d', NULL);
SELECT problem, '[' || subject || ']' AS subject, detail FROM referrals.reconcile();
SELECT DISTINCT detail FROM referrals.reconcile() \gexec
:reconcile
-- A table that a child inherits from: the child's rows are not its own. A key with a cast of somebody's own; one that is too long.
CREATE TYPE mood AS ENUM ('glad', 'sad', 'zen');
CREATE FUNCTION mood_text(mood) RETURNS text LANGUAGE sql AS $$ SELECT 'cast' $$;
CREATE CAST (mood AS text) WITH FUNCTION mood_text(mood) AS IMPLICIT;
CREATE TABLE "Odd; --" ("The ""key""" mood, long text);
CREATE TABLE child () INHERITS ("Odd; --");
SELECT referrals.attach('"Odd; --"', key => 'The "key"', referred_by => NULL, key_prefix => 'm:');
INSERT INTO "Odd; --" VALUES ('zen'), (NULL);
INSERT INTO child VALUES ('glad');
:reconcile
SET session_replication_role = replica;
INSERT INTO "Odd; --" VALUES ('sad');
RESET session_replication_role;
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
CREATE TABLE wide (id text PRIMARY KEY);
SELECT referrals.attach('wide', key_prefix => 'w:');
SET session_replication_role = replica;
INSERT INTO wide VALUES (repeat('x', 510)), (repeat('x', 511)), (repeat('y', 3000)), (repeat('ü', 255)), (repeat('ü', 255) || 'x');
RESET session_replication_role;
SELECT problem, length(subject), octet_length(subject), detail FROM referrals.reconcile();
SELECT DISTINCT detail FROM referrals.reconcile() \gexec
:reconcile
-- Two tables may share a key: it is a user as long as one of them has it.
CREATE TABLE members (id bigint PRIMARY KEY);
CREATE TABLE guests (id bigint PRIMARY KEY);
SELECT referrals.attach('members', key_prefix => 'p:'), referrals.attach('guests', key_prefix => 'p:');
INSERT INTO members VALUES (1), (2);
INSERT INTO guests VALUES (2), (3);
SET session_replication_role = replica;
INSERT INTO members VALUES (4);
INSERT INTO guests VALUES (4);
RESET session_replication_role;
DELETE FROM members;
SELECT problem, subject FROM referrals.reconcile();
INSERT INTO members VALUES (1), (4);
:reconcile

-- More than anybody wants to read are counted.
SELECT referrals.detach('guests'), referrals.detach('members'), referrals.detach('wide'), referrals.detach('"Odd; --"'), referrals.detach('people');
CREATE TABLE many (id bigint PRIMARY KEY);
SELECT referrals.attach('many', key_prefix => 'many:');
SET session_replication_role = replica;
INSERT INTO many SELECT generate_series(1, 5432);
RESET session_replication_role;
SELECT problem, count(*), count(DISTINCT subject) AS users, min(subject) FILTER (WHERE subject LIKE 'many:%'), max(subject) FILTER (WHERE subject LIKE 'many:%') FROM referrals.reconcile() GROUP BY problem;
SELECT * FROM referrals.reconcile() WHERE detail LIKE '--%';
SELECT DISTINCT detail FROM referrals.reconcile() WHERE detail NOT LIKE '--%' \gexec
:reconcile
TRUNCATE many;
SELECT problem, subject, detail FROM referrals.reconcile() WHERE subject = 'many:1' OR subject NOT LIKE 'many:%';
INSERT INTO many SELECT generate_series(1, 5432);

-- A table that cannot be read as its trigger reads it says so, and nobody is called gone for that.
DELETE FROM many WHERE id = 1;
ALTER TABLE many RENAME id TO number;
:reconcile
ALTER TABLE many RENAME number TO id;
ALTER TABLE many ENABLE ROW LEVEL SECURITY;
SELECT problem, subject FROM referrals.reconcile();
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_keeper, regress_referrals_other;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_keeper;
CREATE ROLE regress_referrals_other;
GRANT USAGE ON SCHEMA app TO regress_referrals_keeper;
ALTER TABLE many OWNER TO regress_referrals_keeper;
SELECT problem, subject FROM referrals.reconcile();
ALTER TABLE many FORCE ROW LEVEL SECURITY;
:reconcile
ALTER TABLE many DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON many FROM regress_referrals_keeper;
:reconcile
GRANT SELECT ON many TO regress_referrals_keeper;
REVOKE USAGE ON SCHEMA app FROM regress_referrals_keeper;
:reconcile
ALTER TABLE many OWNER TO CURRENT_USER;
SELECT referrals.detach('many');
SELECT referrals.attach('people', key => 'id', label => 'note', key_prefix => '''%s\');
ALTER TABLE people_south OWNER TO regress_referrals_other;
:reconcile
ALTER TABLE people_south OWNER TO CURRENT_USER;
:reconcile
DROP TABLE people;
:reconcile

-- For operators.
SELECT referrals.grant_access('regress_referrals_keeper', 'app');
SELECT referrals.grant_access('regress_referrals_other', 'operator');
SET ROLE regress_referrals_keeper;
:reconcile
\echo :SQLSTATE
SET ROLE regress_referrals_other;
:reconcile
RESET ROLE;
SET client_min_messages = warning;
DROP OWNED BY regress_referrals_keeper, regress_referrals_other;
DROP ROLE regress_referrals_keeper, regress_referrals_other;
