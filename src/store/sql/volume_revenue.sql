-- The amounts of eligible events in one currency; reversals carry what they take out as a negative amount.
SELECT coalesce(sum(line.base_amount), 0)
FROM referrals.commission AS line
WHERE line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer'
  AND (line.kind = 'accrual' OR ($5 AND line.kind = 'reversal'))
  AND line.occurred_at >= $3 AND line.occurred_at < $4
  AND line.currency = $6
