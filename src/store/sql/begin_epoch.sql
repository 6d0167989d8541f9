INSERT INTO referrals.epoch (epoch, system_identifier, first_audit_id)
SELECT coalesce(max(epoch.epoch), 0) + 1, $1, 1 + greatest(
  pg_sequence_last_value('referrals.audit_log_audit_id_seq'),
  (SELECT max(audit.audit_id) FROM referrals.audit_log AS audit),
  max(epoch.first_audit_id) - 1,
  0
)
FROM referrals.epoch AS epoch
