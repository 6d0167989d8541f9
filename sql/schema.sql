-- The schema itself, and what must hold before anything is put into it.

-- Nothing below may resolve to an object that somebody planted in a schema of the installer's path.
SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
BEGIN
  -- A schema that was there before belongs to someone else, who could plant objects beside functions that
  -- run with the installer's rights.
  IF pg_catalog.to_regnamespace('referrals') IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_schema',
      MESSAGE = 'schema "referrals" exists already',
      DETAIL = 'The extension creates its own schema, so that nobody else owns anything in it.',
      HINT = 'Rename or drop that schema, then run CREATE EXTENSION referrals again.';
  END IF;
  IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = 'referrals needs a database whose encoding is UTF8',
      HINT = 'Create the database with ENCODING ''UTF8'' TEMPLATE template0.';
  END IF;
END
$$;

CREATE SCHEMA referrals;
COMMENT ON SCHEMA referrals IS
  'Partner programs: codes, attribution, commissions and their audit trail. Begin with define_program and attach; grant_access gives a role what its work needs. Where the record of another database is received by logical replication, whatever writes raises 55000. Names that begin with _ are not meant to be called.';
