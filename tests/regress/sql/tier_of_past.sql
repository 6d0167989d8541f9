-- tier_of at a time: by what had happened up to then, as it is known now.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "metric": "revenue", "window": "quarter", "tiers": [{"name": "Bronze", "from": 1, "rates": {"payment": {"percent": 5}}}, {"name": "Silver", "from": 100, "rates": {"payment": {"percent": 10}}}, {"name": "Gold", "from": 200, "rates": {"payment": {"percent": 15}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p' || n, 'bob', 60, 'USD', '2026-01-01 00:00+00'::timestamptz + n * interval '10 days') IS NOT NULL AS ok FROM generate_series(1, 4) AS n;
\set tiers 'SELECT at::date, referrals.tier_of(\'ann\', at) FROM unnest(ARRAY[\'2025-12-31\', \'2026-01-10\', \'2026-01-11\', \'2026-01-21\', \'2026-01-31\', \'2026-02-10\', \'2026-03-31\', \'2026-04-01\']::timestamptz[]) AS at;'
:tiers
-- A payment that arrives late, and one that is taken back, change what is known of the time before: in full, in part, and by amount.
SELECT referrals.accrue('payment', 'late', 'bob', 1, 'USD', '2026-01-01 00:00+00') IS NOT NULL AS ok;
SELECT count(*) AS reversals FROM referrals.reverse_event('payment', 'p2', 'returned');
:tiers
SELECT count(*) AS reversals FROM referrals.reverse_event('payment', 'p1', 'in part', 59.99);
SELECT referrals.reverse(id, 'by amount', 0.50) IS NOT NULL AS ok FROM referrals.commission_ledger WHERE event_key = 'p4' AND kind = 'accrual';
:tiers
-- By the plan in force then, of the program that Ann is in now; and in the mode that is on.
SELECT referrals.define_program('default', '{"currency": "USD", "metric": "events", "tiers": [{"name": "One", "from": 1, "rates": {}}, {"name": "Three", "from": 3, "rates": {}}]}', '2026-02-01 00:00+00');
:tiers
SELECT referrals.define_program('points', '{"currency": {"unit": "POINT", "decimals": 0}, "tiers": [{"name": "Member", "from": 0, "rates": {}}, {"name": "Friend", "from": 1, "rates": {}}]}');
SELECT referrals.enroll('ann', 'points');
SELECT at::date, referrals.tier_of('ann', at) FROM unnest(ARRAY['2026-01-01', '2026-01-02']::timestamptz[]) AS at;
SELECT referrals.tier_of('ann', 'infinity');
\echo :SQLSTATE
SELECT referrals.tier_of('nobody'), referrals.tier_of(NULL), referrals.tier_of('ann', NULL);
