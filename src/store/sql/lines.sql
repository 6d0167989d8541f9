-- Accruals, each with its corrections in their order: one row a correction, one row for an accrual without any. The
-- fences (OFFSET 0) keep a planner that knows nothing of the tables yet from going through all corrections.
SELECT
  line.commission_id, line.mode, line.side, line.program_id, line.plan_version, line.referrer_id, line.referee_id,
  line.event_kind, line.event_key, line.volume_before, line.tier, line.basis, line.rate, line.base_amount, line.amount,
  line.currency, line.occurred_at, line.payable_at, line.note,
  correction.commission_id, correction.kind, correction.amount, correction.base_amount, correction.tier,
  correction.refunded, correction.in_full, correction.reason
FROM referrals.commission AS line
LEFT JOIN LATERAL (
  SELECT made.*, edge.refunded, edge.in_full
  FROM referrals.reversal AS edge
  CROSS JOIN LATERAL (
    SELECT made.commission_id, made.kind, made.amount, made.base_amount, made.tier, made.reason
    FROM referrals.commission AS made
    WHERE made.commission_id = edge.correction_id AND made.mode = edge.mode
    OFFSET 0
  ) AS made
  WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode
  OFFSET 0
) AS correction ON true
