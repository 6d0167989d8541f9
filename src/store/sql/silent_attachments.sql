-- Attached tables, of users and of events, whose trigger is disabled or reads a column that is gone, or that have become
-- partitions: what is written through the table above fires the triggers of that one alone.
SELECT DISTINCT attached.relation::text
FROM (
  SELECT users AS relation, enabled, ARRAY[key, referred_by, code, label, registered_at] AS columns
  FROM referrals.attachments
  UNION ALL
  SELECT source, enabled, ARRAY[key, referee, amount, currency, occurred_at] FROM referrals.event_sources
) AS attached
WHERE NOT attached.enabled OR pg_catalog.pg_partition_root(attached.relation) <> attached.relation OR EXISTS (
  SELECT FROM unnest(attached.columns) AS named (name)
  WHERE named.name IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute AS present
    WHERE present.attrelid = attached.relation AND present.attname = named.name
      AND NOT present.attisdropped AND present.attgenerated <> 'v'
  )
)
ORDER BY 1
