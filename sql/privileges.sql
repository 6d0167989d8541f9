-- Nobody may do anything until grant_access says so: not PUBLIC, to whom Postgres gives functions and types, and not those
-- to whom default privileges of the installer (ALTER DEFAULT PRIVILEGES) give whatever is created.
DO $$
DECLARE
  granted record;
BEGIN
  FOR granted IN
    SELECT DISTINCT object.name, CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE entry.grantee::regrole::text END AS grantee
    FROM (
      SELECT 'SCHEMA referrals', nspowner, coalesce(nspacl, acldefault('n', nspowner))
      FROM pg_catalog.pg_namespace WHERE nspname = 'referrals'
      UNION ALL
      SELECT 'FUNCTION ' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner))
      FROM pg_catalog.pg_proc WHERE pronamespace = 'referrals'::regnamespace
      UNION ALL
      SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass, relowner, relacl
      FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v', 'S')
      UNION ALL
      SELECT 'TYPE ' || oid::regtype, typowner, coalesce(typacl, acldefault('T', typowner))
      FROM pg_catalog.pg_type WHERE typnamespace = 'referrals'::regnamespace AND typtype = 'd'
    ) AS object (name, owner, privileges)
    CROSS JOIN LATERAL aclexplode(object.privileges) AS entry
    WHERE entry.grantee <> object.owner
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', granted.name, granted.grantee);
  END LOOP;
END
$$;
