WITH payment AS (
  INSERT INTO payments (id, user_id, amount) SELECT id, user_id, amount FROM given
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'accrual', 'mock' FROM given
), line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at
  )
  SELECT audit_id, 'mock', 'accrual', 'referrer', 1, 1, referrer_id, user_id, 'payment', event_key,
    volume_before, 'Silver', 'percent', 7.5, amount, 3.74, 'USD', now(), now() + interval '720 hours'
  FROM given
), moved AS (
  UPDATE referrals.standing SET as_of = now(), tier = 'Silver'
  WHERE participant_id IN (SELECT referrer_id FROM given) AND mode = 'mock'
)
SELECT setval('payments_id_seq', max(id)), setval('referrals.audit_log_audit_id_seq', max(audit_id)) FROM given;
