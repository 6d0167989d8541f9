-- Mode: mock until two keys are turned, and what is mock stays mock.
-- This file changes the server's configuration, so nothing else of the suite may run beside it.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = warning;
ALTER SYSTEM RESET referrals.allow_live;
SELECT pg_reload_conf();
RESET client_min_messages;
\set wanted off
\i :dir/await_setting.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": "15.00"}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');

-- Mock is where everything begins. Everything works, and every line says that it is mock.
SELECT referrals.mode();
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN'), ('cyd', 'CY1', 'ANN');
SELECT mode, volume_before, tier, amount FROM referrals.commission ORDER BY commission_id;

-- The first key is the server's: without it go_live is refused ...
SELECT referrals.go_live();
\echo :SQLSTATE
SELECT referrals.mode();
-- ... and only the server's configuration can turn it: no session, no role, no database, no connection option.
SET referrals.allow_live = on;
\echo :SQLSTATE
SET LOCAL referrals.allow_live = on;
\echo :SQLSTATE
SELECT set_config('referrals.allow_live', 'on', false);
\echo :SQLSTATE
ALTER ROLE CURRENT_USER SET referrals.allow_live = on;
\echo :SQLSTATE
ALTER DATABASE :"DBNAME" SET referrals.allow_live = on;
\echo :SQLSTATE
CREATE FUNCTION sly() RETURNS text LANGUAGE sql SET referrals.allow_live = on AS $$ SELECT referrals.mode() $$;
\echo :SQLSTATE
-- Nor may a session that has not loaded the extension yet, and to which the setting is therefore just any name.
\c -
\i :dir/session.psql
SET referrals.allow_live = on;
SELECT referrals.mode();
SHOW referrals.allow_live;
SELECT referrals.go_live();
\echo :SQLSTATE
\c -
\i :dir/session.psql
ALTER ROLE CURRENT_USER IN DATABASE :"DBNAME" SET referrals.allow_live = on;
\c -
\i :dir/session.psql
SELECT referrals.go_live();
\echo :SQLSTATE
\c -
\i :dir/session.psql
ALTER ROLE CURRENT_USER IN DATABASE :"DBNAME" RESET referrals.allow_live;
\c -reuse-previous=on "options='-c referrals.allow_live=on'"
\i :dir/session.psql
SELECT referrals.go_live();
\echo :SQLSTATE
\c -reuse-previous=on "options=''"
\i :dir/session.psql
SELECT referrals.mode();
-- The second key forged: a row that says live in the table is not enough.
INSERT INTO referrals.environment (mode, system_identifier, database_name) SELECT 'live', system_identifier::text, current_database() FROM pg_catalog.pg_control_system();
SELECT referrals.mode();
DELETE FROM referrals.environment;

