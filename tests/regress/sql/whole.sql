-- Whole rating: the tier that is reached rates every line of the window. Earlier lines stay as they are; an adjustment beside each makes the difference.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "metric": "events", "rating": "whole", "window": "month", "hold_days": 10, "referee": {"payment": {"flat": 1}}, "tiers": [
  {"name": "Bronze", "from": 2, "rates": {"payment": {"percent": 5}}},
  {"name": "Silver", "from": 3, "rates": {"payment": {"percent": "10"}, "gift": {"flat": 3}}},
  {"name": "Gold",   "from": 5, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cyd']) AS u;
-- Below the first tier; then Bronze, which rates the first again; then Silver, which rates both again. The referee's reward is not touched.
SELECT referrals.accrue('payment', 'p1', 'bob', 10.10, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p2', 'cyd', 20, 'USD', '2026-02-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p3', 'bob', 0, 'USD', '2026-02-03 00:00+00') IS NOT NULL AS ok;
:lines
-- Gold pays as much as Silver for payments: no difference, no line. For gifts it has no rate, so what one earned is taken back.
SELECT referrals.accrue('gift', 'g4', 'bob', occurred_at => '2026-02-04 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('gift', 'g5', 'cyd', occurred_at => '2026-02-05 00:00+00') IS NOT NULL AS ok;
SELECT l.kind, l.event_key, l.tier, l.basis, l.rate, l.amount, l.reason FROM referrals.commission_ledger l WHERE l.id > (SELECT max(id) FROM referrals.commission_ledger WHERE event_key = 'p3') ORDER BY l.id;
-- Another month begins at nothing, and what is in it touches nothing of this one; a late event of February does.
SELECT referrals.accrue('payment', 'p6', 'bob', 100, 'USD', '2026-03-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p7', 'bob', 100, 'USD', '2026-02-28 23:59:59.999999+00') IS NOT NULL AS ok;
SELECT kind, side, event_key, tier, amount, reason FROM referrals.commission_ledger ORDER BY id DESC LIMIT 4;
-- An adjustment is of the line that it corrects in everything but tier, rate and amount.
SELECT a.kind, b.reason, b.occurred_at = a.occurred_at AND b.payable_at = a.payable_at AND b.base_amount IS NOT DISTINCT FROM a.base_amount AND b.volume_before = a.volume_before AS as_the_accrual, e.refunded, e.in_full
FROM referrals.reversal e JOIN referrals.commission a USING (commission_id) JOIN referrals.commission b ON b.commission_id = e.correction_id ORDER BY b.commission_id;
-- A reversal that lowers the volume adjusts downwards: of six February events one goes, which is Gold still, then another, then two more.
SELECT referrals.reverse_event('payment', 'p7', 'returned') > 0 AS ok;
SELECT referrals.reverse_event('gift', 'g5', 'returned') > 0 AS ok;
SELECT kind, side, event_key, tier, basis, rate, amount, reason FROM referrals.commission_ledger WHERE reason IS NOT NULL ORDER BY id DESC LIMIT 6;
SELECT referrals.reverse_event('gift', 'g4', 'returned') > 0 AS ok;
SELECT referrals.reverse_event('payment', 'p3', 'returned') > 0 AS ok;
SELECT kind, side, event_key, tier, basis, rate, base_amount, amount, reason FROM referrals.commission_ledger ORDER BY id DESC LIMIT 6;
-- A line of which a part was taken back is rated to that part of its rate: half of p2 is gone; then one more event makes Silver again.
SELECT referrals.reverse_event('payment', 'p2', 'half of it', 10) > 0 AS ok;
SELECT referrals.accrue('payment', 'p8', 'bob', 1, 'USD', '2026-02-08 00:00+00') IS NOT NULL AS ok;
SELECT kind, side, event_key, tier, rate, base_amount, amount, reason FROM referrals.commission_ledger ORDER BY id DESC LIMIT 6;
-- What is left of each: at Silver, 10 %, of what was not given back.
SELECT event_key, sum(amount) AS net FROM referrals.commission_ledger WHERE side = 'referrer' GROUP BY event_key ORDER BY event_key;
SELECT action, mode, detail FROM referrals.audit_log WHERE action IN ('tier_changed', 'adjustment') ORDER BY audit_id;
-- By referrals: a tie rates again too, be sign-ups rated or not; not while the program is paused.
SELECT referrals.define_program('ties', '{"currency": "EUR", "rating": "whole", "tiers": [{"name": "One", "from": 1, "rates": {"payment": {"percent": 5}}}, {"name": "Two", "from": 2, "rates": {"payment": {"percent": 6}}}, {"name": "Three", "from": 3, "rates": {"payment": {"percent": 7}}}]}');
SELECT referrals.register('rep', program => 'ties', wanted_code => 'REP', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('c1', 'REP', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'e1', 'c1', 100, 'EUR', '2026-02-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('c2', 'REP', registered_at => '2026-03-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.pause_program('ties');
SELECT referrals.register('c3', 'REP', registered_at => '2026-04-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.resume_program('ties');
SELECT kind, event_key, tier, rate, amount, reason FROM referrals.commission_ledger WHERE referrer = 'rep' ORDER BY id;
SELECT referrals.accrue('payment', 'e2', 'c3', 100, 'EUR', '2026-04-02 00:00+00') IS NOT NULL AS ok;
SELECT kind, event_key, tier, rate, amount, reason FROM referrals.commission_ledger WHERE referrer = 'rep' ORDER BY id OFFSET 2;
-- A new version rates its own lines only.
SELECT referrals.define_program('ties', referrals.program_plan('ties') || '{"hold_days": 5}', '2026-05-01 00:00+00');
SELECT referrals.reverse_event('payment', 'e2', 'version 1') > 0 AS ok;
SELECT referrals.accrue('payment', 'e3', 'c3', 100, 'EUR', '2026-05-02 00:00+00') IS NOT NULL AS ok;
SELECT kind, event_key, tier, amount, reason FROM referrals.commission_ledger WHERE referrer = 'rep' ORDER BY id OFFSET 4;
