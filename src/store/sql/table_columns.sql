-- Columns with the type below any domains.
WITH RECURSIVE base AS (
  SELECT a.attnum, a.attname, a.attgenerated = 'v' AS is_virtual, a.atttypid AS type_id
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT base.attnum, base.attname, base.is_virtual, t.typbasetype
  FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type_id
  WHERE t.typtype = 'd'
)
SELECT base.attname::text, CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname::text ELSE t.oid::regtype::text END, format_type(t.oid, NULL), t.typcategory::text, base.is_virtual
FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type_id
WHERE t.typtype <> 'd'
ORDER BY base.attnum
