-- On the head office's server, in a new and empty database for each shard, named as the shard is, by a superuser: receives
-- the record of the shard. `shard` also names the subscription, and the slot on the shard.
--   createdb north
--   psql -d north -v shard=north -v connection='host=north.internal dbname=shop user=head_office' -f doc/scaling/head_office.sql
\set ON_ERROR_STOP on

CREATE EXTENSION referrals;
\set slot head_office_ :shard
CREATE SUBSCRIPTION :"shard" CONNECTION :'connection' PUBLICATION referrals WITH (slot_name = :'slot');

-- For overview.sql, which can ask for views and not for functions.
CREATE SCHEMA head_office;
CREATE VIEW head_office.problems AS SELECT * FROM referrals.verify();
COMMENT ON VIEW head_office.problems IS 'What referrals.verify() finds in the record of this shard; no row: it is sound.';
CREATE VIEW head_office.health AS SELECT * FROM referrals.health();
COMMENT ON VIEW head_office.health IS 'What referrals.health() says of this shard''s record here, and whether it still arrives.';
