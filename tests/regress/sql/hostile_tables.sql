-- Hostile: Mallory owns a table that was attached for her. What its owner can do with it, and what not.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('users', code => 'promo');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN');
SET ROLE regress_referrals_mallory;
CREATE TABLE shop (id text PRIMARY KEY, promo text, referred_by text);
CREATE TABLE sales (id text PRIMARY KEY, customer text, total numeric);
RESET ROLE;
SELECT referrals.attach('shop', code => 'promo', key_prefix => 'shop:');
SELECT referrals.attach_events('sales', 'payment', 'id', 'customer', amount => 'total');
SET ROLE regress_referrals_mallory;
SET client_min_messages = warning;

-- The rows are hers: whom she inserts is signed up, with whatever code and referrer. The prefix keeps that to people of her table:
-- Bob, whom she tries to be, is not among them, however his key is written.
INSERT INTO shop VALUES ('bob', 'SHOPBOB', 'ANN'), ('''; DROP TABLE users; --', NULL, 'ann');
INSERT INTO shop VALUES ('../bob', NULL, NULL), (E'\bbob', NULL, NULL), ('shop:bob', NULL, NULL);
RESET ROLE;
SELECT user_key FROM referrals.participant ORDER BY participant_id \g (format=unaligned)
-- Without a prefix the keys of a table are whatever its owner says, those of other tables included: here that of the next customer
-- of the shop. Whoever attaches tables of people who do not trust each other gives each a prefix.
INSERT INTO users VALUES ('shop:cyd', 'SQUATTER', 'BOB');
SET ROLE regress_referrals_mallory;
INSERT INTO shop VALUES ('cyd', 'CYD', 'ANN');
RESET ROLE;
SELECT referrals.code_of('shop:cyd');
-- An event names its referee in full, whosever it is: a source of events is a table whose writers may say who paid what.
SET ROLE regress_referrals_mallory;
INSERT INTO sales VALUES ('s1', 'bob', 1000), ('s2', 'nobody', 1000);
RESET ROLE;
SELECT referrer, referee, event_key, amount FROM referrals.commission_ledger WHERE event_kind = 'payment';

-- Code of hers that the table brings along runs as whoever inserts, or as nobody: triggers before and after ours, rules, defaults,
-- generated columns, policies, checks of domains. She cannot have it run as the extension's owner.
SET ROLE regress_referrals_mallory;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami(TG_NAME); RETURN NEW; END $$;
CREATE TRIGGER a_before BEFORE INSERT ON shop FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER a_first AFTER INSERT ON shop FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER z_last AFTER INSERT ON shop FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER z_deferred AFTER INSERT ON shop INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE also AS ON INSERT TO shop DO ALSO SELECT app.whoami('rule');
CREATE DOMAIN sly AS text CHECK (app.whoami('domain'));
CREATE FUNCTION sly_text(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('immutable'); RETURN $1; END $$;
ALTER TABLE shop ALTER promo TYPE sly, ADD made text GENERATED ALWAYS AS (sly_text(id)) STORED, ADD extra text DEFAULT sly_text('x'), ADD CHECK (whoami('check'));
CREATE FUNCTION fixed() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('predicate'); RETURN true; END $$;
CREATE INDEX ON shop (sly_text(id)) WHERE fixed();
RESET ROLE;
TRUNCATE run_as;
-- The shop's till, a role with the right to insert alone.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_till;
CREATE ROLE regress_referrals_till;
SET client_min_messages = warning;
GRANT INSERT (id, promo, referred_by) ON shop TO regress_referrals_till;
SET ROLE regress_referrals_till;
INSERT INTO shop VALUES ('dee', 'DEE', 'ANN');
RESET ROLE;
SELECT referrals.lookup('DEE') AS signed_up;
SELECT who, string_agg(DISTINCT what, ', ' ORDER BY what) AS what FROM run_as GROUP BY who ORDER BY who;
-- Attached again by a superuser, who thereby reads the table: as its owner, who gains nothing.
TRUNCATE run_as;
SELECT referrals.attach('shop', code => 'promo', key_prefix => 'shop:');
SELECT who, string_agg(DISTINCT what, ', ' ORDER BY what) AS what FROM run_as GROUP BY who ORDER BY who;

-- What our trigger reads cannot be changed beneath it: not the rows of the statement, and not their layout. What she may do to her
-- own table, she may do here as well: a trigger that she drops has been fired already, a column that she renames is not found.
SET ROLE regress_referrals_mallory;
DROP RULE also ON shop;
CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    UPDATE new_rows SET referred_by = 'BOB';
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING '%: %', SQLSTATE, SQLERRM;
  END;
  RAISE WARNING '%', app.try('ALTER TABLE app.shop ALTER id TYPE integer USING 1');
  RAISE WARNING '%', app.try('ALTER TABLE app.shop DROP referred_by, ADD referred_by point');
  RAISE WARNING '%', app.try('ALTER TABLE app.shop DISABLE TRIGGER referrals_sign_up');
  RAISE WARNING '%', app.try('DROP TRIGGER referrals_sign_up ON app.shop');
  IF NEW IS NULL AND TG_ARGV[0] = 'rename' THEN RAISE WARNING '%', app.try('ALTER TABLE app.shop RENAME referred_by TO gone'); END IF;
  RETURN NULL;
END $$;
BEGIN;
CREATE TRIGGER b_tamper AFTER INSERT ON shop REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tamper();
INSERT INTO shop VALUES ('eve', 'EVE', 'ANN');
RESET ROLE;
SELECT e.user_key AS referee, r.user_key AS referrer FROM referrals.attribution t JOIN referrals.participant e ON e.participant_id = t.referee_id JOIN referrals.participant r ON r.participant_id = t.referrer_id WHERE e.user_key = 'shop:eve';
ROLLBACK;
SET ROLE regress_referrals_mallory;
BEGIN;
CREATE TRIGGER b_tamper AFTER INSERT ON shop REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tamper('rename');
INSERT INTO shop VALUES ('eve', 'EVE', 'ANN');
ROLLBACK;
RESET ROLE;

-- She can have her table followed no longer: that is her right, and it shows. What was recorded stays.
SET ROLE regress_referrals_mallory;
ALTER TABLE shop DISABLE TRIGGER referrals_sign_up;
INSERT INTO shop VALUES ('fay', 'FAY', 'ANN');
RESET ROLE;
SELECT check_name, ok, detail FROM referrals.health() WHERE NOT ok;
SET ROLE regress_referrals_mallory;
ALTER TABLE shop ENABLE REPLICA TRIGGER referrals_sign_up;
RESET ROLE;
SELECT users, enabled FROM referrals.attachments WHERE users = 'shop'::regclass;
SET ROLE regress_referrals_mallory;
ALTER TABLE shop ENABLE TRIGGER referrals_sign_up;
ALTER TRIGGER referrals_sign_up ON shop RENAME TO innocent;
INSERT INTO shop VALUES ('gus', 'GUS', 'ANN');
-- Rows that come by another way than the table do not fire its trigger: as those of a child, or by way of a table whose partition
-- it has become.
CREATE TABLE annex () INHERITS (shop);
INSERT INTO annex (id, promo) VALUES ('hal', 'HAL');
DROP TABLE annex;
CREATE TABLE mall (LIKE shop INCLUDING GENERATED) PARTITION BY LIST (id);
ALTER TABLE mall ATTACH PARTITION shop DEFAULT;
INSERT INTO mall VALUES ('ida', 'IDA', 'ANN');
RESET ROLE;
SELECT referrals.lookup('FAY') AS while_disabled, referrals.lookup('GUS') AS renamed, referrals.lookup('HAL') AS of_child, referrals.lookup('IDA') AS as_partition;
SELECT check_name, ok, detail FROM referrals.health() WHERE check_name = 'attachments';

-- reconcile reads her tables as her, and writes the calls that repair what it finds: whoever copies and runs them runs no SQL of hers, whatever her keys are.
SET ROLE regress_referrals_mallory;
ALTER TABLE mall DETACH PARTITION shop;
ALTER TABLE sales DISABLE TRIGGER ALL;
INSERT INTO sales VALUES ('''); SELECT app.whoami(''copied''); --', 'bob', 5), (E'\\\'); SELECT app.whoami(\'copied\'); --', 'bob', 6), (E'\n\\! id\n', 'bob', 7), ('$$ $a$ /* --', 'bob', 8);
CREATE INDEX ON sales (sly_text(id)) WHERE fixed();
RESET ROLE;
TRUNCATE run_as;
CREATE TABLE findings AS SELECT * FROM referrals.reconcile();
SELECT * FROM findings ORDER BY problem COLLATE "C", subject COLLATE "C", detail COLLATE "C" \g (format=unaligned)
SELECT problem, try(detail) AS repaired FROM findings ORDER BY problem COLLATE "C", subject COLLATE "C", detail COLLATE "C";
SELECT * FROM referrals.reconcile() \g (format=unaligned)
SELECT who, string_agg(DISTINCT what, ', ' ORDER BY what) AS what FROM run_as GROUP BY who ORDER BY who;

