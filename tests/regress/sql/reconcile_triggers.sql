-- reconcile() finds triggers that are disabled or gone, and guards of the record, and names the call that repairs each.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set reconcile 'SELECT * FROM referrals.reconcile();'
\set repair 'DO $$ DECLARE repair text; BEGIN FOR repair IN SELECT detail FROM referrals.reconcile() LOOP EXECUTE repair; END LOOP; END $$;'
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"flat": 1}, "order": {"flat": 1}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, name text, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
CREATE TABLE "Pay ments" (id bigint PRIMARY KEY, user_id bigint, amount numeric, state text);
SELECT referrals.attach('users', code => 'promo', label => 'name', registered_at => 'joined');
SELECT referrals.attach_events('"Pay ments"', 'payment', 'id', 'user_id', amount => 'amount', accrue_when => 'state = ''paid''');
SELECT referrals.attach_events('"Pay ments"', 'order', 'id', 'user_id');
:reconcile

-- Disabled, altogether or but for a replica; enabled always is fine.
ALTER TABLE users DISABLE TRIGGER referrals_sign_up;
ALTER TABLE "Pay ments" ENABLE REPLICA TRIGGER referrals_source_update_payment;
ALTER TABLE "Pay ments" DISABLE TRIGGER referrals_source_insert_order;
ALTER TABLE "Pay ments" ENABLE ALWAYS TRIGGER referrals_source_insert_payment;
:reconcile
:repair
:reconcile
-- Gone: one of two, both of a kind, all of a table; under another name they are still ours.
ALTER TRIGGER referrals_sign_up ON users RENAME TO mine;
:reconcile
DROP TRIGGER mine ON users;
DROP TRIGGER referrals_source_insert_payment ON "Pay ments";
DROP TRIGGER referrals_source_insert_order ON "Pay ments";
INSERT INTO users VALUES (1, 'Ann', NULL);
:reconcile
:repair
:reconcile
SELECT referrals.lookup('ANN') IS NOT NULL OR referrals.code_of('1') IS NOT NULL AS registered;
SELECT users, code, label, registered_at FROM referrals.attachments;
SELECT source, kind, amount, accrue_when, enabled FROM referrals.event_sources ORDER BY kind;
DROP TRIGGER referrals_source_update_payment ON "Pay ments";
:reconcile
:repair
-- A table that was detached, renamed or dropped is missed by nobody; the arguments are those of the last time.
ALTER TABLE users RENAME TO people;
:reconcile
ALTER TABLE people RENAME TO users;
SELECT referrals.attach('users', code => 'promo', key_prefix => 'u:');
DROP TRIGGER referrals_sign_up ON users;
:reconcile
:repair
SELECT referrals.detach('users');
SELECT referrals.detach('"Pay ments"');
:reconcile
SELECT referrals.attach('users', code => 'promo', key_prefix => 'u:');
DROP TRIGGER referrals_sign_up ON users;
DROP TABLE users;
:reconcile
-- What was dropped by hand and meant is detached.
CREATE TABLE users (id bigint PRIMARY KEY);
SELECT referrals.detach('users');
SELECT referrals.detach('users');
:reconcile
SELECT action, detail FROM referrals.audit_log ORDER BY audit_id DESC LIMIT 2;
DROP TABLE users;
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('users', code => 'promo', key_prefix => 'u:');
DROP TABLE users;
-- A table that was made anew has lost its trigger.
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text);
:reconcile
:repair
:reconcile
DROP TABLE users;
-- A view that has taken the name cannot be attached.
CREATE VIEW users AS SELECT 1 AS id;
:reconcile

-- The guards of the record: not always, disabled, gone, changed, and one that never fires. verify() says whether something happened meanwhile.
ALTER TABLE referrals.commission ENABLE TRIGGER append_only;
ALTER TABLE referrals.plan DISABLE TRIGGER forget_cached;
DROP TRIGGER append_only ON referrals.audit_log;
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE ON referrals.participant FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.reversal FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.reversal ENABLE ALWAYS TRIGGER append_only;
:reconcile
SELECT detail FROM referrals.health() WHERE NOT ok;
:repair
:reconcile
SELECT * FROM referrals.health() WHERE NOT ok;
DELETE FROM referrals.audit_log;
UPDATE referrals.participant SET code = 'OTHER';
DELETE FROM referrals.reversal;
