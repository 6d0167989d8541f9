-- Eligible events, each of which has an accrual, less those reversed in full: a reversal has the time of its accrual.
SELECT (
  count(*) FILTER (WHERE line.kind = 'accrual') - count(*) FILTER (WHERE $5 AND line.kind = 'reversal' AND EXISTS (
    SELECT FROM referrals.reversal AS edge
    WHERE edge.correction_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
    OFFSET 0
  ))
)::numeric
FROM referrals.commission AS line
WHERE line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer'
  AND line.occurred_at >= $3 AND line.occurred_at < $4
