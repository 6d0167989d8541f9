-- The status of a line, and the money of a person by it: on_hold, payable, in_payout, paid, reversed.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
CREATE TABLE payments (id text PRIMARY KEY, customer text DEFAULT 'bob', total numeric, paid timestamptz DEFAULT '2026-01-10 00:00+00');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid');
\set status 'SELECT event_key, kind, amount, payable_at, status FROM referrals.commission_ledger ORDER BY id; SELECT accrued, reversed, on_hold, payable, in_payout, paid, balance FROM referrals.dashboard;'
-- Held until 30 x 24 hours after the event, whenever that was recorded.
INSERT INTO payments (id, total, paid) VALUES ('due', 10, '2026-01-10 00:00+00'), ('held', 20, '9000-01-01 00:00+00');
:status
-- Now plus 30 days is not over; a moment more than 30 days ago is.
BEGIN;
INSERT INTO payments (id, total, paid) VALUES ('30 days ago', 1, now() - interval '720 hours'), ('less', 1, now() - interval '720 hours' + interval '1 microsecond');
SELECT event_key, status FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
ROLLBACK;
-- Reversed in full before it was paid: both lines are reversed, and share their hold. In part: neither is, the rest is due.
INSERT INTO payments (id, total) VALUES ('back', 30), ('half back', 40);
INSERT INTO payments (id, total, paid) VALUES ('held back', 50, '9000-01-01 00:00+00');
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'back', 'returned');
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'half back', 'returned', 20);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'held back', 'returned');
:status
-- A draft takes all that is due, the reversed lines with it: they net to nothing.
SELECT referrals.draft_payouts('2026-03-01 00:00+00') AS payout \gset
SELECT amount FROM referrals.payout;
:status
-- Reversed after it was paid: the accrual is paid, and the reversal is what is owed.
SELECT referrals.approve_payout(:payout);
SELECT referrals.settle_payout(:payout, 'ref');
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'due', 'returned late');
:status
-- A mock line is never paid: its status ends at payable, or reversed.
SELECT referrals.go_mock();
INSERT INTO payments (id, total) VALUES ('mock', 60), ('mock back', 70);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'mock back', 'returned');
SELECT event_key, kind, amount, status FROM referrals.commission_ledger WHERE mode = 'mock' ORDER BY id;
SELECT mode, accrued, reversed, on_hold, payable, in_payout, paid, balance FROM referrals.dashboard ORDER BY mode;
-- A live line is taken back in live mode only, and the other way round.
SELECT referrals.reverse(id, 'wrong mode') FROM referrals.commission_ledger WHERE event_key = 'held' AND kind = 'accrual';
\echo :SQLSTATE
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'held', 'not here');
SELECT referrals.go_live();
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'mock', 'nor there');
-- An event earns once in each mode: the trigger sends one mode's, and it is another's when sent there.
SELECT referrals.accrue('payment', 'mock', 'bob', 61, 'USD', '2026-01-10 00:00+00') IS NOT NULL AS ok;
SELECT event_key, mode, base_amount FROM referrals.commission_ledger WHERE event_key = 'mock' ORDER BY id;
\i :dir/not_live.psql
