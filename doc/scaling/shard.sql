-- On a shard, in its database, once, by a superuser: what the head office receives, and the role that it connects as.
-- The server needs wal_level = logical. Give the role a password, or a certificate, as pg_hba.conf asks for.
--   psql -d SHOP -f doc/scaling/shard.sql
\set ON_ERROR_STOP on

SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'head_office') AS is_new \gset
\if :is_new
CREATE ROLE head_office LOGIN REPLICATION;
\endif
-- For the first copy. What follows is read from the write-ahead log.
GRANT USAGE ON SCHEMA referrals TO head_office;
GRANT SELECT ON ALL TABLES IN SCHEMA referrals TO head_office;

-- All tables, those of later versions too. Nothing of the extension is ever truncated.
CREATE PUBLICATION referrals FOR TABLES IN SCHEMA referrals WITH (publish = 'insert, update, delete');
