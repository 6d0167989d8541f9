-- On the head office's server, in a database of its own, once for each shard, by a superuser: views over all shards, each
-- row with the name of its shard. Needs postgres_fdw, which is part of Postgres' contrib.
--   createdb head_office
--   psql -d head_office -v shard=north -f doc/scaling/overview.sql
\set ON_ERROR_STOP on

CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA IF NOT EXISTS overview;

-- The shard's database on this same server, by its socket.
SELECT split_part(current_setting('unix_socket_directories'), ',', 1) AS host, current_setting('port') AS port \gset
BEGIN;
CREATE SERVER :"shard" FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host :'host', port :'port', dbname :'shard', updatable 'false', fetch_size '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER :"shard" OPTIONS (user :'USER');
CREATE SCHEMA :"shard";
IMPORT FOREIGN SCHEMA referrals LIMIT TO (dashboard, commission_ledger, tier_progress, payouts, audit_trail, blocks)
  FROM SERVER :"shard" INTO :"shard";
IMPORT FOREIGN SCHEMA head_office LIMIT TO (problems, health) FROM SERVER :"shard" INTO :"shard";

-- overview.dashboard, overview.commission_ledger and so on: the same views of all shards there are by now.
DO $$
DECLARE
  combined record;
BEGIN
  FOR combined IN
    SELECT relation.relname AS name, string_agg(
      format('SELECT %L AS shard, * FROM %s', server.srvname, relation.oid::regclass), ' UNION ALL ' ORDER BY server.srvname
    ) AS query
    FROM pg_foreign_table AS part
    JOIN pg_foreign_server AS server ON server.oid = part.ftserver
    JOIN pg_class AS relation ON relation.oid = part.ftrelid
    GROUP BY relation.relname
  LOOP
    EXECUTE format('CREATE OR REPLACE VIEW overview.%I AS %s', combined.name, combined.query);
  END LOOP;
END
$$;

-- Roots as they were when they were noted, out of reach of whoever rules a shard: a chain that is rewritten there is
-- rewritten in what arrives here as well, and sound by itself.
CREATE TABLE IF NOT EXISTS overview.noted_root (
  shard text, block bigint, root text NOT NULL, noted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (shard, block)
);
CREATE OR REPLACE VIEW overview.rewritten AS
SELECT noted.*, found.root AS found
FROM overview.noted_root AS noted
LEFT JOIN overview.blocks AS found USING (shard, block)
WHERE found.root IS DISTINCT FROM noted.root;
COMMENT ON VIEW overview.rewritten IS 'Blocks that are gone or have another root than the one that was noted; none: no chain was rewritten.';
COMMIT;
