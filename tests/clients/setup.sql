-- What a superuser does once, before any client comes: the extension, and three roles. The owner has the tables of the
-- application and its programs; the app signs people up and asks for their codes; the web signs people up and may do
-- nothing else.
CREATE EXTENSION referrals;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['clients_owner', 'clients_app', 'clients_web'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', name);
    END IF;
  END LOOP;
END
$$;
GRANT CREATE ON SCHEMA public TO clients_owner;
SELECT referrals.grant_access('clients_owner', 'admin');
SELECT referrals.grant_access('clients_app', 'app');
