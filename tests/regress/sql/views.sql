-- The views: what people look at.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- Their columns are part of the interface.
SELECT c.relname AS view, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind = 'v' GROUP BY c.relname ORDER BY c.relname
\g (format=unaligned)
-- Empty at first.
SELECT (SELECT count(*) FROM referrals.dashboard) AS dashboard, (SELECT count(*) FROM referrals.commission_ledger) AS commission_ledger, (SELECT count(*) FROM referrals.tier_progress) AS tier_progress,
       (SELECT count(*) FROM referrals.audit_trail) AS audit_trail, (SELECT count(*) FROM referrals.attachments) AS attachments;

-- A bakery: customers' friends, in a ladder of three; and its suppliers, in points by the month.
SELECT referrals.define_program('customers', '{"currency": "EUR", "hold_days": 30, "tiers": [
  {"name": "Crumb", "from": 0, "rates": {"signup": {"flat": "1.50"}}},
  {"name": "Slice", "from": 2, "rates": {"signup": {"flat": "2.00"}}},
  {"name": "Loaf",  "from": 10, "rates": {"signup": {"flat": "2.75"}}}]}');
SELECT referrals.define_program('suppliers', '{"currency": {"unit": "POINT", "decimals": 0}, "window": "month", "time_zone": "Europe/Vienna", "tiers": [{"name": "Miller", "from": 2, "rates": {"signup": {"flat": 100}}}]}');
CREATE TABLE customers (id bigint PRIMARY KEY, name text, referred_by text, joined timestamptz);
CREATE TABLE suppliers (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz);
SELECT referrals.attach('customers', program => 'customers', code => 'name', registered_at => 'joined');
SELECT referrals.attach('suppliers', program => 'suppliers', code => 'promo', registered_at => 'joined', key_prefix => 'supplier:');
INSERT INTO customers VALUES (1, 'ANN', NULL, '2020-01-01 09:00+00'), (2, 'BOB', 'ANN', '2020-01-02 09:00+00'), (3, 'CYD', 'ANN', '2020-01-03 09:00+00'), (4, 'DEE', 'BOB', '2020-01-04 09:00+00'), (5, 'EVE', 'ANN', '2020-01-05 09:00+00');
INSERT INTO suppliers VALUES (1, 'MILL', NULL, '2020-01-01 09:00+00'), (2, 'FARM', 'MILL', '2020-01-31 22:59:59.999999+00'), (3, 'DAIRY', 'MILL', '2020-01-31 23:00+00'), (4, 'YEAST', 'MILL', '2020-02-01 09:00+00'), (5, 'OVENS', 'DAIRY', '2020-02-02 09:00+00');
INSERT INTO customers VALUES (6, 'FAY', 'MILL', '2020-02-03 09:00+00'), (7, 'GUS', NULL, '2020-02-04 09:00+00');
-- One whose friend's event is still on hold, however long this test takes to be run.
INSERT INTO customers VALUES (8, 'HAL', 'CYD', '2999-01-01 09:00+00');

-- dashboard: one row for each who has referred somebody.
\x on
SELECT * FROM referrals.dashboard ORDER BY user_key;
\x off
SELECT user_key, code, program, tier, referrals, volume, accrued, on_hold, payable, balance, currency, mode FROM referrals.dashboard ORDER BY user_key;

-- commission_ledger: every line.
SELECT occurred_at, kind, program, referrer, referee, tier, basis, rate, base_amount, amount, currency FROM referrals.commission_ledger ORDER BY id;
SELECT event_kind, event_key, payable_at, status, reason, mode FROM referrals.commission_ledger ORDER BY id;
SELECT bool_and(id = commission_id) AS ids FROM referrals.commission_ledger JOIN referrals.commission ON id = commission_id;

-- tier_progress: how far it is to the next tier, in the window of now: the suppliers begin anew each month.
SELECT referrer, program, CASE WHEN window_start = date_trunc('month', now(), 'Europe/Vienna') THEN '(this month)' ELSE window_start::text END AS window_start,
       volume, tier, next_tier, next_from, remaining, progress, bar, mode
FROM referrals.tier_progress ORDER BY referrer;
-- Friends of this month count. At the top there is nothing left to reach.
BEGIN;
INSERT INTO suppliers VALUES (6, 'SUGAR', 'DAIRY', now());
SELECT referrer, volume, tier, next_tier, remaining, progress, bar FROM referrals.tier_progress WHERE referrer = 'supplier:3';
INSERT INTO suppliers VALUES (7, 'SALT', 'DAIRY', now());
SELECT referrer, volume, tier, next_tier, remaining, progress, bar FROM referrals.tier_progress WHERE referrer = 'supplier:3';
-- ... and show on the dashboard, beside what was earned before.
SELECT user_key, tier, referrals, volume, accrued, balance, last_referral_at = now() AS last_is_now FROM referrals.dashboard WHERE user_key = 'supplier:3';
COMMIT;
-- A program whose plan begins in the middle of the month: who was brought before that counts to the month (the tie is made, the event refused).
SELECT referrals.define_program('bakers', '{"currency": "EUR", "window": "month", "tiers": [{"name": "Apprentice", "from": 0, "rates": {}}, {"name": "Master", "from": 1, "rates": {"signup": {"flat": 5}}}]}', now());
SELECT referrals.enroll('supplier:1', 'bakers');
INSERT INTO customers VALUES (9, 'IDA', 'MILL', date_trunc('month', now(), 'UTC'));
SELECT referrals.tier_of('supplier:1');
SELECT tier, volume FROM referrals.dashboard WHERE user_key = 'supplier:1';
SELECT tier, volume FROM referrals.tier_progress WHERE referrer = 'supplier:1';
-- Whoever named themselves, or a code of a later row, has referred nobody, and those are on no screen.
INSERT INTO customers VALUES (20, 'SELF', 'SELF', '2020-03-01 00:00+00'), (21, 'FIRST', 'SECOND', '2020-03-01 00:00+00'), (22, 'SECOND', NULL, '2020-03-01 00:00+00');
SELECT count(*) AS dashboard FROM referrals.dashboard WHERE code IN ('SELF', 'FIRST', 'SECOND');
SELECT count(*) AS tier_progress FROM referrals.tier_progress WHERE referrer IN ('20', '21', '22');
-- Somebody with two currencies has a row for each.
SELECT referrals.enroll('2', 'suppliers');
INSERT INTO customers VALUES (23, 'JOE', 'BOB', '2020-03-02 00:00+00'), (24, 'KIM', 'BOB', '2020-03-03 00:00+00');
SELECT user_key, program, referrals, accrued, balance, currency FROM referrals.dashboard WHERE user_key = '2' ORDER BY currency;


-- audit_trail: the same rows as audit_log, for people.
SELECT count(*) = (SELECT count(*) FROM referrals.audit_log) AS complete FROM referrals.audit_trail;
SELECT action, participant, program, detail, mode FROM referrals.audit_trail WHERE participant IN ('1', '20') OR program = 'suppliers' AND action = 'plan_defined' ORDER BY audit_id;
SELECT bool_and(actor = session_user AND application = current_setting('application_name') AND recorded_at <= now() AND transaction_id < pg_current_xact_id()) AS who_when FROM referrals.audit_trail;

-- attachments.
SELECT * FROM referrals.attachments ORDER BY users::text;

-- A view cannot be written through.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT v, try(format('DELETE FROM referrals.%I', v)) FROM unnest(ARRAY['dashboard', 'commission_ledger', 'tier_progress', 'audit_trail', 'attachments', 'event_sources', 'payouts']) AS v ORDER BY v;
