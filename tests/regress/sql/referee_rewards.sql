-- The referee block of a plan: a welcome reward beside the referrer's commission, from the same event.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 5, "referee": {"signup": {"flat": "5.00"}, "payment": {"percent": 10, "max": 3}, "review": {"flat": 1}}, "tiers": [
  {"name": "Bronze", "from": 1, "rates": {"signup": {"flat": 10}}}, {"name": "Silver", "from": 2, "rates": {"payment": {"percent": 5}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', wanted_code => 'BOB', registered_at => '2026-01-02 00:00+00');
-- The referrer's line first, then the referee's, of no tier, on the same terms. A kind that only the referee is rewarded for makes a line of nothing for the referrer.
SELECT referrals.accrue('payment', 'p1', 'bob', 20, 'USD', '2026-01-03 00:00+00') AS p1 \gset
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-01-04 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p2', 'cyd', 200, 'USD', '2026-01-05 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('review', 'r1', 'cyd', occurred_at => '2026-01-06 00:00+00') IS NOT NULL AS ok;
:lines
SELECT DISTINCT payable_at - occurred_at AS hold FROM referrals.commission_ledger;
-- accrue returns the referrer's line. Sent again, neither is made again.
SELECT side FROM referrals.commission_ledger WHERE id = :p1;
SELECT referrals.accrue('payment', 'p1', 'bob', 20) = :p1 AS same;
SELECT count(*) AS lines FROM referrals.commission WHERE event_key = 'p1';
-- Their money counts to whom it is for: on the dashboard, of Ann what she earned as referrer, of Bob and Cyd their rewards.
SELECT user_key, referrals, volume, tier, currency, accrued, payable, balance FROM referrals.dashboard ORDER BY user_key;
SELECT referrer, volume FROM referrals.tier_progress ORDER BY referrer;
-- Who is both has one row with the sum.
SELECT referrals.register('dee', 'BOB', registered_at => '2026-01-07 00:00+00') IS NOT NULL AS ok;
SELECT user_key, referrals, volume, tier, currency, accrued, balance FROM referrals.dashboard WHERE user_key IN ('bob', 'dee') ORDER BY user_key;
-- quote is about the referrer: a kind that only the referee is rewarded for earns 0.00, one that nobody is, NULL.
SELECT referrals.quote(referrals.program_plan('default'), 'review', 5) AS review, referrals.quote(referrals.program_plan('default'), 'visit', 5) AS visit;
-- Without a referrer there is no reward, and under a paused program there is none either.
SELECT referrals.register('eve', registered_at => '2026-01-08 00:00+00') IS NOT NULL AS ok;
SELECT referrals.pause_program('default');
SELECT referrals.register('fay', 'ANN', registered_at => '2026-01-09 00:00+00') IS NOT NULL AS ok;
SELECT count(*) AS rewards FROM referrals.commission_ledger WHERE referee IN ('eve', 'fay');
SELECT referrals.resume_program('default');
-- reverse_event takes back both, reverse the line it is told.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'p2', 'returned', 100);
SELECT referrals.reverse(id, 'reward withdrawn') IS NOT NULL AS ok FROM referrals.commission_ledger WHERE side = 'referee' AND event_kind = 'review';
SELECT count(*) AS lines FROM referrals.reverse_event('review', 'r1', 'the rest');
SELECT kind, side, event_key, base_amount, amount, reason FROM referrals.commission_ledger WHERE kind = 'reversal' ORDER BY id;
-- A reward alone, taken back, leaves the event in the volume; the referrer's line, taken back, takes it out.
SELECT referrals.define_program('events', '{"currency": "USD", "metric": "events", "referee": {"review": {"flat": 1}}, "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
SELECT referrals.register('rep', program => 'events', wanted_code => 'REP', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('gus', 'REP', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('review', 'r2', 'gus', occurred_at => '2026-01-06 00:00+00') AS r2 \gset
SELECT referrals.reverse(id, 'reward withdrawn') IS NOT NULL AS ok FROM referrals.commission_ledger WHERE side = 'referee' AND event_key = 'r2';
SELECT volume FROM referrals.tier_progress WHERE referrer = 'rep';
SELECT referrals.reverse(:r2, 'event withdrawn') IS NOT NULL AS ok;
SELECT volume FROM referrals.tier_progress WHERE referrer = 'rep';
