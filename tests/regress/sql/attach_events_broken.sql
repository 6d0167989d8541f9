-- A source that is changed beneath its triggers: the application's statement goes through, its events are not accrued, a WARNING and the audit say so.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
CREATE FUNCTION is_paid(state text) RETURNS boolean LANGUAGE sql AS $$ SELECT state = 'paid' $$;
CREATE TABLE payments (id bigint PRIMARY KEY, customer text, total numeric, currency text, paid_at timestamptz DEFAULT '2026-02-01 00:00+00', state text DEFAULT 'paid');
CREATE FUNCTION follow() RETURNS void LANGUAGE sql BEGIN ATOMIC
  SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', currency => 'currency', occurred_at => 'paid_at', accrue_when => 'app.is_paid(state)', reverse_when => 'state = ''back''');
END;
SELECT follow();
\set skipped 'SELECT detail FROM referrals.audit_log WHERE action = ''skipped'' ORDER BY audit_id DESC LIMIT 1;'
INSERT INTO payments VALUES (1, 'bob', 10);
-- Columns: the key, the amount renamed; the amount of a type that is not exact; the time no time.
BEGIN;
ALTER TABLE payments RENAME id TO no;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
BEGIN;
ALTER TABLE payments DROP COLUMN total;
INSERT INTO payments VALUES (2, 'bob');
:skipped
SELECT check_name, ok, detail FROM referrals.health() WHERE NOT ok;
ROLLBACK;
BEGIN;
ALTER TABLE payments ALTER total TYPE float8;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
BEGIN;
ALTER TABLE payments ALTER paid_at DROP DEFAULT, ALTER paid_at TYPE text;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
-- Conditions: a column of theirs is gone, or of another type; the function is gone. (health knows.)
BEGIN;
ALTER TABLE payments RENAME state TO status;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
UPDATE payments SET total = 11;
SELECT check_name, ok, detail FROM referrals.health() WHERE NOT ok;
COPY payments FROM stdin (FORMAT csv);
3,bob,10,,2026-02-01 00:00+00,paid
\.
ROLLBACK;
BEGIN;
ALTER TABLE payments ALTER state DROP DEFAULT, ALTER state TYPE integer USING 1;
INSERT INTO payments VALUES (2, 'bob', 10, 'USD', '2026-02-01 00:00+00', 5);
:skipped
ROLLBACK;
BEGIN;
DROP FUNCTION is_paid;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
-- One that can be read and raises an error for a row: that row is skipped, the others are not.
BEGIN;
CREATE OR REPLACE FUNCTION is_paid(state text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no idea whether % is paid', state; END $$;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
BEGIN;
CREATE OR REPLACE FUNCTION is_paid(state text) RETURNS boolean LANGUAGE sql AS $$ SELECT state::integer > 0 $$;
INSERT INTO payments (id, customer, total, state) VALUES (2, 'bob', 10, 'paid'), (3, 'bob', 20, '1'), (4, 'bob', 30, 'open');
:skipped
SELECT event_key, amount FROM referrals.commission_ledger ORDER BY id;
SELECT count(*) AS payments FROM payments;
ROLLBACK;
-- A cancel is no error of the condition: it ends the statement, as anywhere. So does what asks for another try.
BEGIN;
CREATE OR REPLACE FUNCTION is_paid(state text) RETURNS boolean LANGUAGE sql AS $$ SELECT pg_catalog.pg_sleep(60) IS NOT NULL $$;
SET LOCAL statement_timeout = '100ms';
INSERT INTO payments VALUES (2, 'bob', 10);
\echo :SQLSTATE
ROLLBACK;
BEGIN;
CREATE OR REPLACE FUNCTION is_paid(state text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'try again' USING ERRCODE = 'serialization_failure'; END $$;
INSERT INTO payments VALUES (2, 'bob', 10);
\echo :SQLSTATE
ROLLBACK;
-- The rights of its owner are gone.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_owner;
SET client_min_messages = notice;
BEGIN;
CREATE ROLE regress_referrals_owner;
GRANT USAGE, CREATE ON SCHEMA app TO regress_referrals_owner;
ALTER TABLE payments OWNER TO regress_referrals_owner;
REVOKE EXECUTE ON FUNCTION is_paid FROM PUBLIC;
INSERT INTO payments VALUES (2, 'bob', 10);
:skipped
ROLLBACK;
-- Nothing of that is left, and it goes on where it stopped. attach_events with what is true now repairs a source; what was skipped may be sent by accrue.
INSERT INTO payments VALUES (2, 'bob', 10);
ALTER TABLE payments RENAME total TO amount;
INSERT INTO payments VALUES (3, 'bob', 20);
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'amount', currency => 'currency', occurred_at => 'paid_at', accrue_when => 'state = ''paid''');
INSERT INTO payments VALUES (4, 'bob', 30);
SELECT referrals.accrue('payment', id::text, customer, amount, currency, paid_at) IS NOT NULL AS ok FROM payments WHERE id = 3;
SELECT event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
-- A trigger that is disabled: health says so.
ALTER TABLE payments DISABLE TRIGGER referrals_source_insert_payment;
SELECT check_name, ok, detail FROM referrals.health() WHERE NOT ok;
SELECT source, kind, enabled FROM referrals.event_sources;
