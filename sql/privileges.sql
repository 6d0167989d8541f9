-- Nobody may do anything until grant_access says so. Functions are executable by PUBLIC unless this is revoked.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA referrals FROM PUBLIC;
REVOKE ALL ON SCHEMA referrals FROM PUBLIC;
DO $$
DECLARE
  word regtype;
BEGIN
  FOR word IN SELECT t.oid FROM pg_catalog.pg_type t WHERE t.typnamespace = 'referrals'::regnamespace AND t.typtype = 'd' LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TYPE %s FROM PUBLIC', word);
  END LOOP;
END
$$;
