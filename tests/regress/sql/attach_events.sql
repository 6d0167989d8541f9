-- attach_events: the payments of a table are events. Its rows accrue in their order, whatever statement brings them.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "order": {"flat": 1}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cyd']) AS u;
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, currency text DEFAULT 'USD', paid timestamptz DEFAULT '2026-02-01 00:00+00');
INSERT INTO payments VALUES ('before', 'bob', 10);
SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'customer', amount => 'total', currency => 'currency', occurred_at => 'paid');
-- Rows that are there already are left alone: what they earned, or did not, is history. INSERT ... SELECT accrue(...) takes them in, where wanted.
SELECT count(*) AS lines FROM referrals.commission;
SELECT referrals.accrue('payment', id, customer, total, currency, paid) IS NOT NULL AS ok FROM payments;

-- INSERT of one row, of several, from a query, by COPY, and by MERGE.
INSERT INTO payments VALUES ('one', 'bob', 20);
INSERT INTO payments VALUES ('two', 'cyd', 30), ('three', 'bob', 40);
INSERT INTO payments SELECT 'many ' || n, CASE WHEN n % 2 = 0 THEN 'bob' ELSE 'cyd' END, n FROM generate_series(1, 3) AS n;
COPY payments (id, customer, total) FROM stdin (FORMAT csv);
copied 1,bob,100
copied 2,stranger,100
copied 3,cyd,0.05
\.
MERGE INTO payments USING (VALUES ('one', 'bob', 21), ('merged', 'cyd', 22)) AS new (id, customer, total) ON payments.id = new.id
WHEN MATCHED THEN UPDATE SET total = new.total WHEN NOT MATCHED THEN INSERT (id, customer, total) VALUES (new.id, new.customer, new.total);
-- ON CONFLICT: a row that is not inserted is no event.
INSERT INTO payments VALUES ('one', 'bob', 99), ('fresh', 'bob', 5) ON CONFLICT DO NOTHING;
INSERT INTO payments VALUES ('one', 'bob', 98), ('fresher', 'bob', 6) ON CONFLICT (id) DO UPDATE SET total = excluded.total;
-- In a CTE; in a savepoint that is rolled back.
WITH moved AS (INSERT INTO payments VALUES ('cte', 'bob', 7) RETURNING id) SELECT id FROM moved;
BEGIN;
SAVEPOINT s;
INSERT INTO payments VALUES ('undone', 'bob', 8);
ROLLBACK TO s;
INSERT INTO payments VALUES ('done', 'bob', 9);
COMMIT;
-- Nothing is inserted, nothing happens.
INSERT INTO payments SELECT 'none', 'bob', 1 WHERE false;
SELECT event_key, referee, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
:refused
-- Without conditions an UPDATE is nothing, and a DELETE never is: what was earned stays, until it is reversed.
UPDATE payments SET total = 1000 WHERE id = 'two';
DELETE FROM payments WHERE id = 'three';
TRUNCATE payments;
SELECT count(*) FILTER (WHERE kind = 'accrual') AS accruals, count(*) AS lines FROM referrals.commission;

-- A second kind of the same table; names of columns are those stored, and may be any. Numbers may be of any exact type, keys of any with one text.
CREATE TABLE "Odd Orders" ("No." bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Who's" varchar(10), "=amount" integer, at date);
SELECT referrals.attach_events('"Odd Orders"', 'order', key => 'No.', referee => 'Who''s', occurred_at => 'at');
SELECT referrals.attach_events('"Odd Orders"', 'payment', key => 'No.', referee => 'Who''s', amount => '=amount', occurred_at => 'at');
INSERT INTO "Odd Orders" ("Who's", "=amount", at) VALUES ('bob', 50, '2026-03-01');
SELECT event_kind, event_key, referee, base_amount, amount, occurred_at FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- What is attached, and how. The triggers are the table's own, so a dump carries them.
SELECT * FROM referrals.event_sources ORDER BY source::text, kind;
SELECT tgname, tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgfoid = 'referrals._on_event'::regproc ORDER BY 2, 1 \g (format=unaligned)
-- Attached again for the same kind it takes over the new arguments; one row is one event.
SELECT referrals.attach_events('"Odd Orders"', 'payment', key => 'No.', referee => 'Who''s', amount => '=amount');
BEGIN;
INSERT INTO "Odd Orders" ("Who's", "=amount", at) VALUES ('cyd', 60, '2026-03-01');
SELECT event_kind, event_key, referee, base_amount, occurred_at = now() AS now FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
COMMIT;
SELECT source, kind, amount, occurred_at FROM referrals.event_sources ORDER BY source::text, kind;
SELECT action, detail FROM referrals.audit_log WHERE action = 'events_attached' ORDER BY audit_id;
-- detach takes all kinds off.
SELECT referrals.detach('"Odd Orders"');
SELECT source, kind FROM referrals.event_sources ORDER BY source::text, kind;
SELECT action, detail FROM referrals.audit_log WHERE action = 'detached';
INSERT INTO "Odd Orders" ("Who's", "=amount", at) VALUES ('cyd', 70, '2026-03-01');
SELECT max(event_key) AS last_order FROM referrals.commission_ledger WHERE event_kind = 'order';

-- A users table may be a source as well: who signs up and pays in one row is tied first. detach takes off both.
CREATE TABLE users (id text PRIMARY KEY, referred_by text, first_payment numeric);
SELECT referrals.attach('users');
SELECT referrals.attach_events('users', 'payment', key => 'id', referee => 'id', amount => 'first_payment');
INSERT INTO users VALUES ('dee', 'ANN', 3);
SELECT event_kind, event_key, referee, base_amount, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 1;
SELECT (SELECT count(*) FROM referrals.attachments) AS attachments, (SELECT count(*) FROM referrals.event_sources WHERE source = 'users'::regclass) AS sources;
SELECT referrals.detach('users');
SELECT (SELECT count(*) FROM referrals.attachments) AS attachments, (SELECT count(*) FROM referrals.event_sources WHERE source = 'users'::regclass) AS sources;
