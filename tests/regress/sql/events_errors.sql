-- accrue with arguments that cannot be right raises; what a customer may send is refused instead (see events).
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 150}, "gift": {"flat": 1}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
-- NULL
SELECT referrals.accrue(NULL, 'k', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue('payment', NULL, 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'k', NULL, 1);
\echo :SQLSTATE
-- Kinds are names, as those of a plan.
SELECT referrals.accrue('', 'k', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue(' payment', 'k', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue(E'pay\nment', 'k', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue(repeat('k', 64), 'k', 'bob', 1);
\echo :SQLSTATE
-- Keys are any text of 1 to 512 bytes.
SELECT referrals.accrue('payment', '', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue('payment', repeat('ü', 257), 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue('gift', repeat('ü', 256), 'bob', occurred_at => '2026-01-03 00:00+00') IS NOT NULL AS ok, referrals.accrue('gift', ' ', 'bob', occurred_at => '2026-01-03 00:00+00') IS NOT NULL AS ok;
-- Amounts are exact: 15 digits before and 4 behind the point.
SELECT referrals.accrue('gift', 'k', 'bob', 'NaN');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', 'Infinity');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', '-Infinity');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', 0.00001);
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', 1000000000000000);
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', 1e100);
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'most', 'bob', 999999999999999.9999, occurred_at => '2026-01-03 00:00+00') IS NOT NULL AS ok, referrals.accrue('gift', 'least', 'bob', 0.0001000, occurred_at => '2026-01-03 00:00+00') IS NOT NULL AS ok;
-- An amount that fits, and a commission that does not.
SELECT referrals.accrue('payment', 'k', 'bob', 999999999999999.9999);
\echo :SQLSTATE
-- Times in the years 1 to 9998.
SELECT referrals.accrue('gift', 'k', 'bob', occurred_at => 'infinity');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', occurred_at => '-infinity');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', occurred_at => '9999-01-01 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'k', 'bob', occurred_at => '0001-01-01 00:00+00 BC');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'first', 'bob', occurred_at => '0001-01-01 00:00+00') IS NOT NULL AS ok, referrals.accrue('gift', 'last', 'bob', occurred_at => '9998-12-31 23:59:59.999999+00') IS NOT NULL AS ok;
-- The same event with other content: both are shown. Each part counts: referee, amount (none is not 0), currency, time.
SELECT referrals.accrue('payment', 'p_1', 'bob', 10, 'USD', '2026-01-03 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p_1', 'cyd', 10, 'USD', '2026-01-03 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'p_1', 'nobody', 10, 'USD', '2026-01-03 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'p_1', 'bob', 10.0001, 'USD', '2026-01-03 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'p_1', 'bob', NULL, 'USD', '2026-01-03 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'p_1', 'bob', 10, 'EUR', '2026-01-03 00:00+00');
\echo :SQLSTATE
SELECT referrals.accrue('payment', 'p_1', 'bob', 10, 'USD', '2026-01-03 00:00:00.000001+00');
\echo :SQLSTATE
SELECT referrals.accrue('gift', 'first', 'bob', 0, occurred_at => '0001-01-01 00:00+00');
\echo :SQLSTATE
-- A sign-up is named by its user, and has neither amount nor currency.
SELECT referrals.accrue('signup', 'someone else', 'bob');
\echo :SQLSTATE
SELECT referrals.accrue('signup', 'bob', 'bob', 1);
\echo :SQLSTATE
SELECT referrals.accrue('signup', 'bob', 'bob', currency => 'USD');
\echo :SQLSTATE
-- None of these left anything behind.
SELECT event_kind, left(event_key, 10) AS event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
:refused
