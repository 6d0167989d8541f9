-- Accruals above zero that are not reversed in full, and what all lines in one currency add up to. A reversal has the time
-- of its accrual.
SELECT
  count(*) FILTER (WHERE line.kind = 'accrual' AND line.amount > 0) - count(*) FILTER (
    WHERE line.kind = 'reversal' AND EXISTS (
      SELECT
      FROM referrals.reversal AS edge
      JOIN referrals.commission AS accrual ON accrual.commission_id = edge.commission_id AND accrual.mode = edge.mode
      WHERE edge.correction_id = line.commission_id AND edge.mode = line.mode AND edge.in_full AND accrual.amount > 0
      OFFSET 0
    )
  ),
  coalesce(sum(line.amount) FILTER (WHERE line.currency = $5), 0)
FROM referrals.commission AS line
WHERE line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer'
  AND line.occurred_at >= $3 AND line.occurred_at < $4
