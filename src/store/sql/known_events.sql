-- The referrer's accruals of events of one kind in one mode, one by one: for a list the planner, as long as it knows
-- nothing of the table, may take another index.
SELECT known.*
FROM unnest($3) AS sent (event_key)
CROSS JOIN LATERAL (
  SELECT line.event_key, line.commission_id, line.referee_id, line.base_amount, line.currency, line.occurred_at
  FROM referrals.commission AS line
  WHERE line.mode = $1 AND line.event_kind = $2 AND line.event_key = sent.event_key
    AND line.side = 'referrer' AND line.kind = 'accrual'
  OFFSET 0
) AS known
