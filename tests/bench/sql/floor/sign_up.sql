\set volume random(10, 999)
WITH given AS MATERIALIZED (
  SELECT nextval('users_id_seq') AS id, nextval('referrals.participant_participant_id_seq') AS participant_id,
    nextval('referrals.audit_log_audit_id_seq') AS audit_id
), person AS (
  INSERT INTO users (id, name, referred_by) SELECT id, 'Somebody', 'REF' || :code FROM given
), participant AS (
  INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
  SELECT participant_id, id::text, lpad(to_hex((participant_id * 2654435761) & 4294967295), 8, '0'), 1, now() FROM given
), tie AS (
  INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
  SELECT participant_id, :referrer, 'mock', now() FROM given
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'accrual', 'mock' FROM given
), line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at
  )
  SELECT audit_id, 'mock', 'accrual', 'referrer', 1, 1, :referrer, participant_id, 'signup', participant_id::text,
    :volume, 'Silver', 'flat', 15, 15, 'USD', now(), now() + interval '720 hours'
  FROM given
)
UPDATE referrals.standing SET as_of = now(), volume = :volume, tier = 'Silver'
WHERE participant_id = :referrer AND mode = 'mock';
