-- Hostile: what a role can read that is not for it, by views, functions of its own, errors, statistics and what the server shows of others.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/mallory.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text);
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, state text DEFAULT 'paid');
SELECT referrals.attach('users', code => 'promo');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'state = ''paid''');
INSERT INTO users VALUES ('ann@secret', 'ANN', NULL), ('bob@secret', 'BOB', 'ANN'), ('cyd@secret', 'CYDCODE', NULL);
INSERT INTO payments VALUES ('p1', 'bob@secret', 100);
-- Statistics are gathered as they would be of a large table.
ANALYZE;

-- Without a level: an application's role, with the right to insert. What it does wrong, or what is already somebody else's, is
-- never said to it: no error, no notice, no row count tells of other people.
GRANT INSERT ON users, payments TO regress_referrals_mallory;
SET ROLE regress_referrals_mallory;
INSERT INTO users VALUES ('mallory', 'ANN', 'BOB');
INSERT INTO users VALUES ('mallory2', 'cyd-code', 'NOSUCH');
INSERT INTO payments VALUES ('m1', 'bob@secret', 'NaN'), ('m2', NULL, 1), (repeat('x', 2000), 'bob@secret', 1), ('m3', 'nobody', 1);
MERGE INTO payments p USING (VALUES ('m4', 'bob@secret', 1)) AS n (id, customer, total) ON false WHEN NOT MATCHED THEN INSERT VALUES (n.id, n.customer, n.total, 'paid');
-- (The session's last sequence is one of ours now, which it may not read: an application asks RETURNING, or currval() of its own sequence.)
SELECT lastval();
\echo :SQLSTATE
SET client_min_messages = warning;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT * FROM referrals.participant', 'SELECT referrals.lookup(''ANN'')', 'SELECT referrals.explain(1)', 'EXPLAIN SELECT * FROM referrals.participant', 'EXPLAIN SELECT * FROM referrals.dashboard',
  'SELECT currval(''referrals.participant_participant_id_seq'')', 'SELECT ''referrals.commission''::regclass', 'SELECT stavalues1 FROM pg_catalog.pg_statistic', 'SELECT stxdmcv FROM pg_catalog.pg_statistic_ext_data',
  'SELECT pg_catalog.pg_read_file(''PG_VERSION'')', 'CREATE VIEW spy AS SELECT * FROM referrals.participant', 'CREATE FUNCTION spy() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT user_key FROM referrals.participant; END']) WITH ORDINALITY AS t(s, n) ORDER BY n;
-- Statistics of columns are for who may read the columns.
SELECT count(*) AS rows FROM pg_catalog.pg_stats WHERE schemaname = 'referrals';
SELECT count(*) AS rows FROM pg_catalog.pg_stats_ext WHERE schemaname = 'referrals';
-- What others run is not shown: here the connection that the superuser left open.
SELECT count(*) FILTER (WHERE query <> '<insufficient privilege>' AND usename <> current_user) AS queries_of_others FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid();
-- What Postgres shows to everybody is how large things are, not what is in them: names of tables and columns, numbers of rows and
-- pages, definitions of views, triggers and comments.
SELECT reltuples > 0 AS size_is_known FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'referrals' AND relname = 'participant';
RESET ROLE;
-- The trail has what was not said.
SELECT action, participant, detail FROM referrals.audit_trail WHERE action IN ('refused', 'untied', 'code_refused') ORDER BY audit_id \g (format=unaligned)

-- reader: sees what the views show. With a function of its own in WHERE, which Postgres may call before the views' own conditions,
-- it also sees the keys and codes of people whom a view leaves out, such as Cyd, who has neither lines nor friends. So the views
-- are no wall between people: the level reader is for those who may know everybody. (A security barrier would shut this, and make
-- a join with the dashboard compute all of it.)
SELECT referrals.grant_access('regress_referrals_mallory', 'reader');
SET ROLE regress_referrals_mallory;
CREATE FUNCTION leak(text, text) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'saw % and a code: %', $1, $2 IS NOT NULL; RETURN false; END $$;
SET client_min_messages = notice;
SELECT user_key FROM referrals.dashboard WHERE mode = 'mock';
SELECT user_key FROM referrals.dashboard WHERE mode = 'mock' AND leak(user_key, code);
-- A view gives its columns, and no others of its tables; nor can it be had to run code of the reader's as its owner.
CREATE FUNCTION who(text) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('where'); RETURN true; END $$;
SELECT count(*) > 0 AS rows FROM referrals.commission_ledger WHERE who(referee);
CREATE FUNCTION less(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM app.whoami('operator'); RETURN $1 OPERATOR(pg_catalog.<) $2; END $$;
-- (The planner estimates by calling the operator on what it knows of the column; it is Mallory who calls.)
CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = less, RESTRICT = scalarltsel);
SELECT count(*) AS rows FROM referrals.commission_ledger WHERE event_kind <<< 'a';
SELECT referrals.explain(id) IS NOT NULL AS explained FROM referrals.commission_ledger ORDER BY id LIMIT 1;
RESET ROLE;
SELECT who, string_agg(DISTINCT what, ', ' ORDER BY what) AS what FROM run_as GROUP BY who;
SET ROLE regress_referrals_mallory;
SET client_min_messages = warning;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT participant_id FROM referrals.dashboard', 'SELECT dashboard.ctid FROM referrals.dashboard', 'SELECT referrals.participant FROM referrals.participant', 'SELECT * FROM referrals._line', 'SELECT * FROM referrals.queue',
  'SELECT referrals._current_standing(1, ''mock'', 1, 1, 1, ''-infinity'', ''infinity'', 1)', 'SELECT referrals._current_standing(999999, NULL, NULL, NULL, NULL, NULL, NULL, ''NaN'')', 'SELECT referrals._decimals(999, 999)', 'SELECT referrals._attachment(''\x00ff00'')', 'SELECT referrals._event_source(''\xdeadbeef'')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;

-- app, which includes reader: an error names what was sent, and of others what a reader may see as well.
SELECT referrals.grant_access('regress_referrals_mallory', 'app');
SET ROLE regress_referrals_mallory;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT referrals.accrue(''payment'', ''p1'', ''mallory'', 5)', 'SELECT referrals.accrue(''payment'', ''p1'', ''bob@secret'', 99)', 'SELECT referrals.register(''mallory3'', wanted_code => ''ANN'')', 'SELECT referrals.accrue(''payment'', ''p9'', ''nobody'', 1)',
  'SELECT referrals.register(''mallory4'', program => E''no\nsuch'')', 'SELECT referrals.tier_of(''nobody'', ''infinity'')', 'SELECT referrals.explain(999999)']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
-- Roles of Postgres' own that read or write everything read and write this as well: whoever has pg_write_all_data can add a line
-- to the record, and is to be trusted like a superuser. Rows that are there they can neither change nor delete.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA referrals FROM regress_referrals_mallory;
GRANT pg_read_all_data, pg_write_all_data TO regress_referrals_mallory;
SET ROLE regress_referrals_mallory;
SELECT s AS attempt, try(s) FROM unnest(ARRAY[
  'SELECT user_key FROM referrals.participant', 'INSERT INTO referrals.audit_log (action, actor) VALUES (''forged'', ''postgres'')', 'UPDATE referrals.audit_log SET actor = ''me''', 'DELETE FROM referrals.commission', 'TRUNCATE referrals.reversal', 'SELECT referrals.register(''x'')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET ROLE;
\i :dir/no_mallory.psql
