-- explain: how a line came about, in words and figures. (Ids are replaced by # here, and times follow ISO 8601.)
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set explain 'SELECT regexp_replace(referrals.explain(id), \'[Ll]ine [0-9]+\', \'line #\', \'g\') FROM referrals.commission_ledger WHERE event_key = :key ORDER BY id;'
\pset format unaligned
\pset tuples_only on
-- A flat rate by the number of referrals; before the event counts with "old".
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "crossing": "old", "referee": {"signup": {"flat": "2.50"}}, "tiers": [{"name": "Bronze", "from": 1, "rates": {"signup": {"flat": 10}, "payment": {"percent": "7.5", "min": "0.10", "max": 50}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL;
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-01-03 12:34:56.789+00') IS NOT NULL;
\set key '\'bob\''
:explain
\set key '\'cyd\''
:explain
-- A percentage with bounds, and what was corrected since.
SELECT referrals.accrue('payment', 'p1', 'cyd', 33.3333, 'USD', '2026-02-03 00:00+00') IS NOT NULL;
SELECT count(*) FROM referrals.reverse_event('payment', 'p1', 'returned', 10);
SELECT referrals.reverse(id, 'goodwill', 0.50) IS NOT NULL FROM referrals.commission_ledger WHERE event_key = 'p1' AND kind = 'accrual';
\set key '\'p1\''
:explain
-- Slices, limits, a window with a time zone, no rate, no tier.
SELECT referrals.define_program('default', '{"currency": "EUR", "metric": "revenue", "rating": "marginal", "window": "quarter", "time_zone": "Europe/Vienna", "rounding": "half_even", "limits": {"commissions_per_window": 9, "amount_per_window": "60"}, "tiers": [
  {"name": "Bronze", "from": 100, "rates": {"payment": {"percent": 5}}}, {"name": "Silver", "from": 1000, "rates": {"payment": {"percent": "12.345"}}}, {"name": "Gold", "from": 2000, "rates": {"order": {"percent": 1}}}]}', '2026-04-01 00:00+00');
SELECT referrals.accrue('payment', 'm1', 'cyd', 50, 'EUR', '2026-04-03 00:00+00') IS NOT NULL;
SELECT referrals.accrue('payment', 'm2', 'cyd', 1000.1234, 'EUR', '2026-04-04 00:00+00') IS NOT NULL;
SELECT referrals.accrue('payment', 'm3', 'cyd', 100, 'EUR', '2026-04-05 00:00+00') IS NOT NULL;
SELECT referrals.accrue('payment', 'm4', 'cyd', 1000, 'EUR', '2026-04-06 00:00+00') IS NOT NULL;
SELECT referrals.accrue('payment', 'm5', 'cyd', 1, 'EUR', '2026-04-07 00:00+00') IS NOT NULL;
SELECT regexp_replace(referrals.explain(id), 'Line [0-9]+', 'line #', 'g') FROM referrals.commission_ledger WHERE event_key LIKE 'm_' ORDER BY id;
-- Whole rating, and its adjustments; windows of days and of one event.
SELECT referrals.define_program('whole', '{"currency": {"unit": "POINT", "decimals": 0}, "metric": "events", "rating": "whole", "window": "month", "tiers": [{"name": "Low", "from": 0, "rates": {"payment": {"percent": 10}}}, {"name": "High", "from": 2, "rates": {"payment": {"percent": 20}}}]}');
SELECT referrals.enroll('ann', 'whole');
SELECT count(referrals.accrue('payment', 'w' || n, 'cyd', 15, NULL, '2026-05-01 00:00+00')) FROM generate_series(1, 2) AS n;
SELECT count(*) FROM referrals.reverse_event('payment', 'w2', 'returned');
\set key '\'w1\''
:explain
SELECT referrals.define_program('whole', '{"currency": "JPY", "metric": "events", "window": {"days": 30}, "tiers": [{"name": "Low", "from": 0, "rates": {"payment": {"percent": "33.3333"}}}]}', '2026-06-01 00:00+00');
SELECT referrals.define_program('whole', '{"currency": "JPY", "metric": "revenue", "window": "event", "rounding": "down", "tiers": [{"name": "Low", "from": 0, "rates": {"payment": {"percent": "33.3333"}}}]}', '2026-07-01 00:00+00');
SELECT count(referrals.accrue('payment', 'd' || n, 'cyd', 10, 'jpy', '2026-01-02 00:00+00'::timestamptz + n * interval '1 month')) FROM generate_series(5, 6) AS n;
SELECT regexp_replace(referrals.explain(id), 'Line [0-9]+', 'line #', 'g') FROM referrals.commission_ledger WHERE event_key LIKE 'd_' ORDER BY id;
-- Errors.
SELECT referrals.explain(NULL) IS NULL;
SELECT referrals.explain(4711);
\echo :SQLSTATE
-- It writes nothing.
BEGIN READ ONLY;
SELECT count(referrals.explain(id)) = count(*) FROM referrals.commission_ledger;
COMMIT;
