-- reverse_event: takes back what an event earned, all of it or the share of a refund. Steps of a refund add up, whatever they are.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "referee": {"payment": {"flat": 1}}, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 5}, "visit": {"flat": 1}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cyd']) AS u;
SELECT count(referrals.accrue('payment', k, 'bob', 10, 'USD', '2026-01-03 00:00+00')) AS payments FROM unnest(ARRAY['thirds', 'cents', 'mixed', 'all', 'zero']) AS k;
SELECT referrals.accrue('visit', 'v1', 'bob', occurred_at => '2026-01-03 00:00+00') IS NOT NULL AS ok;
\set steps 'SELECT l.kind, l.side, l.base_amount, l.amount, e.refunded, e.in_full FROM referrals.commission_ledger l LEFT JOIN referrals.reversal e ON e.correction_id = l.id WHERE l.event_key = :key ORDER BY l.id;'
-- Three times a third of 10.00: the commission of 0.50 falls to 0.33, 0.17 and 0.00, and so does the reward.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'thirds', 'one of three', 3.33);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'thirds', 'two of three', 3.33);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'thirds', 'three of three', 3.34);
\set key '\'thirds\''
:steps
-- Nothing is left: no lines, no error. But no refund of more than there was.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'thirds', 'again');
-- A hundred cents of ten dollars: together one tenth of the commission, however small each step is. A step may take nothing.
SELECT count(*) AS lines FROM generate_series(1, 100) AS n, LATERAL referrals.reverse_event('payment', 'cents', 'cent ' || n, 0.01);
SELECT side, count(*), sum(base_amount) AS base, sum(amount) AS amount, min(amount), max(amount) FROM referrals.commission_ledger WHERE event_key = 'cents' AND kind = 'reversal' GROUP BY side ORDER BY side;
-- A refund beside a reversal by amount: the refund takes what its share is beyond what is gone already; then what is left.
SELECT referrals.reverse(id, 'goodwill', 0.30) IS NOT NULL AS ok FROM referrals.commission_ledger WHERE event_key = 'mixed' AND kind = 'accrual' AND side = 'referrer';
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'mixed', 'half', 5);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'mixed', 'three quarters', 2.5);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'mixed', 'the rest');
\set key '\'mixed\''
:steps
-- Without a number: all that is left, of both sides.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'all', 'returned');
\set key '\'all\''
:steps
-- What earned nothing has nothing to be taken back: an unknown event, one that was refused, one of another kind.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'unknown', 'r');
SELECT referrals.accrue('payment', 'refused', 'nobody', 10);
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'refused', 'r');
SELECT count(*) AS lines FROM referrals.reverse_event('visit', 'zero', 'r');
-- A sign-up is named by its user.
SELECT count(*) AS lines FROM referrals.reverse_event('signup', 'bob', 'fake');
SELECT count(*) AS lines FROM referrals.reverse_event('signup', 'nobody', 'fake');
SELECT kind, event_kind, event_key, amount, reason FROM referrals.commission_ledger WHERE event_kind = 'signup' ORDER BY id;
-- An event of 0.00 has earned 0.00, and is taken back as a whole only.
SELECT referrals.accrue('payment', 'nothing', 'cyd', 0, 'USD', '2026-01-03 00:00+00') IS NOT NULL AS ok;
SELECT * FROM referrals.reverse_event('payment', 'nothing', 'r', 0.01);
\echo :SQLSTATE
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'nothing', 'r');
-- Errors.
SELECT * FROM referrals.reverse_event(NULL, 'zero', 'r');
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', NULL, 'r');
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', NULL);
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', '');
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', 'r', 0);
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', 'r', -1);
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', 'r', 'NaN');
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', 'r', 1e15);
\echo :SQLSTATE
SELECT * FROM referrals.reverse_event('payment', 'zero', 'r', 0.00001);
\echo :SQLSTATE
\set VERBOSITY terse
-- More than the event's amount, at once and in the end; an event that has none.
SELECT * FROM referrals.reverse_event('visit', 'v1', 'r', 1);
\echo :SQLSTATE
DO $$
BEGIN
  PERFORM referrals.reverse_event('payment', 'zero', 'r', 10.01);
EXCEPTION WHEN invalid_parameter_value THEN
  RAISE NOTICE '%', regexp_replace(SQLERRM, '[0-9]+', '(id)');
END $$;
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'zero', 'r', 9.99);
DO $$
BEGIN
  PERFORM referrals.reverse_event('payment', 'zero', 'r', 0.02);
EXCEPTION WHEN invalid_parameter_value THEN
  RAISE NOTICE '%', regexp_replace(SQLERRM, '[0-9]+', '(id)');
END $$;
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'zero', 'r', 0.01);
\set key '\'zero\''
:steps
