-- Moves sequences that are behind the rows of their tables to these, and that of the audit log to where the epoch begins.
SELECT setval(behind.sequence, behind.highest)
FROM (VALUES
  ('referrals.audit_log_audit_id_seq'::regclass, (SELECT max(first_audit_id) - 1 FROM referrals.epoch)),
  ('referrals.participant_participant_id_seq'::regclass, (SELECT max(participant_id) FROM referrals.participant)),
  ('referrals.program_program_id_seq'::regclass, (SELECT max(program_id)::bigint FROM referrals.program)),
  ('referrals.payout_payout_id_seq'::regclass, (SELECT max(payout_id) FROM referrals.payout)),
  ('referrals.queue_queue_id_seq'::regclass, (SELECT max(queue_id) FROM referrals.queue))
) AS behind (sequence, highest)
WHERE behind.highest > coalesce(pg_sequence_last_value(behind.sequence), 0)
