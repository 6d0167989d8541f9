-- Views for people. Each row says its mode; money is shown with the decimals of its currency.

CREATE VIEW referrals._line AS
SELECT
  line.*,
  CASE
    WHEN line.kind = 'accrual' AND line.amount <> 0 AND line.amount + taken_back.amount = 0 THEN 'reversed'
    WHEN paid_by.state = 'paid' THEN 'paid'
    WHEN paid_by.state IS NOT NULL THEN 'in_payout'
    WHEN line.payable_at > now() THEN 'on_hold'
    ELSE 'payable'
  END AS status
FROM referrals.commission AS line
LEFT JOIN LATERAL (
  SELECT coalesce(sum(reversal_line.amount), 0) AS amount
  FROM referrals.reversal AS edge
  JOIN referrals.commission AS reversal_line
    ON reversal_line.commission_id = edge.reversal_id AND reversal_line.mode = edge.mode
  WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode
) AS taken_back ON line.kind = 'accrual'
LEFT JOIN LATERAL (
  SELECT payout.state
  FROM referrals.payout_line
  JOIN referrals.payout USING (payout_id)
  WHERE payout_line.commission_id = line.commission_id AND payout.state IN ('draft', 'approved', 'paid')
) AS paid_by ON line.mode = 'live';
COMMENT ON VIEW referrals._line IS 'For the other views: ledger lines with their status.';

CREATE VIEW referrals.commission_ledger AS
SELECT
  line.commission_id AS id,
  line.recorded_at,
  line.occurred_at,
  line.kind,
  program.name AS program,
  referrer.user_key AS referrer,
  referee.user_key AS referee,
  line.tier,
  line.basis,
  trim_scale(line.rate) AS rate,
  round(line.base_amount, money.decimals) AS base_amount,
  round(line.amount, money.decimals) AS amount,
  line.currency,
  line.event_kind,
  CASE WHEN line.event_kind = 'signup' THEN referee.user_key ELSE line.event_key END AS event_key,
  line.payable_at,
  line.status,
  coalesce(line.reason, line.note) AS reason,
  line.mode,
  line.side
FROM referrals._line AS line
JOIN referrals.program USING (program_id)
JOIN referrals.participant AS referrer ON referrer.participant_id = line.referrer_id
JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
CROSS JOIN LATERAL (SELECT referrals._decimals(line.program_id, line.plan_version) AS decimals) AS money;
COMMENT ON VIEW referrals.commission_ledger IS 'Every line of the ledger, in words. Append-only: a correction is another line. ORDER BY id for the order of arrival.';

CREATE VIEW referrals.tier_progress AS
SELECT
  referrer.user_key AS referrer,
  program.name AS program,
  current.current_window_start AS window_start,
  current.current_volume AS volume,
  current.current_tier AS tier,
  current.next_tier,
  trim_scale(current.next_from) AS next_from,
  trim_scale(current.next_from - current.current_volume) AS remaining,
  round(current.progress, 2) AS progress,
  current.bar,
  standing.mode
FROM referrals.standing
JOIN referrals.participant AS referrer USING (participant_id)
JOIN referrals.program ON program.program_id = referrer.program_id
CROSS JOIN LATERAL referrals._current_standing(
  standing.participant_id, standing.mode, referrer.program_id, standing.program_id, standing.plan_version,
  standing.window_start, standing.window_end, standing.volume
) AS current
WHERE standing.as_of <> '-infinity';
COMMENT ON VIEW referrals.tier_progress IS 'How far each referrer has come on the ladder of the plan in force, in the current window.';

CREATE VIEW referrals.dashboard AS
SELECT
  referrer.user_key,
  referrer.code,
  program.name AS program,
  current.current_tier AS tier,
  ties.referrals,
  current.current_volume AS volume,
  coalesce(money.currency, current.currency) AS currency,
  coalesce(money.accrued, 0) AS accrued,
  coalesce(money.reversed, 0) AS reversed,
  coalesce(money.on_hold, 0) AS on_hold,
  coalesce(money.payable, 0) AS payable,
  coalesce(money.in_payout, 0) AS in_payout,
  coalesce(money.paid, 0) AS paid,
  coalesce(money.balance, 0) AS balance,
  ties.last_referral_at,
  standing.mode
