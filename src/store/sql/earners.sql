-- The accruals of events of one kind in one mode, one by one: for a list the planner, as long as it knows nothing of the
-- table, may take another index.
SELECT known.commission_id, known.referrer_id
FROM unnest($3) AS sent (event_key)
CROSS JOIN LATERAL (
  SELECT line.commission_id, line.referrer_id
  FROM referrals.commission AS line
  WHERE line.mode = $1 AND line.event_kind = $2 AND line.event_key = sent.event_key AND line.kind = 'accrual'
  OFFSET 0
) AS known
