\set referrer 1 + (:user - :referrers) % :referrers
\set commission :cents * 75 / 1000
\set volume random(10, 999)
WITH given AS MATERIALIZED (
  SELECT nextval('payments_id_seq') AS id, nextval('referrals.audit_log_audit_id_seq') AS audit_id
), payment AS (
  INSERT INTO payments (id, user_id, amount) SELECT id, :user, :cents / 100.0 FROM given
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'accrual', 'mock' FROM given
), line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at
  )
  SELECT audit_id, 'mock', 'accrual', 'referrer', 1, 1, :referrer, :user, 'payment', id::text,
    :volume, 'Silver', 'percent', 7.5, :cents / 100.0, :commission / 100.0, 'USD', now(), now() + interval '720 hours'
  FROM given
)
UPDATE referrals.standing SET as_of = now(), volume = :volume, tier = 'Silver'
WHERE participant_id = :referrer AND mode = 'mock';
