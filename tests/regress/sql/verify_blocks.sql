-- The chain of blocks: what a rewritten one gives away, and what only a root kept elsewhere does.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Only", "from": 0, "rates": {"payment": {"percent": "5"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN') AS ann, referrals.register('bob', 'ANN') IS NOT NULL AS bob;
SELECT referrals.accrue('payment', 'p1', 'bob', 100);
SELECT block, rows FROM referrals.seal();
SELECT referrals.accrue('payment', 'p2', 'bob', 200);
SELECT block, rows FROM referrals.seal();
SELECT referrals.accrue('payment', 'p3', 'bob', 300);
SELECT block, rows FROM referrals.seal();
SELECT root AS kept FROM referrals.blocks WHERE block = 3 \gset
CREATE PROCEDURE plant(kept text, VARIADIC statements text[]) LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  found record;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  ALTER TABLE referrals.block DISABLE TRIGGER append_only;
  ALTER TABLE referrals.epoch DISABLE TRIGGER append_only;
  ALTER TABLE referrals.audit_log DISABLE TRIGGER append_only;
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  FOR found IN SELECT problem, detail FROM referrals.verify(kept) LOOP
    RAISE INFO '%: %', found.problem, regexp_replace(found.detail, '[0-9a-f]{64}', '...');
  END LOOP;
  ROLLBACK;
END $$;
\set VERBOSITY terse
-- What a block says of itself: where it ends, how many rows it has, when it was sealed, its root, the root before.
CALL plant(NULL, 'UPDATE referrals.block SET rows = 5 WHERE block_id = 2');
CALL plant(NULL, $$UPDATE referrals.block SET sealed_at = '2020-01-01 00:00+00' WHERE block_id = 2$$);
CALL plant(NULL, 'UPDATE referrals.block SET root = sha256(root) WHERE block_id = 2');
CALL plant(NULL, 'UPDATE referrals.block SET previous_root = NULL WHERE block_id = 2');
CALL plant(NULL, 'UPDATE referrals.block SET epoch = 7 WHERE block_id = 2');
CALL plant(NULL, $$UPDATE referrals.epoch SET system_identifier = '7'$$);
-- Marks vouch for nothing: without them a changed row shows, and has no name.
CALL plant(NULL, $$UPDATE referrals.block SET marks = '' WHERE block_id = 2$$);
CALL plant(NULL, $$UPDATE referrals.block SET marks = '\xff' WHERE block_id = 1$$, $$UPDATE referrals.audit_log SET actor = 'nobody' WHERE audit_id = 3$$);
-- A block in the midst is gone; all of them are.
CALL plant(NULL, 'DELETE FROM referrals.block WHERE block_id = 2');
CALL plant(:'kept', 'DELETE FROM referrals.block');
-- The last one is gone, or all are sealed anew over a changed row. Only the root kept elsewhere tells.
CALL plant(NULL, 'DELETE FROM referrals.block WHERE block_id = 3');
CALL plant(:'kept', 'DELETE FROM referrals.block WHERE block_id = 3');
CALL plant(NULL, $$UPDATE referrals.audit_log SET actor = 'nobody' WHERE audit_id = 3$$, 'DELETE FROM referrals.block', 'SELECT referrals.seal()');
CALL plant(:'kept', $$UPDATE referrals.audit_log SET actor = 'nobody' WHERE audit_id = 3$$, 'DELETE FROM referrals.block', 'SELECT referrals.seal()');
SELECT * FROM referrals.verify(:'kept');
\i :dir/not_live.psql
