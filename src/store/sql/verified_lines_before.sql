-- Accruals with their corrections, as lines.sql gives them, and what else is recorded of them: the audit row and the tie
-- of each. Whatever is not a number is left to other checks.
SELECT
  known.*, audit.action, audit.mode, audit.recorded_at = known_line.recorded_at, tie.referrer_id, tie.attributed_at, tie.mode,
  known.c_id IS NULL OR EXISTS (
    SELECT FROM referrals.commission AS made
    WHERE made.commission_id = known.c_id AND made.mode = known.mode AND made.side = known.side
      AND made.program_id = known.program_id AND made.plan_version = known.plan_version
      AND made.referrer_id = known.referrer_id AND made.referee_id = known.referee_id
      AND made.event_kind = known.event_kind AND made.event_key = known.event_key
      AND made.volume_before = known.volume_before AND made.currency = known.currency
      AND made.occurred_at = known.occurred_at AND made.payable_at = known.payable_at
      AND (made.kind = 'adjustment' OR (made.tier, made.basis, made.rate) IS NOT DISTINCT FROM (known.tier, known.basis, known.rate))
    OFFSET 0
  )
FROM (
