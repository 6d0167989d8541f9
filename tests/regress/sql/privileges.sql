-- Privileges: who may do what.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS "regress_referrals ""odd"" ; --", regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_person, regress_referrals_monitor, regress_referrals_team, regress_referrals_member;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_shop;
CREATE ROLE regress_referrals_reader;
CREATE ROLE regress_referrals_app;
CREATE ROLE regress_referrals_operator;
CREATE ROLE regress_referrals_admin;
CREATE ROLE regress_referrals_person;
CREATE ROLE regress_referrals_monitor;
GRANT USAGE ON SCHEMA app TO PUBLIC;
GRANT CREATE ON SCHEMA app TO PUBLIC;
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');

-- The application's own role needs INSERT on its own table, and nothing here.
GRANT INSERT ON users TO regress_referrals_shop;
SET ROLE regress_referrals_shop;
INSERT INTO users VALUES (1, 'ANN');
INSERT INTO users VALUES (2, 'BOB', 'ANN'), (3, 'CY1', 'BOB');
COPY users (id, promo, referred_by) FROM stdin (FORMAT csv);
4,DEE,ANN
\.
RESET ROLE;
:ledger
SELECT DISTINCT actor = session_user AS actor_is_session_user FROM referrals.audit_log;

-- It can call nothing and read nothing: not one function, table, view or sequence. (What it may: list is empty.)
SELECT p.oid::regprocedure AS may_execute FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace AND has_function_privilege('regress_referrals_shop', p.oid, 'EXECUTE') ORDER BY 1;
SELECT c.oid::regclass AS may_use FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'v')
  AND has_table_privilege('regress_referrals_shop', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') ORDER BY 1;
SELECT c.oid::regclass AS may_use FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege('regress_referrals_shop', c.oid, 'SELECT, UPDATE, USAGE') END ORDER BY 1;
SELECT has_schema_privilege('regress_referrals_shop', 'referrals', 'CREATE') AS create_in_schema;
SET ROLE regress_referrals_shop;
SELECT referrals.code_of('1');
\echo :SQLSTATE
SELECT * FROM referrals.commission;
\echo :SQLSTATE
SELECT * FROM referrals.dashboard;
\echo :SQLSTATE
INSERT INTO referrals.attribution VALUES (1, 2, 'mock', now());
\echo :SQLSTATE
-- It cannot put the trigger on a table of its own, where it could write what it likes into it ...
CREATE TABLE mine (id bigint PRIMARY KEY, referred_by text);
SELECT referrals.attach('mine');
\echo :SQLSTATE
CREATE TRIGGER steal AFTER INSERT ON mine REFERENCING NEW TABLE AS t FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up('id', 'referred_by', 'default', '', '', '', '');
\echo :SQLSTATE
-- ... nor use the trigger function as a function.
SELECT referrals._on_sign_up();
\echo :SQLSTATE
RESET ROLE;

-- Levels.
SELECT referrals.grant_access('regress_referrals_reader', 'reader');
SELECT referrals.grant_access('regress_referrals_app', 'app');
SELECT referrals.grant_access('regress_referrals_operator', 'operator');
SELECT referrals.grant_access('regress_referrals_admin', 'admin');
SELECT referrals.grant_access('regress_referrals_person', 'self');
SELECT referrals.grant_access('regress_referrals_monitor', 'monitor');
SELECT referrals.grant_access('regress_referrals_admin', 'owner');
\echo :SQLSTATE
SELECT referrals.grant_access('regress_referrals_admin', 'Reader');
\echo :SQLSTATE
SELECT referrals.grant_access('regress_referrals_admin', NULL);
\echo :SQLSTATE
SELECT referrals.grant_access(NULL, 'reader');
\echo :SQLSTATE
SELECT referrals.grant_access('regress_referrals_nobody', 'reader');
\echo :SQLSTATE
SELECT referrals.grant_access(0, 'reader');
\echo :SQLSTATE
SELECT action, detail FROM referrals.audit_log WHERE action = 'access_granted' ORDER BY audit_id;

-- Any name will do.
CREATE ROLE "regress_referrals ""odd"" ; --";
SELECT referrals.grant_access('"regress_referrals ""odd"" ; --"', 'reader');
SELECT has_table_privilege('regress_referrals "odd" ; --', 'referrals.dashboard', 'SELECT') AS granted;
DROP OWNED BY "regress_referrals ""odd"" ; --";
DROP ROLE "regress_referrals ""odd"" ; --";
-- Every function, and which level may call it.
SELECT p.oid::regprocedure AS function,
       CASE WHEN has_function_privilege('regress_referrals_reader', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS reader,
       CASE WHEN has_function_privilege('regress_referrals_app', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS app,
       CASE WHEN has_function_privilege('regress_referrals_operator', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS operator,
       CASE WHEN has_function_privilege('regress_referrals_admin', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS admin,
       CASE WHEN has_function_privilege('regress_referrals_person', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS self,
       CASE WHEN has_function_privilege('regress_referrals_monitor', p.oid, 'EXECUTE') THEN 'yes' ELSE '' END AS monitor
FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace ORDER BY p.proname;
-- Every table, view and sequence, and what each level may do with it.
SELECT c.relname, c.relkind,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_reader', c.oid, w)) AS reader,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_app', c.oid, w)) AS app,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_operator', c.oid, w)) AS operator,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_admin', c.oid, w)) AS admin,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_person', c.oid, w)) AS self,
       (SELECT string_agg(w, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS w WHERE has_table_privilege('regress_referrals_monitor', c.oid, w)) AS monitor
FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'v', 'S') ORDER BY c.relkind, c.relname;

-- reader: looks at the views.
SET ROLE regress_referrals_reader;
SELECT user_key, referrals, accrued, currency FROM referrals.dashboard ORDER BY user_key;
SELECT referrer, referee, amount FROM referrals.commission_ledger ORDER BY id;
SELECT referrer, volume FROM referrals.tier_progress ORDER BY referrer;
SELECT count(*) > 0 AS audit_trail FROM referrals.audit_trail;
SELECT users FROM referrals.attachments;
SELECT referrals.register('zoe');
\echo :SQLSTATE
SELECT * FROM referrals.audit_log;
\echo :SQLSTATE
-- With the schema in reach, the trigger function still is not.
CREATE TABLE readers (id bigint PRIMARY KEY, referred_by text);
CREATE TRIGGER steal AFTER INSERT ON readers REFERENCING NEW TABLE AS t FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up('id', 'referred_by', 'default', '', '', '', '');
\echo :SQLSTATE
CREATE TRIGGER steal BEFORE INSERT ON readers FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
\echo :SQLSTATE

-- monitor: figures and health, of nobody in particular, and nothing to do.
SET ROLE regress_referrals_monitor;
SELECT live, paused_programs FROM referrals.metrics;
SELECT blocks FROM referrals.metrics_seal;
SELECT * FROM referrals.metrics_queue ORDER BY mode;
SELECT * FROM referrals.metrics_payouts;
SELECT check_name, ok FROM referrals.health() WHERE check_name <> 'append_only';
SELECT users FROM referrals.attachments;
SELECT * FROM referrals.dashboard;
\echo :SQLSTATE
SELECT referrals.process_queue();
\echo :SQLSTATE
SELECT referrals.verify();
\echo :SQLSTATE

-- app: registers and looks up, and decides nothing.
SET ROLE regress_referrals_app;
SELECT referrals.register('eve', 'ann', wanted_code => 'EVE', registered_at => '2026-01-06 00:00+00');
SELECT referrals.code_of('1'), referrals.lookup('eve'), referrals.tier_of('1', '2026-01-06 00:00+00');
SELECT referrals.pause_program('default');
\echo :SQLSTATE
SELECT referrals.define_program('p', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.enroll('1', 'default');
\echo :SQLSTATE
SELECT referrals.attach('mine');
\echo :SQLSTATE
SELECT referrals.purge_mock();
\echo :SQLSTATE
SELECT referrals.grant_access('regress_referrals_app', 'admin');
\echo :SQLSTATE
INSERT INTO referrals.participant (code, program_id, registered_at) VALUES ('X12', 1, now());
\echo :SQLSTATE

-- admin: programs, attach, mode. Its rights over tables are its own: it attaches what is its own.
SET ROLE regress_referrals_admin;
SELECT referrals.define_program('reps', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 5}}}]}');
SELECT referrals.pause_program('reps'), referrals.resume_program('reps'), referrals.enroll('1', 'reps'), referrals.go_mock(), referrals.mode();
CREATE TABLE staff (id bigint PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('staff', code => 'promo', program => 'reps', key_prefix => 'staff:');
INSERT INTO staff VALUES (1, 'STAFF1', 'ann');
SELECT referrals.lookup('staff1');
SELECT referrals.detach('staff');
-- Another's table it cannot attach or detach, though the function runs with the rights of the extension's owner ...
SELECT referrals.attach('mine');
\echo :SQLSTATE
SELECT referrals.detach('users');
\echo :SQLSTATE
-- ... and privileges on the table do not help: reading it runs functions in its indexes with its owner's rights, which nobody may lend out.
RESET ROLE;
GRANT SELECT, TRIGGER ON mine TO regress_referrals_admin;
SET ROLE regress_referrals_admin;
SELECT referrals.attach('mine', key_prefix => 'mine:');
\echo :SQLSTATE
-- A member of the owner's role has the owner's rights.
RESET ROLE;
CREATE ROLE regress_referrals_owners;
GRANT regress_referrals_owners TO regress_referrals_admin;
GRANT USAGE, CREATE ON SCHEMA app TO regress_referrals_owners;
CREATE TABLE shared (id bigint PRIMARY KEY, referred_by text) PARTITION BY RANGE (id);
CREATE TABLE shared_1 PARTITION OF shared FOR VALUES FROM (0) TO (100);
ALTER TABLE shared OWNER TO regress_referrals_owners;
ALTER TABLE shared_1 OWNER TO regress_referrals_admin;
SET ROLE regress_referrals_admin;
-- Nor may a partition be somebody else's.
SELECT referrals.attach('shared', key_prefix => 'shared:');
\echo :SQLSTATE
ALTER TABLE shared_1 OWNER TO regress_referrals_owners;
SELECT referrals.attach('shared', key_prefix => 'shared:');
RESET ROLE;
DROP TABLE shared;
REVOKE ALL ON SCHEMA app FROM regress_referrals_owners;
DROP ROLE regress_referrals_owners;
SET ROLE regress_referrals_admin;
-- admin or not, the ledger is shut.
UPDATE referrals.commission SET amount = 1000;
\echo :SQLSTATE
SELECT count(*) FROM referrals.commission;
\echo :SQLSTATE
RESET ROLE;

-- A level given to a group holds for its members.
CREATE ROLE regress_referrals_team;
CREATE ROLE regress_referrals_member IN ROLE regress_referrals_team;
SELECT referrals.grant_access('regress_referrals_team', 'app');
SET ROLE regress_referrals_member;
SELECT referrals.lookup('ann');
RESET ROLE;

DROP OWNED BY regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_person, regress_referrals_monitor, regress_referrals_team, regress_referrals_member CASCADE;
DROP ROLE regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_person, regress_referrals_monitor, regress_referrals_team, regress_referrals_member;
