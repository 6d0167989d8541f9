-- Of no line any more: those of the lines just deleted, tiers of their referrers, and what else had happened when the purge
-- began. Rows of another cluster have other transaction ids, and happened before.
DELETE FROM referrals.audit_log AS audit
WHERE audit.mode = 'mock'
  AND NOT EXISTS (SELECT FROM referrals.commission AS line WHERE line.commission_id = audit.audit_id)
  AND (
    audit.action IN ('accrual', 'reversal', 'adjustment')
    OR (audit.action = 'tier_changed' AND audit.participant_id = ANY ($1))
    OR audit.transaction_id = pg_current_xact_id() OR pg_visible_in_snapshot(audit.transaction_id, $2::pg_catalog.pg_snapshot)
    OR audit.audit_id < (SELECT max(epoch.first_audit_id) FROM referrals.epoch AS epoch)
  )
