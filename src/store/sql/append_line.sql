-- One line and its audit row, under one id.
WITH audit AS (
  INSERT INTO referrals.audit_log (action, mode) VALUES ($1, $2) RETURNING audit_id
)
INSERT INTO referrals.commission (
  commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
  volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at, note
)
SELECT
  audit.audit_id, $2, $3, $4, $5, $6, $7, $8, $9, $10,
  $11, $12, $13, $14, $15, $16, $17, $18, $19
FROM audit
