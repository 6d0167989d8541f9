WITH payment AS (
  UPDATE payments SET status = 'refunded' WHERE id IN (SELECT payment_id FROM given)
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'reversal', 'mock' FROM given
), edge AS (
  INSERT INTO referrals.reversal (correction_id, commission_id, mode, in_full)
  SELECT audit_id, commission_id, 'mock', true FROM given
), reversal AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, reason
  )
  SELECT audit_id, 'mock', 'reversal', 'referrer', program_id, plan_version, referrer_id, referee_id,
    event_kind, event_key, volume_before, tier, basis, rate, -base_amount, -amount, currency, occurred_at, payable_at,
    'reverse_when: status = ''refunded'''
  FROM given
), moved AS (
  UPDATE referrals.standing SET tier = 'Silver' WHERE participant_id IN (SELECT referrer_id FROM given)
    AND mode = 'mock'
)
SELECT setval('referrals.audit_log_audit_id_seq', max(audit_id)) FROM given;
