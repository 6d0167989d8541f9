-- In the database of overview.sql, from a scheduler: notes the roots that are new.
--   psql -d head_office -f doc/scaling/note_roots.sql
INSERT INTO overview.noted_root (shard, block, root) SELECT shard, block, root FROM overview.blocks ON CONFLICT DO NOTHING;
