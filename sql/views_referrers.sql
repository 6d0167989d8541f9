-- Referrers, for people: what they brought and earned, and how far they have come. One row a referrer and mode.

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
  modes.mode
FROM referrals.participant AS referrer
CROSS JOIN (VALUES ('mock'), ('live')) AS modes (mode)
LEFT JOIN referrals.standing ON standing.participant_id = referrer.participant_id AND standing.mode = modes.mode
JOIN referrals.program ON program.program_id = referrer.program_id
CROSS JOIN LATERAL (
  SELECT count(*) AS referrals, max(tie.attributed_at) AS last_referral_at
  FROM referrals.attribution AS tie
  WHERE tie.referrer_id = referrer.participant_id AND tie.mode = modes.mode
) AS ties
LEFT JOIN LATERAL referrals._current_standing(
  referrer.participant_id, modes.mode, referrer.program_id, standing.program_id, standing.plan_version,
  standing.window_start, standing.window_end, coalesce(standing.volume, 0)
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
      coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'on_hold'), 0) AS on_hold,
      coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'payable'), 0) AS payable,
      coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'in_payout'), 0) AS in_payout,
      coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'paid'), 0) AS paid
    FROM referrals._line AS line
    WHERE line.mode = modes.mode AND (
      line.referrer_id = referrer.participant_id AND line.side = 'referrer'
      OR line.referee_id = referrer.participant_id AND line.side = 'referee'
    )
    GROUP BY line.currency, line.program_id, line.plan_version
  ) AS plan
  GROUP BY plan.currency
) AS money ON true
-- Who referred nobody has no standing, and is here for a welcome reward alone.
WHERE (standing.participant_id IS NOT NULL OR EXISTS (
  SELECT FROM referrals.commission AS welcome
  WHERE welcome.referee_id = referrer.participant_id AND welcome.mode = modes.mode AND welcome.side = 'referee'
)) AND (ties.referrals > 0 OR money.currency IS NOT NULL);
COMMENT ON VIEW referrals.dashboard IS 'One row a referrer, mode and currency: who brought how many, what that earned, and what is still to be paid. Welcome rewards count to whom they are for, who has a row for that alone.';
COMMENT ON COLUMN referrals.dashboard.user_key IS 'The user_key of the person; NULL once erased.';
COMMENT ON COLUMN referrals.dashboard.code IS 'The person''s code.';
COMMENT ON COLUMN referrals.dashboard.program IS 'The program that the referrer is in now.';
COMMENT ON COLUMN referrals.dashboard.tier IS 'The tier in the current window; NULL below the first.';
COMMENT ON COLUMN referrals.dashboard.referrals IS 'How many people the referrer brought, ever.';
COMMENT ON COLUMN referrals.dashboard.volume IS 'The volume in the current window, in the unit of the plan''s metric.';
COMMENT ON COLUMN referrals.dashboard.currency IS 'Currency of the amounts in this row.';
COMMENT ON COLUMN referrals.dashboard.accrued IS 'Sum of accruals and adjustments.';
COMMENT ON COLUMN referrals.dashboard.reversed IS 'Sum of reversals, as a positive number.';
COMMENT ON COLUMN referrals.dashboard.on_hold IS 'Sum of lines whose hold is not over and that are in no payout.';
COMMENT ON COLUMN referrals.dashboard.payable IS 'Sum of lines whose hold is over and that are in no payout. Mock lines are never paid all the same.';
COMMENT ON COLUMN referrals.dashboard.in_payout IS 'Sum of lines in a payout that is drafted or approved.';
COMMENT ON COLUMN referrals.dashboard.paid IS 'Sum of lines in payouts that were paid.';
COMMENT ON COLUMN referrals.dashboard.balance IS 'All lines less what was paid: on_hold, payable and in_payout together.';
COMMENT ON COLUMN referrals.dashboard.last_referral_at IS 'When the latest person signed up with the code.';
COMMENT ON COLUMN referrals.dashboard.mode IS 'mock or live: the mode of ties, volume and lines in this row.';

CREATE VIEW referrals.tier_progress AS
SELECT
  referrer.user_key AS referrer,
  program.name AS program,
  nullif(current.current_window_start, '-infinity') AS window_start,
  current.current_volume AS volume,
  current.current_tier AS tier,
  current.next_tier,
  current.next_from,
  current.next_from - current.current_volume AS remaining,
  round(current.progress, 2) AS progress,
  current.bar,
  standing.mode::text AS mode
FROM referrals.standing
JOIN referrals.participant AS referrer USING (participant_id)
JOIN referrals.program ON program.program_id = referrer.program_id
CROSS JOIN LATERAL referrals._current_standing(
  standing.participant_id, standing.mode, referrer.program_id, standing.program_id, standing.plan_version,
  standing.window_start, standing.window_end, standing.volume
) AS current
WHERE EXISTS (
  SELECT FROM referrals.attribution AS tie
  WHERE tie.referrer_id = standing.participant_id AND tie.mode = standing.mode
);
COMMENT ON VIEW referrals.tier_progress IS 'How far each referrer has come on the ladder of the plan in force, in the current window.';
COMMENT ON COLUMN referrals.tier_progress.referrer IS 'The user_key of the referrer; NULL once erased.';
COMMENT ON COLUMN referrals.tier_progress.program IS 'The program that the referrer is in now.';
COMMENT ON COLUMN referrals.tier_progress.window_start IS 'First instant of the current window; NULL for a lifetime.';
COMMENT ON COLUMN referrals.tier_progress.volume IS 'The volume in the current window, in the unit of the plan''s metric.';
COMMENT ON COLUMN referrals.tier_progress.tier IS 'The highest tier reached; NULL below the first.';
COMMENT ON COLUMN referrals.tier_progress.next_tier IS 'The tier not yet reached; NULL at the top.';
COMMENT ON COLUMN referrals.tier_progress.next_from IS 'The volume at which the next tier begins; NULL at the top.';
COMMENT ON COLUMN referrals.tier_progress.remaining IS 'What is missing to the next tier, in the unit of volume; NULL at the top.';
COMMENT ON COLUMN referrals.tier_progress.progress IS 'The part of the way from this threshold to the next that is done, 0 to 1; 1 at the top.';
COMMENT ON COLUMN referrals.tier_progress.bar IS 'The progress as text, a bar of ten places; full only at the top.';
COMMENT ON COLUMN referrals.tier_progress.mode IS 'mock or live: the mode of the volume.';
