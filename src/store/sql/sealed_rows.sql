-- The rows of the record that are sealed, each audit row with what it records: a line, its edge, or a plan version. Numbers
-- and JSON as text, so that whatever a hand wrote there can be read. The fences (OFFSET 0) keep the order of the index:
-- whatever the planner thinks of the tables, rows come one by one.
SELECT
  audit.audit_id, audit.transaction_id,
  audit.recorded_at, audit.actor, audit.application, audit.action, audit.mode, audit.participant_id, audit.program_id,
  audit.detail::text,
  line.commission_id, line.mode, line.kind, line.side, line.program_id, line.plan_version, line.referrer_id,
  line.referee_id, line.event_kind, line.event_key, line.volume_before::text, line.tier, line.basis, line.rate::text,
  line.base_amount::text, line.amount::text, line.currency, line.occurred_at, line.recorded_at, line.payable_at,
  line.note, line.reason,
  edge.commission_id, edge.mode, edge.refunded::text, edge.in_full,
  defined.version, defined.effective_from, defined.plan::text
FROM referrals.audit_log AS audit
LEFT JOIN LATERAL (
  SELECT line.* FROM referrals.commission AS line WHERE line.commission_id = audit.audit_id OFFSET 0
) AS line ON true
LEFT JOIN LATERAL (
  SELECT edge.* FROM referrals.reversal AS edge WHERE edge.correction_id = audit.audit_id OFFSET 0
) AS edge ON true
LEFT JOIN LATERAL (
  SELECT plan.version, plan.effective_from, plan.plan
  FROM referrals.plan AS plan
  WHERE audit.action = 'plan_defined' AND plan.program_id = audit.program_id
    AND plan.version::text = audit.detail ->> 'version'
  OFFSET 0
) AS defined ON true
WHERE audit.mode IS DISTINCT FROM 'mock'
  AND audit.audit_id >= $1 AND audit.audit_id <= $2
  AND audit.transaction_id >= $3 AND audit.transaction_id <= $5
  AND (audit.transaction_id, audit.audit_id) >= ($3, $4) AND (audit.transaction_id, audit.audit_id) < ($5, $6)
ORDER BY audit.transaction_id, audit.audit_id
