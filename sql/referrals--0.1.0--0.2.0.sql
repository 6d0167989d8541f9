\echo Use "ALTER EXTENSION referrals UPDATE TO '0.2.0'" to load this file. \quit

-- From 0.1.0 to 0.2.0. Nothing that is recorded changes. What is new stands in the same words in the files of this
-- directory that make a fresh install.

-- Nothing below may resolve to an object that somebody planted in a schema of the installer's path.
SET LOCAL search_path = pg_catalog, pg_temp;

-- What there is already, so that the end of this script knows what is new.
SELECT pg_catalog.set_config('referrals_update.known', pg_catalog.array_agg(classid || '/' || objid)::text, true)
FROM pg_catalog.pg_depend
WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'referrals');

-- The end: nobody may do anything with what is new, and pg_dump carries it, as after a fresh install (privileges.sql and
-- dump.sql). What was there before keeps the grants that people were given.
DO $$
DECLARE
  known text[] := pg_catalog.current_setting('referrals_update.known');
  granted record;
  relation regclass;
BEGIN
  FOR granted IN
    SELECT DISTINCT object.name, CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE entry.grantee::regrole::text END AS grantee
    FROM (
      SELECT tableoid, oid, 'FUNCTION ' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner))
      FROM pg_catalog.pg_proc WHERE pronamespace = 'referrals'::regnamespace
      UNION ALL
      SELECT tableoid, oid, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass, relowner, relacl
      FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v', 'S')
      UNION ALL
      SELECT tableoid, oid, 'TYPE ' || oid::regtype, typowner, coalesce(typacl, acldefault('T', typowner))
      FROM pg_catalog.pg_type WHERE typnamespace = 'referrals'::regnamespace AND typtype = 'd'
    ) AS object (catalogue, id, name, owner, privileges)
    CROSS JOIN LATERAL aclexplode(object.privileges) AS entry
    WHERE entry.grantee <> object.owner AND object.catalogue || '/' || object.id <> ALL (known)
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', granted.name, granted.grantee);
  END LOOP;
  FOR relation IN
    SELECT c.oid FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'S') AND c.tableoid || '/' || c.oid <> ALL (known)
  LOOP
    PERFORM pg_catalog.pg_extension_config_dump(relation, '');
  END LOOP;
END
$$;
