-- After it: the standings, and sequences that go on behind what is there.
INSERT INTO referrals.standing (
  participant_id, mode, as_of, program_id, plan_version, window_start, window_end, volume, tier
)
SELECT
  100 * number, 'mock', now(), 1, 1, date_trunc('month', now(), 'UTC'),
  date_trunc('month', now(), 'UTC') + interval '1 month', 100, 'Silver'
FROM generate_series(1, :referrers) AS number;
SELECT setval('users_id_seq', :people), setval('referrals.participant_participant_id_seq', :people),
  setval('referrals.audit_log_audit_id_seq', 1000 + :people);
