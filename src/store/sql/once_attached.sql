-- What each table that is still there was last attached with, by the audit trail, and not detached since.
WITH noted AS MATERIALIZED (
  SELECT audit_id, action, detail, detail ->> 'table' AS relation
  FROM referrals.audit_log
  WHERE action IN ('attached', 'events_attached', 'detached')
)
SELECT DISTINCT ON (latest.relation COLLATE "C", latest.action, latest.detail ->> 'kind') present.oid, latest.action, latest.detail
FROM noted AS latest
JOIN pg_catalog.pg_class AS present ON present.oid = pg_catalog.to_regclass(latest.relation)
WHERE latest.action <> 'detached' AND present.relkind IN ('r', 'p') AND NOT EXISTS (
  SELECT FROM noted AS later
  WHERE later.action = 'detached' AND later.relation = latest.relation AND later.audit_id > latest.audit_id
)
ORDER BY latest.relation COLLATE "C", latest.action, latest.detail ->> 'kind', latest.audit_id DESC
