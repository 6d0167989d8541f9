-- Queued accrual: what process_queue refuses, who may call it, what mock and live make of what waits, and what health says of it.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator;
SET client_min_messages = notice;
-- The plan's key is a word, and one of two.
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "later", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": true, "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "Queued", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "queued", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}, {"name": "B", "from": 4, "rates": {"signup": {"flat": 2}, "payment": {"percent": 20}}}]}');
-- What an event earns does not depend on it.
SELECT referrals.quote(plan, 'signup', 3), referrals.quote(plan || '{"accrual": "immediate"}', 'signup', 3), referrals.quote(plan - 'accrual', 'signup', 3) FROM referrals.program_plan('default') AS plan;

-- The size of a batch is at least 1.
SELECT referrals.process_queue(NULL);
\echo :SQLSTATE
SELECT referrals.process_queue(0);
\echo :SQLSTATE
SELECT referrals.process_queue(-1);
\echo :SQLSTATE
SELECT referrals.process_queue(2147483647);

-- Who may call it: an operator. The application needs no right for its own statements.
CREATE ROLE regress_referrals_shop;
CREATE ROLE regress_referrals_reader;
CREATE ROLE regress_referrals_app;
CREATE ROLE regress_referrals_operator;
SELECT referrals.grant_access('regress_referrals_reader', 'reader'), referrals.grant_access('regress_referrals_app', 'app'), referrals.grant_access('regress_referrals_operator', 'operator');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, paid timestamptz DEFAULT '2026-02-01 00:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid');
GRANT USAGE ON SCHEMA app TO regress_referrals_shop, regress_referrals_operator;
GRANT INSERT ON users, payments TO regress_referrals_shop;
SET ROLE regress_referrals_shop;
INSERT INTO users VALUES ('ann', 'ANN'), ('eve', 'EVE');
INSERT INTO users VALUES ('bob', NULL, 'ANN'), ('cyd', NULL, 'ANN'), ('fay', NULL, 'EVE');
INSERT INTO payments VALUES ('p1', 'bob', 100);
SELECT referrals.process_queue();
\echo :SQLSTATE
SELECT count(*) FROM referrals.queue;
\echo :SQLSTATE
SET ROLE regress_referrals_reader;
SELECT referrals.process_queue();
\echo :SQLSTATE
SET ROLE regress_referrals_app;
SELECT referrals.process_queue();
\echo :SQLSTATE
SELECT referrals.register('gus', 'EVE', registered_at => '2026-01-06 00:00+00') IS NOT NULL AS ok;
-- An operator cannot read or write the queue either, only have it processed.
SET ROLE regress_referrals_operator;
SELECT count(*) FROM referrals.queue;
\echo :SQLSTATE
DELETE FROM referrals.queue;
\echo :SQLSTATE
SELECT referrals.process_queue(2), referrals.process_queue(1);
RESET ROLE;
-- A transaction that is to read only cannot.
BEGIN READ ONLY;
SELECT referrals.process_queue();
\echo :SQLSTATE
ROLLBACK;
-- The record names who processed it, in the session that did.
SELECT DISTINCT actor = session_user AS actor_is_session_user FROM referrals.audit_log WHERE action = 'accrual';

