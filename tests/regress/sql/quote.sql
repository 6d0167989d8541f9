-- quote: what one event would earn its referrer. It reads nothing but its arguments.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT '{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0,  "rates": {"signup": {"flat": "10.00"}, "payment": {"flat": "1.00"}}},
  {"name": "Silver", "from": 3,  "rates": {"signup": {"flat": "15.00"}}},
  {"name": "Gold",   "from": 5,  "rates": {"signup": {"flat": "20.00"}, "payment": {"flat": "3.00"}}}]}' AS new \gset
SELECT :'new'::jsonb || '{"crossing": "old"}' AS old \gset

-- A sign-up, by the number of ties there were before it. With "new" it counts itself, with "old" it does not.
SELECT before, referrals.quote(:'new', 'signup', before) AS new, referrals.quote(:'old', 'signup', before) AS old
FROM generate_series(0, 6) AS before ORDER BY before;
-- Another event is no tie: it leaves the volume as it is, so both are the same. Silver has no rate for payments: nothing, but not refused.
SELECT before, referrals.quote(:'new', 'payment', before) AS new, referrals.quote(:'old', 'payment', before) AS old
FROM generate_series(0, 6) AS before ORDER BY before;
-- An event that no tier rates would be refused: NULL. So would any under a plan that rates nothing.
SELECT referrals.quote(:'new', 'refund', 0) AS unrated, referrals.quote(:'new', '', 0) AS empty, referrals.quote('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}', 'signup', 0) AS nothing;
-- Below the first tier: nothing.
SELECT before, referrals.quote('{"currency": "USD", "tiers": [{"name": "Silver", "from": 2.5, "rates": {"signup": {"flat": 15}}}]}', 'signup', before)
FROM generate_series(0, 2) AS before ORDER BY before;
-- A volume need not be whole.
SELECT referrals.quote('{"currency": "USD", "tiers": [{"name": "Silver", "from": 2.5, "rates": {"signup": {"flat": 15}}}]}', 'signup', before) FROM unnest(ARRAY[1.4999, 1.5]) AS before ORDER BY before;
SELECT referrals.quote(:'new', 'signup', 99999999999999.9999);
-- The amount has no part in a flat rate.
SELECT referrals.quote(:'new', 'signup', 0, 1000), referrals.quote(:'new', 'signup', 0, NULL), referrals.quote(:'new', 'payment', 0, 1000);
-- Nothing else of the plan has either: a hold, a window, a zone.
SELECT referrals.quote(:'new'::jsonb || '{"hold_days": 30, "window": "month", "time_zone": "Europe/Vienna", "rounding": "down"}', 'signup', 2);

-- It is what register does: the ledger of six sign-ups, beside the quote of each.
SELECT referrals.define_program('default', :'new');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register('friend' || n, 'ANN', registered_at => '2026-01-05 00:00+00')) FROM generate_series(1, 6) AS n;
SELECT c.volume_before, c.amount, referrals.quote(:'new', 'signup', c.volume_before) AS quoted FROM referrals.commission c ORDER BY c.commission_id;

-- IMMUTABLE: an index may be built on it.
CREATE TABLE offers (plan jsonb, before numeric);
CREATE INDEX ON offers (referrals.quote(plan, 'signup', before));

-- Wrong arguments are errors, not guesses.
SELECT referrals.quote(NULL, 'signup', 0);
\echo :SQLSTATE
SELECT referrals.quote(:'new', NULL, 0);
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', NULL);
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', -1);
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', 'NaN');
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', 'Infinity');
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', '-Infinity');
\echo :SQLSTATE
SELECT referrals.quote(:'new', 'signup', 1e30);
\echo :SQLSTATE
\set VERBOSITY sqlstate
SELECT referrals.quote(:'new', 'signup', 79228162514264337593543950335);
\set VERBOSITY default
SELECT referrals.quote(:'new', 'signup', 0, 'NaN');
\echo :SQLSTATE
-- The plan is read as strictly as define_program reads it.
SELECT referrals.quote('{"currency": "USD", "tiers": []}', 'signup', 0);
\echo :SQLSTATE
SELECT referrals.quote('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "ten"}}}]}', 'signup', 0);
\echo :SQLSTATE
SELECT referrals.quote(:'new'::jsonb || '{"time_zone": "Mars/Olympus"}', 'signup', 0);
\echo :SQLSTATE
