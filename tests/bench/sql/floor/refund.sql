\set n :n + 1
\set payment :before_payments + :n
\set line :before_lines + :n
\set user :referrers + 1 + :n % (:participants - :referrers)
\set referrer 1 + (:user - :referrers) % :referrers
WITH payment AS (
  UPDATE payments SET status = 'refunded' WHERE id = :payment
), given AS MATERIALIZED (
  SELECT nextval('referrals.audit_log_audit_id_seq') AS audit_id
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'reversal', 'mock' FROM given
), edge AS (
  INSERT INTO referrals.reversal (correction_id, commission_id, mode, in_full)
  SELECT audit_id, :line, 'mock', true FROM given
), reversal AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, reason
  )
  SELECT audit_id, 'mock', 'reversal', 'referrer', 1, 1, :referrer, :user, 'payment', (:payment::bigint)::text,
    10, 'Silver', 'percent', 7.5, -49.90, -3.74, 'USD', now(), now() + interval '720 hours',
    'reverse_when: status = ''refunded'''
  FROM given
)
UPDATE referrals.standing SET as_of = now(), tier = 'Silver' WHERE participant_id = :referrer AND mode = 'mock';
