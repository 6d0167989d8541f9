-- Ties, less those whose sign-up was reversed in full, or still waits to be counted.
-- Not kind = 'accrual': a planner without statistics would take the index of events for the mode alone.
SELECT (
  SELECT count(*) FROM referrals.attribution AS tie
  WHERE tie.referrer_id = $1 AND tie.mode = $2 AND tie.attributed_at >= $3 AND tie.attributed_at < $4
) - (
  SELECT count(*) FROM referrals.queue AS waiting
  WHERE $6 AND waiting.referrer_id = $1 AND waiting.mode = $2 AND waiting.event_kind = 'signup'
    AND waiting.occurred_at >= $3 AND waiting.occurred_at < $4
) - (
  SELECT count(*)
  FROM referrals.commission AS line
  JOIN referrals.attribution AS tie ON tie.referee_id = line.referee_id AND tie.mode = line.mode
  WHERE $5 AND line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer' AND line.kind NOT IN ('reversal', 'adjustment')
    AND line.event_kind = 'signup' AND line.occurred_at >= $3 AND line.occurred_at < $4
    AND EXISTS (
      SELECT FROM referrals.reversal AS edge
      WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
    )
)::numeric
