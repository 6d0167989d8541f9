-- What was accrued, and what was reversed, by the day of the event in UTC.
SELECT line.mode, line.currency, date_trunc('day', line.occurred_at, 'UTC') AS day,
  coalesce(sum(line.amount) FILTER (WHERE line.kind <> 'reversal'), 0),
  coalesce(sum(line.amount) FILTER (WHERE line.kind = 'reversal'), 0)
FROM referrals.commission AS line
WHERE ($1 IS NULL OR line.program_id = $1) AND line.occurred_at >= $2 AND line.occurred_at < $3
GROUP BY line.mode, line.currency, day