-- Whatever her code raises while a condition is read or a table is, be it as if memory or the disk had run out, it keeps nobody from
-- the answer. But for a cancellation: code that never returns leads there too.
SET ROLE regress_referrals_mallory;
CREATE FUNCTION boom() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('app.raise', true) <> '' THEN RAISE EXCEPTION 'boo' USING ERRCODE = current_setting('app.raise'); END IF;
  RETURN true;
END $$;
CREATE OR REPLACE FUNCTION fixed() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN app.boom(); END $$;
CREATE FUNCTION boom(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN app.boom(); END $$;
CREATE TABLE bookings (id text PRIMARY KEY, customer text);
CREATE TABLE visits (id text PRIMARY KEY, customer text);
RESET ROLE;
SELECT referrals.attach_events('bookings', 'booking', 'id', 'customer', accrue_when => 'app.boom()');
SELECT referrals.attach_events('visits', 'visit', 'id', 'customer', accrue_when => 'app.boom(id)');
SET session_replication_role = replica;
INSERT INTO visits VALUES ('v1', 'bob');
RESET session_replication_role;
DO $$
DECLARE
  code text;
BEGIN
  FOREACH code IN ARRAY ARRAY['22012', '40001', '40P01', '53100', '53200', '54001', '55P03', '58030', 'P0004', 'XX000', 'XX001'] LOOP
    PERFORM set_config('app.raise', code, true);
    RAISE INFO '% health: %', code, (SELECT detail FROM referrals.health() WHERE check_name = 'attachments');
    RAISE INFO '% reconcile: %', code, (SELECT string_agg(problem || ' ' || subject, ', ') FROM referrals.reconcile() WHERE problem <> 'trigger_disabled');
  END LOOP;
END $$;
SET app.raise = '57014';
SELECT * FROM referrals.health();
\echo :SQLSTATE
SELECT * FROM referrals.reconcile();
\echo :SQLSTATE
RESET app.raise;
SELECT referrals.detach('bookings'), referrals.detach('visits');

-- The tables of the record are nobody's to hang anything on: as a parent, by a foreign key, as a pattern; nor to lock. (The schema
-- alone is shut already; with the level reader it is open.)
SELECT referrals.grant_access('regress_referrals_mallory', 'reader');
SET ROLE regress_referrals_mallory;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'CREATE TABLE lines () INHERITS (referrals.commission)',
  'CREATE TABLE lines (LIKE referrals.commission)',
  'ALTER TABLE shop INHERIT referrals.participant',
  'CREATE TABLE keys (id bigint REFERENCES referrals.participant)',
  'LOCK TABLE referrals.commission IN ACCESS SHARE MODE',
  'LOCK TABLE referrals.dashboard IN SHARE MODE',
  'LOCK TABLE referrals.dashboard IN ACCESS EXCLUSIVE MODE',
  'SELECT * FROM referrals.tier_progress FOR UPDATE',
  'SELECT * FROM referrals.payouts FOR SHARE',
  'UPDATE referrals.payouts SET state = ''paid''',
  'INSERT INTO referrals.audit_trail (action) VALUES (''forged'')',
  'SELECT nextval(''referrals.audit_log_audit_id_seq'')',
  'SELECT setval(''referrals.participant_participant_id_seq'', 1)',
  'CREATE TRIGGER t INSTEAD OF INSERT ON referrals.audit_trail FOR EACH ROW EXECUTE FUNCTION note()']) WITH ORDINALITY AS t(s, n) ORDER BY n;
COPY referrals.commission TO STDOUT;
\echo :SQLSTATE
-- (Its words are others before PostgreSQL 16.)
\set VERBOSITY sqlstate
ANALYZE referrals.commission;
\set VERBOSITY default
RESET ROLE;
DROP OWNED BY regress_referrals_till;
DROP ROLE regress_referrals_till;
\i :dir/no_mallory.psql
