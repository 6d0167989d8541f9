-- What the lines come to: by mode, plan version, kind of event and kind of line; and the times that they are of. Those
-- that wait to be paid are due at some time.
SELECT line.mode, line.currency, line.program_id, line.plan_version, line.event_kind, line.kind, count(*),
  sum(line.amount),
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'on_hold'), 0),
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'payable'), 0),
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'in_payout'), 0),
  coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'paid'), 0),
  min(line.occurred_at), max(line.occurred_at),
  min(line.payable_at) FILTER (WHERE line.settlement IN ('on_hold', 'payable')),
  max(line.payable_at) FILTER (WHERE line.settlement IN ('on_hold', 'payable'))
FROM referrals._line AS line
WHERE ($1 IS NULL OR line.program_id = $1) AND line.occurred_at >= $2 AND line.occurred_at < $3
GROUP BY line.mode, line.currency, line.program_id, line.plan_version, line.event_kind, line.kind
