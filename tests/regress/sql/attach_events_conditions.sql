-- Conditions of attach_events: when a row accrues (accrue_when), and when what it earned is taken back (reverse_when).
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "order": {"percent": 1}, "vip": {"flat": 2}, "refund": {"flat": 3}, "call": {"flat": 4}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cyd']) AS u;
CREATE TABLE payments (id bigint PRIMARY KEY, customer text DEFAULT 'bob', total numeric, state text, paid timestamptz DEFAULT '2026-02-01 00:00+00');
SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'customer', amount => 'total', occurred_at => 'paid', accrue_when => 'state = ''paid''', reverse_when => 'state IN (''refunded'', ''disputed'')');
\set payments 'SELECT kind, event_key, base_amount, amount, reason FROM referrals.commission_ledger ORDER BY id;'
-- At the INSERT, if the condition holds then; NULL is no.
INSERT INTO payments (id, total, state) VALUES (1, 10, 'paid'), (2, 20, 'open'), (3, 30, NULL);
:payments
-- Or at the UPDATE that makes it true, from false or NULL; the row is read as it is then. An UPDATE that leaves it true is nothing.
UPDATE payments SET state = 'paid', total = total + 1 WHERE id IN (2, 3);
UPDATE payments SET total = 1000;
UPDATE payments SET state = 'paid';
UPDATE payments SET state = 'open' WHERE id = 2;
:payments
-- It becomes true again: the event is known. Its content has changed meanwhile, which is refused and audited.
UPDATE payments SET state = 'paid' WHERE id = 2;
:refused
-- What is refunded is taken back in full, once; a row that is refunded at once has earned and lost it.
UPDATE payments SET state = 'refunded' WHERE id IN (1, 2);
UPDATE payments SET state = 'disputed' WHERE id = 1;
UPDATE payments SET state = 'open' WHERE id = 1;
UPDATE payments SET state = 'refunded' WHERE id = 1;
INSERT INTO payments (id, total, state) VALUES (4, 40, 'refunded');
:payments
-- Taken back is taken back: paid once more, it is known still, and nothing is left to be earned.
UPDATE payments SET state = 'paid', total = 10 WHERE id = 1;
SELECT count(*) AS lines FROM referrals.commission;
-- An UPDATE that changes the key: another event, if the condition has become true in the same statement; none else.
UPDATE payments SET id = 33 WHERE id = 3;
UPDATE payments SET id = 44, state = 'paid' WHERE id = 4;
SELECT event_key, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 1;
-- MERGE and ON CONFLICT DO UPDATE bring new rows and change old ones.
MERGE INTO payments USING (VALUES (44, 'refunded'), (5, 'paid')) AS new (id, state) ON payments.id = new.id
WHEN MATCHED THEN UPDATE SET state = new.state WHEN NOT MATCHED THEN INSERT (id, total, state) VALUES (new.id, 50, new.state);
INSERT INTO payments (id, total, state) VALUES (6, 60, 'paid'), (5, 0, 'refunded') ON CONFLICT (id) DO UPDATE SET state = excluded.state;
SELECT kind, event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 5;

-- Conditions may call functions, and cast; columns win over what else has their name. Those outside pg_catalog are written with their schema.
CREATE FUNCTION is_vip(customer text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT customer = 'bob' $$;
CREATE TABLE orders (id bigint PRIMARY KEY, customer text, "To tal" numeric(10,2), tags text[], doc jsonb, gross numeric GENERATED ALWAYS AS ("To tal" * 1.2) STORED);
SELECT referrals.attach_events('orders', 'vip', 'id', 'customer', accrue_when => 'app.is_vip(customer) AND "To tal" >= 10.0::numeric');
SELECT referrals.attach_events('orders', 'order', 'id', 'customer', amount => 'gross', accrue_when => $$ 'paid' = ANY (tags) OR doc @> '{"paid": true}' OR doc ->> 'by' LIKE 'c%' -- and so on $$, reverse_when => 'cardinality(tags) = 0');
INSERT INTO orders (id, customer, "To tal", tags, doc) VALUES (1, 'bob', 10, '{paid}', NULL), (2, 'cyd', 10, '{}', '{"paid": true}'), (3, 'bob', 9.99, NULL, '{"by": "card"}'), (4, 'bob', 10, NULL, '{"paid": false}');
SELECT kind, event_kind, event_key, base_amount, amount FROM referrals.commission_ledger WHERE event_kind IN ('order', 'vip') ORDER BY id;
SELECT kind, accrue_when, reverse_when FROM referrals.event_sources WHERE source = 'orders'::regclass ORDER BY kind;
-- They run with the rights of the table's owner, in no search_path but pg_catalog, and in no way that outlasts them.
CREATE FUNCTION who() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'user %, path %', current_user, current_setting('search_path'); RETURN true; END $$;
CREATE TABLE calls (id bigint PRIMARY KEY, customer text);
SELECT referrals.attach_events('calls', 'call', 'id', 'customer', accrue_when => 'app.who()');
INSERT INTO calls VALUES (1, 'bob');
SHOW search_path;
-- Without accrue_when every new row accrues, also where there is a reverse_when.
CREATE TABLE refunds (id bigint PRIMARY KEY, customer text, undone boolean);
SELECT referrals.attach_events('refunds', 'refund', 'id', 'customer', reverse_when => 'undone');
INSERT INTO refunds VALUES (1, 'bob', NULL), (2, 'bob', true);
UPDATE refunds SET undone = true;
SELECT kind, event_key, amount FROM referrals.commission_ledger WHERE event_kind = 'refund' ORDER BY id;
-- First all accruals in the order of the rows, then all reversals: an event of this statement can be taken back by it.
SELECT string_agg(kind || ' ' || event_key, ', ' ORDER BY id) FROM referrals.commission_ledger WHERE event_kind = 'order';
