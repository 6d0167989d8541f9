-- The tiers that the lines of a plan version in a window are rated by now: that of the last adjustment, else a line's own.
-- For the fence (OFFSET 0) see lines.sql.
-- Not kind = 'accrual': a planner without statistics would take the index of events for the mode alone.
SELECT DISTINCT CASE WHEN adjusted.is_adjusted THEN adjusted.tier ELSE line.tier END
FROM referrals.commission AS line
LEFT JOIN LATERAL (
  SELECT true AS is_adjusted, made.tier
  FROM referrals.reversal AS edge
  CROSS JOIN LATERAL (
    SELECT made.kind, made.tier
    FROM referrals.commission AS made
    WHERE made.commission_id = edge.correction_id AND made.mode = edge.mode
    OFFSET 0
  ) AS made
  WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND made.kind = 'adjustment'
  ORDER BY edge.correction_id DESC
  LIMIT 1
) AS adjusted ON true
WHERE line.kind NOT IN ('reversal', 'adjustment') AND line.side = 'referrer' AND line.referrer_id = $1 AND line.mode = $2
  AND line.program_id = $3 AND line.plan_version = $4 AND line.occurred_at >= $5 AND line.occurred_at < $6
  AND NOT EXISTS (
    SELECT FROM referrals.reversal AS edge
    WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
  )
