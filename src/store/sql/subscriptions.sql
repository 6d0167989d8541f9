-- The subscriptions that write to tables of the extension. A worker that has received nothing is still trying to connect;
-- those that copy or apply beside it are not looked at. Who may make subscriptions may name any table in one: only with the
-- right to write there does one write, as its owner or as that of the table.
SELECT
  subscription.subname::text, subscription.subenabled, written.incomplete,
  coalesce(bool_or(worker.received_lsn IS NOT NULL), false), max(worker.last_msg_receipt_time)
FROM (
  SELECT part.srsubid, count(*) FILTER (WHERE part.srsubstate <> 'r') AS incomplete
  FROM pg_catalog.pg_subscription_rel AS part
  JOIN pg_catalog.pg_class AS relation ON relation.oid = part.srrelid
  JOIN pg_catalog.pg_subscription AS naming ON naming.oid = part.srsubid
  WHERE relation.relnamespace = 'referrals'::regnamespace
    AND (has_table_privilege(naming.subowner, part.srrelid, 'INSERT') OR pg_has_role(naming.subowner, relation.relowner, 'MEMBER'))
  GROUP BY part.srsubid
) AS written
JOIN pg_catalog.pg_subscription AS subscription ON subscription.oid = written.srsubid
LEFT JOIN pg_catalog.pg_stat_subscription AS worker
  ON worker.subid = subscription.oid AND worker.relid IS NULL AND worker.pid IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY 1
