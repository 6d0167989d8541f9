-- reconcile() finds events without outcome, and lines of events that were taken back, and names the call that repairs each.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set reconcile 'SELECT * FROM referrals.reconcile();'
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "order": {"flat": 1}, "risky": {"flat": 2}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cy''d']) AS u;
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, coin text, state text, paid timestamptz);
SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'customer', amount => 'total', currency => 'coin', occurred_at => 'paid', accrue_when => 'state IN (''paid'', ''refunded'')', reverse_when => 'state = ''refunded''');
INSERT INTO payments VALUES ('p1', 'bob', 10, 'USD', 'paid', '2026-02-01 00:00+00'), ('p2', 'bob', 20, NULL, 'open', NULL), ('p3', 'nobody', 30, NULL, 'paid', NULL), ('p4', 'bob', 40, 'EUR', 'paid', NULL);
UPDATE payments SET state = 'refunded' WHERE id = 'p1';
:reconcile

-- Rows that came with triggers off: the one paid first comes first. What a row leaves open is left open; a row that the trigger would skip is not missed.
SET session_replication_role = replica;
INSERT INTO payments VALUES ('a9', 'bob', 90.50, 'usd', 'paid', '2026-02-09 00:00:00.25+00'), ('b8', 'cy''d', 80, ' ', 'paid', '2026-02-08 00:00+00'), ('c7', 'bob', 70, NULL, 'paid', NULL), ('d6', 'bob', 60, NULL, 'open', '2026-02-06 00:00+00'),
  ('e5', 'bob', 50, NULL, 'refunded', '2026-02-05 00:00+00'), ('f4', 'nobody', 40, NULL, 'paid', '2026-02-04 00:00+00'), ('g3', NULL, 30, NULL, 'paid', NULL), ('', 'bob', 30, NULL, 'paid', NULL), (repeat('x', 513), 'bob', 30, NULL, 'paid', NULL), ('h2', 'bob', 20, NULL, 'paid', 'infinity'), ('i''1\', 'bob', -1, NULL, 'paid', '2026-02-01 00:00+00');
RESET session_replication_role;
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
SELECT kind, referee, event_key, base_amount, amount, reason FROM referrals.commission_ledger ORDER BY id;
:refused
-- An amount that nobody can send needs another one.
SET session_replication_role = replica;
INSERT INTO payments VALUES ('nan', 'bob', 'NaN', NULL, 'paid', NULL), ('fine', 'bob', 0.00001, NULL, 'paid', NULL);
RESET session_replication_role;
:reconcile
DO $$ DECLARE repair text; BEGIN FOR repair IN SELECT detail FROM referrals.reconcile() LOOP EXECUTE repair; END LOOP; END $$;
DELETE FROM payments WHERE id IN ('nan', 'fine');
:reconcile
-- What was paid, or given back, while the trigger was off.
ALTER TABLE payments DISABLE TRIGGER ALL;
UPDATE payments SET state = 'paid', paid = '2026-03-01 00:00+00' WHERE id IN ('p2', 'd6');
UPDATE payments SET state = 'refunded' WHERE id IN ('a9', 'b8');
ALTER TABLE payments ENABLE TRIGGER ALL;
-- A refund in part leaves something.
SELECT referrals.reverse_event('payment', 'b8', 'half', refunded => 40) IS NOT NULL AS reversed;
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
SELECT event_key, kind, amount, reason FROM referrals.commission_ledger WHERE event_key IN ('p2', 'd6', 'a9', 'b8') ORDER BY id;

-- Straight into a partition, and a table with a kind of event for each new row. Rows from before attach_events are left alone, and told.
CREATE TABLE orders (area text NOT NULL, number int, customer text, on_day date) PARTITION BY LIST (area);
CREATE TABLE orders_north PARTITION OF orders FOR VALUES IN ('north');
INSERT INTO orders VALUES ('north', 1, 'bob', '2026-03-01');
SELECT referrals.attach_events('orders', 'order', key => 'number', referee => 'customer', occurred_at => 'on_day');
INSERT INTO orders VALUES ('north', 2, 'bob', '2026-03-02');
INSERT INTO orders_north VALUES ('north', 3, 'bob', '2026-03-03'), ('north', 3, 'bob', '2026-03-03');
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
-- Waiting is an outcome; a refund is not done by it.
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "queued", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "order": {"flat": 1}, "risky": {"flat": 2}}}]}');
INSERT INTO payments VALUES ('q1', 'bob', 10, NULL, 'paid', NULL), ('q2', 'bob', 10, NULL, 'paid', NULL);
:reconcile
SET session_replication_role = replica;
UPDATE payments SET state = 'refunded' WHERE id = 'q2';
RESET session_replication_role;
:reconcile
SELECT count(*) AS waiting FROM referrals.queue;
SELECT detail FROM referrals.reconcile() \gexec
SELECT referrals.process_queue();
:reconcile
SELECT event_key, kind, amount FROM referrals.commission_ledger WHERE event_key LIKE 'q_' ORDER BY id;

