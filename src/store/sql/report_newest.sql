-- The newest lines of a mode, as the view shows them.
SELECT shown.id, shown.occurred_at, shown.kind, shown.program, shown.referrer, shown.referee, shown.side = 'referee',
  shown.tier, shown.event_kind, shown.event_key, shown.base_amount::text, shown.amount::text, shown.currency,
  shown.status, shown.payable_at
FROM (
  SELECT line.commission_id FROM referrals.commission AS line
  WHERE ($1 IS NULL OR line.program_id = $1) AND line.occurred_at >= $2 AND line.occurred_at < $3 AND line.mode = $4
  ORDER BY line.commission_id DESC
  LIMIT $5
) AS newest
JOIN referrals.commission_ledger AS shown ON shown.id = newest.commission_id
ORDER BY shown.id DESC
