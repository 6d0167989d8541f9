-- Accruals above zero that are not reversed in full, and what all lines in one currency add up to.
SELECT
  count(*) FILTER (
    WHERE line.kind = 'accrual' AND line.amount > 0 AND NOT EXISTS (
      SELECT FROM referrals.reversal AS edge
      WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
    )
  ),
  coalesce(sum(line.amount) FILTER (WHERE line.currency = $5), 0)
FROM referrals.commission AS line
WHERE line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer'
  AND line.occurred_at >= $3 AND line.occurred_at < $4
