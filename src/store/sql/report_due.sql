-- What is payable, and what is on hold, by the day in UTC on which the hold ends.
SELECT line.mode, line.currency, date_trunc('day', line.payable_at, 'UTC') AS day,
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'payable'), 0),
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'on_hold'), 0)
FROM referrals._line AS line
WHERE ($1 IS NULL OR line.program_id = $1) AND line.occurred_at >= $2 AND line.occurred_at < $3
  AND line.settlement IN ('payable', 'on_hold')
GROUP BY line.mode, line.currency, day