-- Conditions that fail. On a row: when it is in the audit trail, that is its outcome; when it is not, a person must say what it is.
CREATE TABLE risks (id bigint PRIMARY KEY, customer text DEFAULT 'bob', parts integer, gone text, toasted text);
SELECT referrals.attach_events('risks', 'risky', key => 'id', referee => 'customer', accrue_when => '10 / parts > 1 AND risks.toasted IS DISTINCT FROM ''x'' -- really', reverse_when => 'gone::date > ''2026-01-01''');
INSERT INTO risks VALUES (1, 'bob', 2), (2, 'bob', 0), (3, 'bob', 20);
SET session_replication_role = replica;
INSERT INTO risks VALUES (4, 'bob', 0, NULL, NULL), (5, 'bob', 4, NULL, repeat('long', 10000)), (6, 'bob', 0, NULL, NULL), (7, 'bob', 9, NULL, NULL);
UPDATE risks SET gone = 'when?' WHERE id = 1;
RESET session_replication_role;
:reconcile
SELECT detail FROM referrals.reconcile() WHERE subject <> 'risky 6' \gexec
UPDATE risks SET parts = 100 WHERE id = 6;
:reconcile
-- An event that was skipped then, and whose row is one now.
ALTER TABLE risks DISABLE TRIGGER ALL;
UPDATE risks SET parts = 1 WHERE id = 2;
ALTER TABLE risks ENABLE TRIGGER ALL;
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
-- More than one row in a batch fails, after others: nothing is left behind by those that do.
SET session_replication_role = replica;
INSERT INTO risks SELECT n, 'bob', n % 3 FROM generate_series(1000, 4000) AS n;
RESET session_replication_role;
SELECT problem, count(*), max(detail) FILTER (WHERE subject = 'app.risks') AS more FROM referrals.reconcile() GROUP BY problem ORDER BY problem;
DELETE FROM risks WHERE id >= 1000;
:reconcile
-- One that Postgres cannot read any more, and a column that is gone. attach_events with what is there repairs both.
ALTER TABLE risks RENAME parts TO pieces;
:reconcile
SELECT referrals.attach_events('risks', 'risky', key => 'id', referee => 'customer', accrue_when => '10 / pieces > 1');
ALTER TABLE risks ALTER customer TYPE text, DROP COLUMN gone;
SELECT problem, subject FROM referrals.reconcile();
ALTER TABLE risks RENAME customer TO person;
:reconcile
ALTER TABLE risks RENAME person TO customer;
-- A condition on the whole row, and one on a function outside pg_catalog; both can only read.
CREATE FUNCTION note(risks) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO app.orders VALUES ('north', 99); RETURN true; END $$;
CREATE FUNCTION is_whole(risks) RETURNS boolean LANGUAGE sql AS $$ SELECT $1.id = 7 AND $1.customer = 'bob' AND current_setting('search_path') = 'pg_catalog, pg_temp' $$;
SELECT referrals.attach_events('risks', 'risky', key => 'id', referee => 'customer', accrue_when => 'app.note(risks)');
SELECT problem, subject FROM referrals.reconcile();
DELETE FROM risks WHERE id <> 7;
SELECT referrals.attach_events('risks', 'risky', key => 'id', referee => 'customer', reverse_when => 'app.is_whole(risks)');
:reconcile
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
SELECT count(*) AS written FROM orders WHERE number = 99;

-- In live mode only what happened in live mode counts; in mock mode both do, so that a copy of a live database has nothing to miss.
\i :dir/live.psql
SELECT problem, count(*) FROM referrals.reconcile() GROUP BY problem ORDER BY problem;
-- It accrues in live mode what was accrued in mock mode.
SELECT detail FROM referrals.reconcile() WHERE subject = 'payment c7' \gexec
SELECT event_key, mode, amount FROM referrals.commission_ledger WHERE event_key = 'c7' ORDER BY id;
INSERT INTO payments VALUES ('live1', 'bob', 10, 'USD', 'paid', '2026-04-01 00:00+00');
SELECT count(*) AS missing FROM referrals.reconcile() WHERE subject = 'payment live1';
SELECT referrals.go_mock();
:reconcile
SELECT referrals.purge_mock() > 0 AS purged;
SELECT count(*) > 0 AS told, count(*) FILTER (WHERE subject = 'payment live1') AS live FROM referrals.reconcile();
\i :dir/not_live.psql
