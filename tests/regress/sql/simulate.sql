-- simulate: what a plan would have made of the history of a program. It writes nothing.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set plan '\'{"currency": "USD", "metric": "events", "window": "month", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": 5}, "payment": {"percent": 5}}}, {"name": "Silver", "from": 3, "rates": {"signup": {"flat": 5}, "payment": {"percent": 10}}}]}\'::jsonb'
SELECT referrals.define_program('default', :plan);
SELECT referrals.register(u, wanted_code => upper(u), registered_at => '2026-01-01 00:00+00') FROM unnest(ARRAY['ann', 'bea']) AS u;
SELECT count(referrals.register('a' || n, 'ANN', registered_at => '2026-01-05 00:00+00')), count(referrals.register('b' || n, 'BEA', registered_at => '2026-01-05 00:00+00')) FROM generate_series(1, 2) AS n;
SELECT count(referrals.accrue('payment', 'p' || n, 'a' || 1 + n % 2, 100, 'USD', '2026-01-06 00:00+00')) FROM generate_series(1, 4) AS n;
SELECT count(referrals.accrue('payment', 'q' || n, 'b' || 1 + n % 2, 10 * n, 'USD', '2026-02-06 00:00+00')) FROM generate_series(1, 4) AS n;
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'p4', 'half back', 50);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'p1', 'all back');
-- Under its own plan the history is what it was.
SELECT * FROM referrals.simulate('default', :plan) ORDER BY referrer;
SELECT referrer, sum(amount) FROM referrals.commission_ledger GROUP BY referrer ORDER BY referrer;
-- Under others: twice the percentage; marginal; whole; a currency of its own; a plan that rates sign-ups only, or nothing.
SELECT * FROM referrals.simulate('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 5}, "payment": {"percent": 20}}}]}') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', '{"currency": "USD", "metric": "revenue", "rating": "marginal", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 5}}}, {"name": "B", "from": 50, "rates": {"payment": {"percent": 10}}}]}') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', :plan || '{"rating": "whole"}') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', :plan || '{"currency": "JPY", "limits": {"amount_per_window": 30}}') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}}]}') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}') ORDER BY referrer;
-- A time: what happened in it is summed up, what was before counts towards the volume. The end is not part of it.
SELECT * FROM referrals.simulate('default', :plan, '2026-01-06 00:00+00') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', :plan, until => '2026-01-06 00:00+00') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', :plan, '2026-02-01 00:00+00', '2026-03-01 00:00+00') ORDER BY referrer;
SELECT * FROM referrals.simulate('default', :plan, 'infinity', '-infinity') ORDER BY referrer;
-- What the program refused earns under the plan only if it was a sign-up, since the tie is there.
SELECT referrals.define_program('new', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
SELECT referrals.register('cal', program => 'new', wanted_code => 'CAL', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('c1', 'CAL', registered_at => '2026-01-05 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'c1', 'c1', 100) AS no_rate;
SELECT * FROM referrals.simulate('new', :plan) ORDER BY referrer;
-- It needs no more than to read.
BEGIN READ ONLY;
SELECT count(*) FROM referrals.simulate('default', :plan);
COMMIT;
SELECT count(*) AS plans FROM referrals.plan;
-- In the current mode only.
\i :dir/live.psql
SELECT * FROM referrals.simulate('default', :plan);
SELECT referrals.go_mock();
\i :dir/not_live.psql
-- Errors.
SELECT * FROM referrals.simulate(NULL, :plan);
\echo :SQLSTATE
SELECT * FROM referrals.simulate('default', NULL);
\echo :SQLSTATE
SELECT * FROM referrals.simulate('default', :plan, NULL);
\echo :SQLSTATE
SELECT * FROM referrals.simulate('default', :plan, until => NULL);
\echo :SQLSTATE
SELECT * FROM referrals.simulate('nosuch', :plan);
\echo :SQLSTATE
SELECT * FROM referrals.simulate('default', '{"currency": "USD"}');
\echo :SQLSTATE
