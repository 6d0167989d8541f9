-- One line and its audit row, under one id; nothing if the event has its line already.
WITH line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason
  )
  VALUES (
    nextval('referrals.audit_log_audit_id_seq'), $2, $3, $4, $5, $6, $7, $8, $9, $10,
    $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
  )
  ON CONFLICT (mode, event_kind, event_key, side) WHERE kind = 'accrual' DO NOTHING
  RETURNING commission_id
)
INSERT INTO referrals.audit_log (audit_id, action, mode)
SELECT commission_id, $1, $2 FROM line
RETURNING audit_id
