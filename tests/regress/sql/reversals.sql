-- reverse: takes back a line, in full or an amount of it, never past what it earned.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 10}, "gift": {"flat": 0}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p1', 'bob', 100, 'USD', '2026-01-03 00:00+00') AS p1 \gset
SELECT referrals.accrue('gift', 'g1', 'bob', occurred_at => '2026-01-03 00:00+00') AS g1 \gset
SELECT id AS signup FROM referrals.commission_ledger WHERE event_kind = 'signup' \gset
-- Amounts: each takes the same share of the event's own amount; the last one, all that is left of both.
SELECT referrals.reverse(:p1, 'goodwill', 3.33) AS r1 \gset
SELECT referrals.reverse(:p1, 'more goodwill', 3.33) AS r2 \gset
SELECT referrals.reverse(:p1, 'too much goodwill', 3.35);
\echo :SQLSTATE
SELECT referrals.reverse(:p1, 'the rest', 3.34) AS r3 \gset
SELECT l.kind, l.tier, l.basis, l.rate, l.base_amount, l.amount, l.reason, e.refunded, e.in_full FROM referrals.commission_ledger l LEFT JOIN referrals.reversal e ON e.correction_id = l.id WHERE l.event_key = 'p1' ORDER BY l.id;
-- NULL: all that is left. An accrual of nothing can be taken back too, once.
SELECT referrals.reverse(:signup, 'fraud') > :r3 AS ok;
SELECT referrals.reverse(:g1, 'fraud', NULL) > :r3 AS ok;
SELECT kind, event_kind, base_amount, amount, reason FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- A reversal has the times of its accrual, so both are payable, or not, together.
SELECT DISTINCT occurred_at, payable_at FROM referrals.commission_ledger WHERE event_key = 'p1';
-- The event stays known: sent again it is the same line, which has earned nothing in the end.
SELECT referrals.accrue('payment', 'p1', 'bob', 100) = :p1 AS same;
SELECT user_key, accrued, reversed, balance FROM referrals.dashboard;
-- Each is in the audit trail.
SELECT action, detail FROM referrals.audit_trail WHERE action IN ('accrual', 'reversal') ORDER BY audit_id;

-- Errors. Nothing is left.
CREATE FUNCTION try_reverse(line bigint, reason text, amount numeric DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text; hint text;
BEGIN
  PERFORM referrals.reverse(line, reason, amount);
  RETURN 'reversed';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;
SELECT try_reverse(:p1, 'again') AS in_full_already, try_reverse(:g1, 'again') AS of_nothing \gx
-- No such line; a line that is a correction; arguments that are none.
SELECT try_reverse(999999, 'r') AS unknown, try_reverse(:r1, 'r') AS a_reversal, try_reverse(NULL, 'r') AS no_line, try_reverse(:p1, NULL) AS no_reason, try_reverse(:p1, ' ') AS blank \gx
SELECT referrals.accrue('payment', 'p2', 'bob', 100, 'USD', '2026-01-03 00:00+00') AS p2 \gset
SELECT a AS amount, try_reverse(:p2, 'r', a) FROM unnest(ARRAY[0, -1, 'NaN', 'Infinity', 0.001, 10.01, 1e15, 1e100]::numeric[]) WITH ORDINALITY AS t(a, n) ORDER BY n;
SELECT count(*) AS reversals FROM referrals.commission_ledger WHERE event_key = 'p2' AND kind = 'reversal';
-- The audit of an id that is no line (here the definition of the program) is no line either.
SELECT try_reverse(min(audit_id), 'r') FROM referrals.audit_log WHERE action = 'plan_defined';
-- Rolled back, it never was.
BEGIN;
SELECT try_reverse(:p2, 'r', 10);
ROLLBACK;
SELECT try_reverse(:p2, 'r', 10), try_reverse(:p2, 'r', 0.01);
