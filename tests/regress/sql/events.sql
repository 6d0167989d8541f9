-- accrue: an event of a referee, such as a payment, earns its referrer a commission.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"payment": {"percent": "5"}, "review": {"flat": "0.50"}}},
  {"name": "Silver", "from": 2, "rates": {"payment": {"percent": "7.5", "min": "0.10", "max": "50"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('loner', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;

-- The id of the referrer's line.
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200, 'USD', '2026-01-03 00:00+00') AS line \gset
SELECT kind, side, referrer, referee, event_kind, event_key, tier, basis, rate, base_amount, amount, currency FROM referrals.commission_ledger WHERE id = :line;
-- An event earns once, for ever: sent again it is the same line. The currency may be left out, and so may the time.
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200, 'USD', '2026-01-03 00:00+00') = :line AS same;
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200.00, ' usd ', '2026-01-03 01:00+01') = :line AS same;
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200) = :line AS same, referrals.accrue('payment', 'ch_1', 'bob', 200, '', NULL) = :line AS same_too;
SELECT count(*) AS lines FROM referrals.commission;
-- The same key of another kind is another event; keys are compared to the letter. A kind without a percentage needs no amount, and may have one.
SELECT referrals.accrue('review', 'ch_1', 'bob', occurred_at => '2026-01-04 00:00+00') > :line AS ok;
SELECT referrals.accrue('payment', 'CH_1', 'bob', 0, 'USD', '2026-01-04 00:00+00') > :line AS ok;
SELECT referrals.accrue('review', ' ch_1', 'bob', 12.3456, 'USD', '2026-01-04 00:00+00') > :line AS ok;
-- With a second friend Ann is Silver; what comes is rated so, and a late event of January, too: volume counts all ties in the window, which is for ever.
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-02-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'ch_2', 'cyd', 1, 'USD', '2026-02-02 00:00+00') > :line AS ok;
SELECT referrals.accrue('payment', 'ch_3', 'cyd', 1000000, 'USD', '2026-02-02 00:00+00') > :line AS ok;
SELECT referrals.accrue('payment', 'ch_4', 'bob', 10, 'USD', '2026-01-03 00:00+00') > :line AS ok;
-- Silver has no rate for reviews: the event earns nothing, but it is eligible, so it has a line that says why.
SELECT referrals.accrue('review', 'r_2', 'cyd', occurred_at => '2026-02-02 00:00+00') > :line AS ok;
:lines

-- Refused: NULL is returned, the reason is in the audit trail, and the event may be sent again when it is put right.
SELECT referrals.accrue('payment', 'ch_5', 'nobody', 10, 'USD', '2026-02-03 00:00+00') AS unknown_referee;
SELECT referrals.accrue('payment', 'ch_5', 'loner', 10, 'USD', '2026-02-03 00:00+00') AS no_referrer;
SELECT referrals.accrue('wedding', 'w_1', 'bob', 10, 'USD', '2026-02-03 00:00+00') AS no_rate;
SELECT referrals.accrue('payment', 'ch_5', 'bob', -10, 'USD', '2026-02-03 00:00+00') AS invalid_amount;
SELECT referrals.accrue('payment', 'ch_5', 'bob', NULL, 'USD', '2026-02-03 00:00+00') AS invalid_amount;
SELECT referrals.accrue('payment', 'ch_5', 'bob', 10, 'EUR', '2026-02-03 00:00+00') AS currency_mismatch;
SELECT referrals.accrue('payment', 'ch_5', 'bob', 10, 'dollars', '2026-02-03 00:00+00') AS currency_mismatch;
SELECT referrals.pause_program('default');
SELECT referrals.accrue('payment', 'ch_5', 'bob', 10, 'USD', '2026-02-03 00:00+00') AS program_paused;
-- What was accrued before the pause is known all the same.
SELECT referrals.accrue('payment', 'ch_1', 'bob', 200) = :line AS same;
SELECT referrals.resume_program('default');
SELECT referrals.define_program('later', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 1}}}]}', '2026-06-01 00:00+00');
SELECT referrals.enroll('ann', 'later');
SELECT referrals.accrue('payment', 'ch_5', 'bob', 10, 'USD', '2026-05-31 23:59:59.999999+00') AS no_plan;
SELECT referrals.accrue('payment', 'ch_5', 'bob', 10, 'USD', '2026-06-01 00:00+00') > :line AS ok;
:refused
-- Of several reasons the first is given, in this order: unknown_referee, no_referrer, program_paused, no_plan, no_rate, invalid_amount, currency_mismatch, expired.
SELECT referrals.pause_program('later');
SELECT referrals.accrue('wedding', 'w_2', 'bob', -1, 'EUR', '2026-01-01 00:00+00');
SELECT referrals.resume_program('later');
SELECT referrals.accrue('wedding', 'w_2', 'bob', -1, 'EUR', '2026-01-01 00:00+00');
SELECT referrals.accrue('wedding', 'w_2', 'bob', -1, 'EUR', '2026-06-01 00:00+00');
SELECT referrals.accrue('payment', 'w_2', 'bob', -1, 'EUR', '2026-06-01 00:00+00');
SELECT referrals.accrue('payment', 'w_2', 'bob', 1, 'EUR', '2026-06-01 00:00+00');
SELECT detail ->> 'event_kind' AS kind, detail ->> 'reason' AS reason FROM referrals.audit_log WHERE detail ->> 'event_key' = 'w_2' ORDER BY audit_id;
-- A line is rated in the program that the referrer is in when the event arrives, and counts to the volume of all.
SELECT program, tier, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 1;

-- Without a time an event happens now.
BEGIN;
SELECT referrals.accrue('payment', 'now_1', 'bob', 10) AS now \gset
SELECT referrals.accrue('payment', 'now_2', 'bob', 10, occurred_at => NULL) AS null \gset
SELECT bool_and(occurred_at = now() AND payable_at = now()) AS now FROM referrals.commission_ledger WHERE id IN (:now, :null);
COMMIT;
-- Sent again later, "now" is no time that could contradict.
SELECT referrals.accrue('payment', 'now_1', 'bob', 10) = :now AS same;