-- The first key alone is not enough either.
ALTER SYSTEM SET referrals.allow_live = on;
SELECT pg_reload_conf();
\set wanted on
\i :dir/await_setting.psql
SELECT referrals.mode();
-- Both: live, from this transaction on.
SELECT referrals.go_live();
SELECT referrals.mode();
SELECT mode, system_identifier = (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS this_cluster, database_name = current_database() AS this_database FROM referrals.environment;
-- Live begins at nothing: Ann's two mock friends do not count here.
INSERT INTO users VALUES ('dee', 'DEE', 'ANN');
SELECT c.mode, e.user_key AS referee, volume_before, tier, amount FROM referrals.commission c JOIN referrals.participant e ON e.participant_id = c.referee_id ORDER BY commission_id;
:standing
SELECT referrals.tier_of('ann', '2026-01-05 12:00+00');
-- Codes, people and ties are facts in both: who is tied in mock is tied.
INSERT INTO users VALUES ('bob2', 'BOB2', 'bob');
INSERT INTO users VALUES ('eve', 'EVE', 'ANN'), ('fay', 'FAY', 'ANN');
:ties

-- Nobody's own setting takes the first key away, either: not the client's options, not the database's.
\c -reuse-previous=on "options='-c referrals.allow_live=off'"
\i :dir/session.psql
SELECT referrals.mode();
\c -reuse-previous=on "options=''"
\i :dir/session.psql
ALTER DATABASE :"DBNAME" SET referrals.allow_live = off;
\c -
\i :dir/session.psql
SELECT referrals.mode();
\c -
ALTER DATABASE :"DBNAME" RESET referrals.allow_live;
\c -
\i :dir/session.psql

-- Back to mock, and to mock's own volume: 2 there, 3 live.
SELECT referrals.go_mock();
SELECT referrals.mode();
INSERT INTO users VALUES ('gus', 'GUS', 'ANN');
:standing
SELECT referrals.tier_of('ann', '2026-01-05 12:00+00');

-- Live, but without the first key: mock again at once, whatever was chosen; with it: live again.
SELECT referrals.go_live();
SELECT referrals.mode();
ALTER SYSTEM RESET referrals.allow_live;
SELECT pg_reload_conf();
\set wanted off
\i :dir/await_setting.psql
SELECT referrals.mode();
SELECT * FROM referrals.health() WHERE check_name = 'mode';
INSERT INTO users VALUES ('hal', 'HAL', 'ANN');
ALTER SYSTEM SET referrals.allow_live = on;
SELECT pg_reload_conf();
\set wanted on
\i :dir/await_setting.psql
SELECT referrals.mode();
-- A copy elsewhere has the row and the setting, but is another cluster, or another database: mock. (The WARNING comes once a session, and was given above.)
UPDATE referrals.environment SET system_identifier = '1';
SELECT referrals.mode();
SELECT * FROM referrals.health() WHERE check_name = 'mode';
INSERT INTO users VALUES ('ida', 'IDA', 'ANN');
UPDATE referrals.environment SET system_identifier = (SELECT system_identifier::text FROM pg_catalog.pg_control_system()), database_name = 'copy_of_it';
SELECT referrals.mode();
SELECT * FROM referrals.health() WHERE check_name = 'mode';
-- There it can go live anew, which is a decision of its own.
SELECT referrals.go_live();
SELECT referrals.mode();
SELECT * FROM referrals.health() WHERE check_name = 'mode';
-- What was signed up meanwhile is mock, and stays so.
SELECT e.user_key AS referee, c.mode FROM referrals.commission c JOIN referrals.participant e ON e.participant_id = c.referee_id WHERE e.user_key IN ('hal', 'ida') ORDER BY 1;

-- A change of mode that is rolled back never was.
BEGIN;
SELECT referrals.go_mock();
SELECT referrals.mode();
INSERT INTO users VALUES ('joe', 'JO1', 'ANN');
ROLLBACK;
SELECT referrals.mode();
BEGIN;
SAVEPOINT s;
SELECT referrals.go_mock();
SELECT referrals.mode();
ROLLBACK TO s;
SELECT referrals.mode();
COMMIT;
-- Every choice is recorded.
SELECT action, mode, detail ->> 'database_name' = current_database() AS here FROM referrals.audit_log WHERE action LIKE 'went%' ORDER BY audit_id;

-- purge_mock takes away what was mock: lines, their audit rows, standing. It says how many lines that were.
SELECT mode, count(*) AS lines FROM referrals.commission GROUP BY mode ORDER BY mode;
SELECT count(*) AS people FROM referrals.participant \gset before_
SELECT count(*) AS ties FROM referrals.attribution \gset before_
SELECT referrals.purge_mock();
SELECT mode, count(*) AS lines FROM referrals.commission GROUP BY mode ORDER BY mode;
SELECT DISTINCT mode FROM referrals.standing WHERE volume > 0;
SELECT count(*) AS mock_audit_rows FROM referrals.audit_log WHERE mode = 'mock';
SELECT action, mode, detail FROM referrals.audit_log WHERE action = 'mock_purged';
-- Codes and ties are facts, not money: they stay.
SELECT count(*) - :before_people AS people, (SELECT count(*) FROM referrals.attribution) - :before_ties AS ties FROM referrals.participant;
-- Nothing left to purge.
SELECT referrals.purge_mock();
-- And outside purge_mock the record is shut, as ever, also for what is mock.
SELECT referrals.go_mock();
INSERT INTO users VALUES ('kim', 'KIM', 'ANN');
DELETE FROM referrals.commission WHERE mode = 'mock';
\echo :SQLSTATE
-- Mock volume begins anew from the ties, which are still there.
SELECT e.user_key AS referee, c.volume_before, c.tier FROM referrals.commission c JOIN referrals.participant e ON e.participant_id = c.referee_id WHERE c.mode = 'mock' ORDER BY c.commission_id;

-- The server is left as it was.
ALTER SYSTEM RESET referrals.allow_live;
SELECT pg_reload_conf();
\set wanted off
\i :dir/await_setting.psql
