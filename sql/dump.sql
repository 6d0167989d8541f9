-- What pg_dump must carry: the rows of every table and the position of every sequence.
DO $$
DECLARE
  relation regclass;
BEGIN
  FOR relation IN
    SELECT c.oid FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'S')
  LOOP
    PERFORM pg_catalog.pg_extension_config_dump(relation, '');
  END LOOP;
END
$$;
