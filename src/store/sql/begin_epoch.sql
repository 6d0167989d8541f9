-- Of two who begin at the same time the second waits for the first, and then finds its epoch begun.
INSERT INTO referrals.epoch (epoch, system_identifier, first_audit_id)
SELECT coalesce(max(epoch.epoch), 0) + 1, $1, coalesce(pg_sequence_last_value('referrals.audit_log_audit_id_seq'), 0) + 1
FROM referrals.epoch AS epoch
HAVING (SELECT latest.system_identifier FROM referrals.epoch AS latest ORDER BY latest.epoch DESC LIMIT 1)
  IS DISTINCT FROM $1
ON CONFLICT DO NOTHING
