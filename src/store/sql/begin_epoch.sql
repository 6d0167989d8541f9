INSERT INTO referrals.epoch (epoch, system_identifier, first_audit_id)
SELECT coalesce(max(epoch.epoch), 0) + 1, $1, coalesce(pg_sequence_last_value('referrals.audit_log_audit_id_seq'), 0) + 1
FROM referrals.epoch AS epoch
