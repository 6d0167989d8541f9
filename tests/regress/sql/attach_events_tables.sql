-- Tables of other shapes as sources: partitioned, inherited, temporary, with row level security, with columns that were dropped.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "lease": {"percent": 10}, "visit": {"percent": 10}, "sale": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;

-- Partitioned: what comes in through the parent, whatever the partition; their columns may be in another order.
CREATE TABLE payments (id bigint, customer text, total numeric, state text, paid timestamptz) PARTITION BY RANGE (paid);
CREATE TABLE payments_2025 (gone text, paid timestamptz, total numeric, state text, customer text, id bigint);
ALTER TABLE payments_2025 DROP COLUMN gone;
ALTER TABLE payments ATTACH PARTITION payments_2025 FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01 00:00+00');
CREATE TABLE payments_2026 PARTITION OF payments FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2027-01-01 00:00+00');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid', accrue_when => 'state = ''paid''', reverse_when => 'state = ''back''');
INSERT INTO payments VALUES (1, 'bob', 10, 'paid', '2025-06-01 00:00+00'), (2, 'bob', 20, 'paid', '2026-06-01 00:00+00'), (3, 'bob', 30, 'open', '2025-06-01 00:00+00');
SELECT kind, event_kind, event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
-- A row that an UPDATE moves from one partition to another is still the same row: what was paid is not paid anew, what becomes paid is.
UPDATE payments SET paid = '2026-07-01 00:00+00' WHERE id = 1;
UPDATE payments SET paid = '2026-07-01 00:00+00', state = 'paid' WHERE id = 3;
UPDATE payments SET state = 'back' WHERE id IN (1, 2);
SELECT kind, event_kind, event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id OFFSET 2;
-- A partition by itself is no source (see attach_events_refused): what comes straight into it passes the triggers by.
INSERT INTO payments_2026 VALUES (4, 'bob', 40, 'paid', '2026-06-01 00:00+00');
SELECT count(*) AS events_4 FROM referrals.commission_ledger WHERE event_key = '4';

-- Inherited: what is inserted into a child passes the triggers by; an UPDATE of the parent sees the child's rows.
CREATE TABLE leases (id bigint PRIMARY KEY, customer text, total numeric);
CREATE TABLE car_leases (car text) INHERITS (leases);
SELECT referrals.attach_events('leases', 'lease', 'id', 'customer', amount => 'total', accrue_when => 'total > 0');
INSERT INTO leases VALUES (1, 'bob', 10);
INSERT INTO car_leases VALUES (2, 'bob', 20, 'Beetle');
UPDATE leases SET total = -total;
UPDATE leases SET total = -total;
SELECT event_key, base_amount FROM referrals.commission_ledger WHERE event_kind = 'lease' ORDER BY id;

-- Columns that came and went; a name with everything in it; a table that is renamed, and moved.
CREATE TABLE visits (gone bigint, id bigint, customer text, total numeric);
ALTER TABLE visits DROP COLUMN gone;
SELECT referrals.attach_events('visits', 'visit', 'id', 'customer', amount => 'total');
ALTER TABLE visits ADD COLUMN more text DEFAULT 'x', ADD COLUMN yet_more numeric GENERATED ALWAYS AS (total * 2) STORED;
ALTER TABLE visits RENAME TO "vis.its ""of"" bob";
CREATE SCHEMA "app 2";
ALTER TABLE "vis.its ""of"" bob" SET SCHEMA "app 2";
INSERT INTO "app 2"."vis.its ""of"" bob" VALUES (1, 'bob', 10);
SELECT event_key, base_amount FROM referrals.commission_ledger WHERE event_kind = 'visit' ORDER BY id;
SELECT source, kind FROM referrals.event_sources ORDER BY kind;
DROP SCHEMA "app 2" CASCADE;

-- Row level security is no matter of the trigger: who may write a row has brought an event.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_shop;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_shop;
CREATE TABLE sales (id bigint PRIMARY KEY, customer text, total numeric);
ALTER TABLE sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY write_only ON sales FOR INSERT TO regress_referrals_shop WITH CHECK (total < 100);
SELECT referrals.attach_events('sales', 'sale', 'id', 'customer', amount => 'total', accrue_when => 'total > 0');
GRANT USAGE ON SCHEMA app TO regress_referrals_shop;
GRANT INSERT ON sales TO regress_referrals_shop;
SET ROLE regress_referrals_shop;
INSERT INTO sales VALUES (1, 'bob', 50);
-- It needs no right in referrals, and has none.
SELECT referrals.accrue('sale', '2', 'bob', 50);
\echo :SQLSTATE
RESET ROLE;
SELECT event_key, base_amount FROM referrals.commission_ledger WHERE event_kind = 'sale' ORDER BY id;
DROP OWNED BY regress_referrals_shop;
DROP ROLE regress_referrals_shop;
-- A temporary table.
CREATE TEMPORARY TABLE basket (id bigint, customer text, total numeric);
SELECT referrals.attach_events('basket', 'sale', 'id', 'customer', amount => 'total');
INSERT INTO basket VALUES (3, 'bob', 5);
SELECT event_key, base_amount FROM referrals.commission_ledger WHERE event_kind = 'sale' ORDER BY id;
-- Two tables may be sources of one kind: then they share its keys.
INSERT INTO sales VALUES (3, 'bob', 5), (4, 'bob', 6);
SELECT event_key, base_amount FROM referrals.commission_ledger WHERE event_kind = 'sale' ORDER BY id;
