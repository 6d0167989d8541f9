-- The monthly close: seal, verify, reconcile, pay, report. With real money, so in live mode.
--
-- Rights: going live needs the server's configuration and the level admin; the close itself the level operator, which
-- includes reader. Below one superuser does it all.

CREATE EXTENSION referrals;

CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, code text, referred_by text, created_at timestamptz NOT NULL);
CREATE TABLE payments (
  id text PRIMARY KEY, user_id integer NOT NULL REFERENCES users, amount numeric(10,2) NOT NULL,
  status text NOT NULL DEFAULT 'paid', paid_at timestamptz NOT NULL
);
SELECT referrals.define_program('default', '{
  "currency": "EUR", "hold_days": 14, "time_zone": "Europe/Berlin",
  "tiers": [{"name": "Partner", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}}]
}');
SELECT referrals.attach('users', code => 'code', registered_at => 'created_at');
SELECT referrals.attach_events('payments', kind => 'payment', key => 'id', referee => 'user_id', amount => 'amount',
  occurred_at => 'paid_at', reverse_when => $$status = 'refunded'$$);

-- Once: live takes two keys. The first is the server's: in postgresql.conf, or so. The second is the database's.
LOAD 'referrals';
ALTER SYSTEM SET referrals.allow_live = on;
SELECT pg_reload_conf();
\connect -
SELECT referrals.go_live();
SELECT referrals.mode();

-- March and the beginning of April.
INSERT INTO users VALUES (1, 'Ada', 'ADA', NULL, '2025-02-01 10:00+00'), (2, 'Bob', 'BOB', NULL, '2025-02-01 10:00+00');
INSERT INTO users VALUES (3, 'Cyd', 'CYD', 'ADA', '2025-03-02 10:00+00'), (4, 'Dee', 'DEE', 'BOB', '2025-03-03 10:00+00');
INSERT INTO payments VALUES
  ('p1', 3, 400.00, DEFAULT, '2025-03-05 10:00+00'),
  ('p2', 3, 150.00, DEFAULT, '2025-03-10 10:00+00'),
  ('p3', 4,  60.00, DEFAULT, '2025-03-12 10:00+00'),
  ('p4', 3, 900.00, DEFAULT, '2025-03-20 10:00+00');
UPDATE payments SET status = 'refunded' WHERE id = 'p2';

-- 1. Is the record complete? What waits is accrued, and what the triggers did not see is named. No row: nothing.
SELECT referrals.process_queue();
SELECT * FROM referrals.reconcile();

-- 2. Seal it, and keep the root where nobody who can change this database can: another system, or paper.
SELECT block, rows, root FROM referrals.seal() \gset
\echo block :block with :rows rows
\set root_of_march :root

-- 3. Is it as it was recorded, and as the rules make it? Against the root kept outside. No row: sound.
SELECT * FROM referrals.verify(:'root_of_march');

-- 4. Drafts, as of the end of the month in Berlin. The hold of 14 days of p4 ends on 3 April, so it is next month's.
SELECT referrals.draft_payouts(as_of => '2025-03-31 23:59:59.999999 Europe/Berlin', minimum => 10);
-- Ada: 10.00 for the sign-up, 20.00 for p1; p2 and its refund cancel out. Bob: 10.00 and 3.00.
SELECT id, payee, amount, currency, state, lines FROM referrals.payouts ORDER BY id;
SELECT payout.payout_id, line.kind, line.event_kind, line.event_key, line.amount
FROM referrals.payout_line AS payout JOIN referrals.commission_ledger AS line ON line.id = payout.commission_id ORDER BY 1, line.id;

-- 5. Somebody approves, the bank pays, and its answers are recorded. Bob's account is closed: his lines are free again.
SELECT referrals.approve_payout(id) FROM referrals.payouts WHERE state = 'draft' ORDER BY id;
SELECT referrals.settle_payout(1, 'SEPA-2025-03-0001');
SELECT referrals.fail_payout(2, 'account closed');
SELECT id, payee, amount, state, reference, reason FROM referrals.payouts ORDER BY id;

-- 6. The statement of March: what was earned and taken back in the month, and what was paid at its close.
SELECT users.name, sum(line.amount) AS march, sum(line.amount) FILTER (WHERE line.status = 'paid') AS paid
FROM referrals.commission_ledger AS line JOIN users ON users.id::text = line.referrer
WHERE line.mode = 'live'
  AND line.occurred_at >= '2025-03-01 00:00 Europe/Berlin' AND line.occurred_at < '2025-04-01 00:00 Europe/Berlin'
GROUP BY users.name ORDER BY users.name;
-- The month as a page for everybody to look at; into a file with psql -Atqc "select ..." -o march.html
SELECT referrals.report(since => '2025-03-01 00:00 Europe/Berlin', until => '2025-04-01 00:00 Europe/Berlin') ILIKE '<!doctype html>%' AS page;

-- 7. Seal the payouts too. The new root vouches for the block before, so last month's is still good.
SELECT block, rows FROM referrals.seal();
SELECT * FROM referrals.verify(:'root_of_march');

-- 8. In April p1 is refunded. It was paid: that payout stays as it is, and the next one is less by 20.00.
UPDATE payments SET status = 'refunded' WHERE id = 'p1';
SELECT referrals.draft_payouts(as_of => '2025-04-30 23:59:59.999999 Europe/Berlin');
-- Ada: 45.00 for p4 less 20.00. Bob: the 13.00 that could not be paid in March.
SELECT id, payee, amount, state, lines FROM referrals.payouts ORDER BY id;
SELECT user_key, accrued, reversed, in_payout, paid, balance FROM referrals.dashboard WHERE mode = 'live' ORDER BY user_key;

-- This recipe is over; a production server keeps the setting.
ALTER SYSTEM RESET referrals.allow_live;
SELECT pg_reload_conf();
