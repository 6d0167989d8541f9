-- One statement: as fast as one for each table in a transaction, or a little faster.
WITH person AS (
  INSERT INTO users (id, name, referred_by) SELECT id, name, referred_by FROM given
), participant AS (
  INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
  SELECT participant_id, user_key, code, 1, now() FROM given
), tie AS (
  INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
  SELECT participant_id, referrer_id, 'mock', now() FROM given
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT audit_id, 'accrual', 'mock' FROM given
), line AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at
  )
  SELECT audit_id, 'mock', 'accrual', 'referrer', 1, 1, referrer_id, participant_id, 'signup', event_key,
    volume_before, 'Silver', 'flat', 15, 15, 'USD', now(), now() + interval '720 hours'
  FROM given
), moved AS (
  UPDATE referrals.standing AS standing SET as_of = now(), volume = after.volume, tier = 'Silver'
  FROM (SELECT referrer_id, max(volume_before) + 1 AS volume FROM given GROUP BY referrer_id) AS after
  WHERE standing.participant_id = after.referrer_id AND standing.mode = 'mock'
)
SELECT setval('users_id_seq', max(id)), setval('referrals.participant_participant_id_seq', max(participant_id)),
  setval('referrals.audit_log_audit_id_seq', max(audit_id))
FROM given;