-- What waits is mock or live as it was when it arrived, whatever the mode is when it is processed.
SELECT r.user_key AS referrer, e.user_key AS referee, q.mode, q.event_kind FROM referrals.queue q JOIN referrals.participant r ON r.participant_id = q.referrer_id JOIN referrals.participant e ON e.participant_id = q.referee_id ORDER BY queue_id;
\set modes 'SELECT mode, event_kind AS event, count(*) FROM referrals.queue GROUP BY 1, 2 ORDER BY 1, 2;'
\set lines 'SELECT mode, kind, referrer, referee, event_kind AS event, tier, amount FROM referrals.commission_ledger ORDER BY id;'
\i :dir/live.psql
INSERT INTO users VALUES ('hal', NULL, 'EVE'), ('ida', NULL, 'ANN');
INSERT INTO payments VALUES ('p2', 'bob', 100), ('p3', 'ida', 100), ('p4', 'fay', 100);
:modes
SELECT user_key, mode, referrals, volume FROM referrals.dashboard ORDER BY mode, user_key;
-- Mock first, then live: one batch after the other, and no batch is larger than it was asked to be.
SELECT referrals.process_queue(3);
:modes
-- A call at once in live mode settles what is live for its referrer, and leaves the rest.
INSERT INTO users VALUES ('jim', NULL, 'EVE');
SELECT referrals.accrue('payment', 'p5', 'fay', 50, 'USD', '2026-02-02 00:00+00') IS NOT NULL AS accrued;
:modes
-- Back in mock mode live events are withheld, and say so; mock ones are processed.
SELECT referrals.go_mock();
INSERT INTO payments VALUES ('m1', 'bob', 10);
SELECT referrals.process_queue();
:modes
SELECT check_name, ok, regexp_replace(detail, '\d{4}-\d\d-\d\dT[0-9:.]+Z', '...', 'g') AS detail FROM referrals.health() WHERE check_name = 'queue';
-- A call at once in mock mode does not touch what is live.
SELECT referrals.accrue('payment', 'm2', 'bob', 10, 'USD', '2026-02-02 00:00+00') IS NOT NULL AS accrued;
SELECT count(*) AS reversed FROM referrals.reverse_event('payment', 'p2', 'in another mode');
:modes
SELECT referrals.go_live();
SELECT referrals.process_queue();
SELECT count(*) AS waiting FROM referrals.queue;
:lines
SELECT user_key, mode, referrals, volume, accrued FROM referrals.dashboard ORDER BY mode, user_key;

-- purge_mock empties the queue of what is mock. Ties are facts: they stay, and count from then on.
SELECT referrals.go_mock();
INSERT INTO users VALUES ('kim', NULL, 'ANN'), ('lee', NULL, 'ANN');
INSERT INTO payments VALUES ('m3', 'kim', 10);
SELECT referrals.go_live();
INSERT INTO payments VALUES ('p6', 'kim', 10);
:modes
SELECT referrals.purge_mock();
:modes
SELECT detail FROM referrals.audit_log WHERE action = 'mock_purged';
SELECT referrals.go_mock();
SELECT referrals.tier_of('ann', '2026-03-01 00:00+00');
SELECT user_key, referrals, volume, tier, accrued FROM referrals.dashboard WHERE mode = 'mock' ORDER BY user_key;
-- What was purged may be sent again.
SELECT referrals.accrue('signup', 'kim', 'kim') IS NOT NULL AS accrued;
SELECT referrals.accrue('payment', 'm3', 'kim', 10, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS accrued;
SELECT event_kind, tier, trim_scale(volume_before) AS before, amount FROM referrals.commission WHERE mode = 'mock' ORDER BY commission_id;
SELECT referrals.go_live();
SELECT referrals.process_queue();
SELECT referrals.go_mock();
\i :dir/not_live.psql

-- health: something that has waited for more than an hour is late. (Only a superuser can make it look so.)
INSERT INTO payments VALUES ('h1', 'bob', 10);
SELECT check_name, ok, regexp_replace(detail, '\d{4}-\d\d-\d\dT[0-9:.]+Z', '...', 'g') AS detail FROM referrals.health() WHERE check_name = 'queue';
-- (What waits is not changed by anybody; a test may.)
ALTER TABLE referrals.queue DISABLE TRIGGER append_only;
UPDATE referrals.queue SET queued_at = now() - interval '59 minutes';
ALTER TABLE referrals.queue ENABLE ALWAYS TRIGGER append_only;
SELECT ok FROM referrals.health() WHERE check_name = 'queue';
ALTER TABLE referrals.queue DISABLE TRIGGER append_only;
UPDATE referrals.queue SET queued_at = '2026-01-01 00:00+00';
ALTER TABLE referrals.queue ENABLE ALWAYS TRIGGER append_only;
SELECT * FROM referrals.health() WHERE check_name = 'queue';
INSERT INTO payments VALUES ('h2', 'bob', 10);
SELECT * FROM referrals.health() WHERE check_name = 'queue';
SELECT referrals.process_queue();
SELECT * FROM referrals.health() WHERE check_name = 'queue';
DROP OWNED BY regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator;
DROP ROLE regress_referrals_shop, regress_referrals_reader, regress_referrals_app, regress_referrals_operator;
