-- Eligible events, each of which has an accrual, less those reversed in full.
-- Not kind = 'accrual': a planner without statistics would take the index of events for the mode alone.
SELECT count(*)::numeric
FROM referrals.commission AS line
WHERE line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer' AND line.kind NOT IN ('reversal', 'adjustment')
  AND line.occurred_at >= $3 AND line.occurred_at < $4
  AND NOT ($5 AND EXISTS (
    SELECT FROM referrals.reversal AS edge
    WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
  ))