FROM referrals.standing
JOIN referrals.participant AS referrer USING (participant_id)
JOIN referrals.program ON program.program_id = referrer.program_id
CROSS JOIN LATERAL (
  SELECT count(*) AS referrals, max(tie.attributed_at) AS last_referral_at
  FROM referrals.attribution AS tie
  WHERE tie.referrer_id = standing.participant_id AND tie.mode = standing.mode
) AS ties
LEFT JOIN LATERAL referrals._current_standing(
  standing.participant_id, standing.mode, referrer.program_id, standing.program_id, standing.plan_version,
  standing.window_start, standing.window_end, standing.volume
) AS current ON true
LEFT JOIN LATERAL (
  SELECT
    plan.currency,
    round(sum(plan.accrued), max(plan.decimals)) AS accrued,
    round(sum(plan.reversed), max(plan.decimals)) AS reversed,
    round(sum(plan.on_hold), max(plan.decimals)) AS on_hold,
    round(sum(plan.payable), max(plan.decimals)) AS payable,
    round(sum(plan.in_payout), max(plan.decimals)) AS in_payout,
    round(sum(plan.paid), max(plan.decimals)) AS paid,
    round(sum(plan.amount) - sum(plan.paid), max(plan.decimals)) AS balance
  FROM (
    SELECT
      line.currency,
      referrals._decimals(line.program_id, line.plan_version) AS decimals,
      sum(line.amount) AS amount,
      coalesce(sum(line.amount) FILTER (WHERE line.kind <> 'reversal'), 0) AS accrued,
      coalesce(-sum(line.amount) FILTER (WHERE line.kind = 'reversal'), 0) AS reversed,
      coalesce(sum(line.amount) FILTER (WHERE line.status = 'on_hold'), 0) AS on_hold,
      coalesce(sum(line.amount) FILTER (WHERE line.status IN ('payable', 'reversed')), 0) AS payable,
      coalesce(sum(line.amount) FILTER (WHERE line.status = 'in_payout'), 0) AS in_payout,
      coalesce(sum(line.amount) FILTER (WHERE line.status = 'paid'), 0) AS paid
    FROM referrals._line AS line
    WHERE line.referrer_id = standing.participant_id AND line.mode = standing.mode AND line.side = 'referrer'
    GROUP BY line.currency, line.program_id, line.plan_version
  ) AS plan
  GROUP BY plan.currency
) AS money ON true
WHERE ties.referrals > 0 OR money.currency IS NOT NULL;
COMMENT ON VIEW referrals.dashboard IS 'One row a referrer, mode and currency: who brought how many, what that earned, and what is still to be paid.';

CREATE VIEW referrals.audit_trail AS
SELECT
  audit.audit_id,
  audit.recorded_at,
  audit.actor,
  audit.application,
  audit.action,
  person.user_key AS participant,
  program.name AS program,
  CASE
    WHEN line.commission_id IS NULL THEN audit.detail
    ELSE jsonb_build_object(
      'amount', round(line.amount, referrals._decimals(line.program_id, line.plan_version))::text, 'currency', line.currency, 'event_kind', line.event_kind, 'referee', referee.user_key,
      'tier', line.tier, 'plan_version', line.plan_version)
  END AS detail,
  audit.mode,
  audit.transaction_id
FROM referrals.audit_log AS audit
LEFT JOIN referrals.commission AS line ON line.commission_id = audit.audit_id
LEFT JOIN referrals.participant AS person ON person.participant_id = coalesce(audit.participant_id, line.referrer_id)
LEFT JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
LEFT JOIN referrals.program ON program.program_id = coalesce(audit.program_id, line.program_id);
COMMENT ON VIEW referrals.audit_trail IS 'Who did what, when. ORDER BY audit_id for the order of arrival; a line has the id of its audit row.';

CREATE VIEW referrals.attachments AS
SELECT
  attached.tgrelid::regclass AS users,
  argument[1] AS key,
  nullif(argument[2], '') AS referred_by,
  argument[3] AS program,
  nullif(argument[4], '') AS code,
  nullif(argument[5], '') AS label,
  nullif(argument[6], '') AS registered_at,
  argument[7] AS key_prefix,
  attached.tgenabled NOT IN ('D', 'R') AS enabled
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL (SELECT referrals._trigger_arguments(attached.tgargs) AS argument) AS arguments
WHERE attached.tgfoid = 'referrals._on_sign_up'::regproc AND NOT attached.tgisinternal;
COMMENT ON VIEW referrals.attachments IS 'Which tables sign users up, and how; read from pg_trigger, so it cannot drift.';
