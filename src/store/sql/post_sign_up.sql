-- The tie of a participant whom nobody else knows yet, the accrual of the sign-up under the id of its audit row, and the
-- standing of its referrer. No part reads another, so that nothing is kept in between.
WITH tie AS (
  INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at) VALUES ($7, $6, $1, $28)
), line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note
  )
  VALUES (
    $27, $1, $2, $3, $4, $5, $6, $7, $8, $9,
    $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
  )
), moved AS (
  UPDATE referrals.standing
  SET as_of = $20, program_id = $21, plan_version = $22, window_start = $23, window_end = $24, volume = $25, tier = $26
  WHERE participant_id = $6 AND mode = $1
)
INSERT INTO referrals.audit_log (audit_id, action, mode)
VALUES ($27, $2, $1)
RETURNING audit_id
