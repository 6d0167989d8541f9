-- The audit trail: who did what, when, as one story.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_auditor;
RESET client_min_messages;
CREATE ROLE regress_referrals_auditor;
SET application_name = 'audit test';

-- A story with everything in it that can be told so far.
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": "15.00"}}}]}', '2026-01-01 00:00+00');
SELECT referrals.define_program('reps', '{"currency": "USD", "tiers": [{"name": "Rep", "from": 0, "rates": {}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', 'BOB', 'ANN'), ('cyd', 'ANN', 'nosuch');
INSERT INTO users VALUES ('dee', 'DEE', 'ANN', '2025-12-31 00:00+00');
SELECT referrals.pause_program('default');
INSERT INTO users VALUES ('eve', 'EVE', 'BOB', 'infinity');
SELECT referrals.resume_program('default');
SELECT referrals.enroll('bob', 'reps');
INSERT INTO users VALUES ('fay', 'FAY', 'ANN');
INSERT INTO users VALUES (repeat('x', 600), 'LONG', 'ANN');
SELECT referrals.grant_access('regress_referrals_auditor', 'reader');
SELECT referrals.go_mock();
SELECT referrals.detach('users');
:audit

-- Each row says who, with what, and in which transaction; and a line's row has its id.
SELECT bool_and(actor = session_user) AS actor, bool_and(application = 'audit test') AS application, bool_and(recorded_at > now() - interval '1 hour') AS recently,
       count(DISTINCT transaction_id) > 5 AS several_transactions FROM referrals.audit_log;
SELECT (SELECT count(*) FROM referrals.commission) = count(*) AS one_row_a_line FROM referrals.audit_log a JOIN referrals.commission c ON c.commission_id = a.audit_id WHERE a.action = 'accrual';
-- Rows of one transaction have its time and its id.
BEGIN;
INSERT INTO users VALUES ('gus', 'GUS', 'ANN');
SELECT referrals.register('gus', 'ANN', wanted_code => 'GUS', registered_at => '2026-01-06 00:00+00');
SELECT action, recorded_at = now() AS now, transaction_id = pg_current_xact_id() AS this_transaction FROM referrals.audit_log ORDER BY audit_id DESC LIMIT 1;
COMMIT;
-- The actor is the session user, whatever role is set.
SELECT referrals.grant_access('regress_referrals_auditor', 'app');
SET SESSION AUTHORIZATION regress_referrals_auditor;
SELECT referrals.register('hal', 'nosuch', wanted_code => 'HAL');
RESET SESSION AUTHORIZATION;
SELECT actor, action, detail FROM referrals.audit_log ORDER BY audit_id DESC LIMIT 1;
SET ROLE regress_referrals_auditor;
SELECT referrals.register('ida', 'nosuch', wanted_code => 'IDA');
RESET ROLE;
SELECT actor = session_user AS session_user, action FROM referrals.audit_log ORDER BY audit_id DESC LIMIT 1;

-- People appear by number only: no user_key is anywhere in it.
SELECT count(*) AS rows_with_a_key FROM referrals.audit_log a, referrals.participant p WHERE a.detail::text LIKE '%"' || p.user_key || '"%';

-- What is done in vain is not recorded: resumed though not paused, enrolled where one is, registered though known.
SELECT count(*) AS rows FROM referrals.audit_log \gset before_
SELECT referrals.resume_program('default'), referrals.enroll('bob', 'reps'), referrals.register('ann');
SELECT count(*) - :before_rows AS audit_rows FROM referrals.audit_log;

-- The view of it, for people.
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'referrals' AND table_name = 'audit_trail' ORDER BY ordinal_position;

DROP OWNED BY regress_referrals_auditor;
DROP ROLE regress_referrals_auditor;
