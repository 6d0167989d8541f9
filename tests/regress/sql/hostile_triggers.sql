-- Hostile: the trigger functions run with the rights of the extension's owner. Mallory tries to have them fired for tables of
-- her own, with arguments of her own, or to put something else in their place.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text);
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric);
SELECT referrals.attach('users', code => 'promo');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'total > 0');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN');
SET ROLE regress_referrals_mallory;
CREATE TABLE mine (id text PRIMARY KEY, promo text, referred_by text, customer text, total numeric);
-- What triggers say is for everybody to read, as all of pg_trigger: conditions are no place for secrets.
SELECT tgname, pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE tgname LIKE 'referrals%' ORDER BY 1 \g (format=unaligned)
-- To write the same for a table of one's own takes EXECUTE, which nobody has, with whatever arguments.
SET client_min_messages = error;
SELECT tgname, try(regexp_replace(pg_get_triggerdef(oid), ' ON [a-z.]+', ' ON mine')) FROM pg_catalog.pg_trigger WHERE tgname LIKE 'referrals%' ORDER BY 1;
CREATE TABLE attempts AS SELECT format(t.statement, f.function) AS statement FROM unnest(ARRAY['_on_sign_up', '_on_event', '_append_only', '_forget_cached']) WITH ORDINALITY AS f(function, m),
  unnest(ARRAY['CREATE TRIGGER steal AFTER INSERT ON mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION referrals.%s(''key=id'', ''program=default'', ''key_prefix='')',
    'CREATE TRIGGER steal BEFORE DELETE ON mine FOR EACH ROW EXECUTE FUNCTION referrals.%s()', 'CREATE CONSTRAINT TRIGGER steal AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION referrals.%s()', 'SELECT referrals.%s()',
    'ALTER FUNCTION referrals.%s() OWNER TO CURRENT_USER', 'CREATE OR REPLACE FUNCTION referrals.%s() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''']) WITH ORDINALITY AS t(statement, n) ORDER BY m, n;
SELECT try(statement), count(*) FROM attempts GROUP BY 1;
-- The highest level changes nothing in that.
RESET ROLE;
SELECT referrals.grant_access('regress_referrals_mallory', 'admin');
SET ROLE regress_referrals_mallory;
SELECT tgname, try(regexp_replace(pg_get_triggerdef(oid), ' ON [a-z.]+', ' ON mine')) FROM pg_catalog.pg_trigger WHERE tgname LIKE 'referrals%' ORDER BY 1;
SELECT try(statement), count(*) FROM attempts GROUP BY 1 ORDER BY 1;
-- Nor can the code be reached in another way, or a table be had with the trigger on it.
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'CREATE FUNCTION c() RETURNS trigger LANGUAGE c AS ''$libdir/referrals'', ''on_sign_up_wrapper''',
  'CREATE FUNCTION c(text) RETURNS text LANGUAGE c AS ''$libdir/referrals'', ''register_wrapper''',
  'LOAD ''$libdir/referrals''',
  'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION referrals._on_sign_up()',
  'CREATE TABLE part PARTITION OF users FOR VALUES IN (1)',
  'CREATE TABLE child () INHERITS (users)',
  'ALTER TABLE mine INHERIT users']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
GRANT SELECT ON users TO regress_referrals_mallory;
SET ROLE regress_referrals_mallory;
CREATE TABLE copy (LIKE users INCLUDING ALL);
SELECT count(*) AS triggers_copied FROM pg_catalog.pg_trigger WHERE tgrelid = 'copy'::regclass;
INSERT INTO copy VALUES ('forged', 'FORGED', 'ANN');
INSERT INTO mine VALUES ('forged', 'FORGED', 'ANN', 'bob', 1000);
-- A trigger that is on another's table is that owner's, to rename, disable or drop.
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'ALTER TRIGGER referrals_sign_up ON users RENAME TO gone',
  'ALTER TRIGGER referrals_sign_up ON users DEPENDS ON EXTENSION plpgsql',
  'ALTER TABLE users DISABLE TRIGGER referrals_sign_up',
  'ALTER TABLE users DISABLE TRIGGER ALL',
  'DROP TRIGGER referrals_sign_up ON users',
  'SET session_replication_role = replica',
  'CREATE OR REPLACE TRIGGER referrals_sign_up AFTER INSERT ON users REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up(''key=promo'', ''program=default'', ''key_prefix='')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
SELECT users, key, key_prefix, enabled FROM referrals.attachments;
SELECT user_key FROM referrals.participant ORDER BY participant_id;
-- Whoever has the privilege TRIGGER on a table runs code as everybody who writes to it, and can put a trigger in the place of
-- ours. It is a right to be given to nobody whom the owner of the table would not let in; health cannot know of it, since the
-- table is not attached any more.
GRANT TRIGGER ON users TO regress_referrals_mallory;
SET ROLE regress_referrals_mallory;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'CREATE OR REPLACE TRIGGER referrals_sign_up AFTER INSERT ON users REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up(''key=promo'', ''program=default'', ''key_prefix='')',
  'CREATE OR REPLACE TRIGGER referrals_sign_up AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION app.nothing()']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
SELECT count(*) AS attachments FROM referrals.attachments;
\i :dir/no_mallory.psql
