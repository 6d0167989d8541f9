-- Sealing: blocks of what was recorded, each chained to the one before, while others go on.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Only", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00') AS ann, referrals.register('bob', 'ANN', wanted_code => 'BOB', registered_at => '2026-01-02 00:00+00') AS bob;
SELECT referrals.accrue('payment', 'p' || n, 'bob', 10 * n, occurred_at => '2026-02-01 00:00+00') FROM generate_series(1, 3) AS n;
-- A root is a SHA-256 in hexadecimal, and differs from server to server, since the record holds its times and transactions.
SELECT block, rows, root ~ '^[0-9a-f]{64}$' AS is_hash FROM referrals.seal();
-- Nothing new, no block.
SELECT * FROM referrals.seal();
SELECT referrals.reverse_event('payment', 'p2', 'sent back');
SELECT block, rows FROM referrals.seal();
SELECT block, epoch, rows FROM referrals.blocks ORDER BY block;
SELECT block.block_id, block.previous_root = before.root AS follows FROM referrals.block LEFT JOIN referrals.block AS before ON before.block_id = block.block_id - 1 ORDER BY 1;
SELECT * FROM referrals.verify();
-- Whoever keeps a root elsewhere can have it checked: this very one, of whichever block, however it was typed.
SELECT verified.* FROM referrals.blocks, referrals.verify(' ' || upper(root) || E'\n') AS verified;
SELECT problem FROM referrals.verify('0000');

-- A transaction that is still open holds back what came after it began, and nobody waits for anybody.
SELECT check_name, ok, regexp_replace(detail, 'since .*', 'since ...') AS detail FROM referrals.health() WHERE check_name = 'seal';
BEGIN;
SELECT referrals.accrue('payment', 'p4', 'bob', 40, occurred_at => '2026-02-01 00:00+00') IS NOT NULL AS accrued;
-- Not what this transaction itself has recorded, either.
SELECT * FROM referrals.seal();
COMMIT;
SELECT check_name, ok, regexp_replace(detail, 'since .*', 'since ...') AS detail FROM referrals.health() WHERE check_name = 'seal';
SELECT block, rows FROM referrals.seal();

-- Mock rows are not sealed, so purge_mock breaks no block; what holds in both modes is.
SELECT referrals.go_mock();
SELECT referrals.register('cy', 'BOB', registered_at => '2026-01-03 00:00+00') IS NOT NULL AS registered, referrals.register('dan', 'nobody', registered_at => '2026-01-03 00:00+00') IS NOT NULL AS registered;
SELECT action, mode FROM referrals.audit_trail ORDER BY audit_id DESC LIMIT 4;
SELECT block, rows FROM referrals.seal();
SELECT referrals.purge_mock();
SELECT * FROM referrals.verify();

-- Blocks and epochs are append-only.
\set VERBOSITY sqlstate
UPDATE referrals.block SET rows = 0;
DELETE FROM referrals.block;
TRUNCATE referrals.epoch CASCADE;
UPDATE referrals.erased SET key_hash = '';
\set VERBOSITY default
DELETE FROM referrals.block;

-- The record moves to another cluster: its transaction ids begin anew, and a new epoch does. What was not sealed yet is
-- sealed as the end of the old one. (Here the last epoch is made one of another cluster, as after a restore.)
SELECT referrals.register('eve', 'nobody', registered_at => '2026-01-04 00:00+00') IS NOT NULL AS registered;
SET session_replication_role = replica;
ALTER TABLE referrals.epoch DISABLE TRIGGER append_only;
ALTER TABLE referrals.block DISABLE TRIGGER append_only;
DELETE FROM referrals.block;
UPDATE referrals.epoch SET system_identifier = 'another';
ALTER TABLE referrals.epoch ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE referrals.block ENABLE ALWAYS TRIGGER append_only;
RESET session_replication_role;
\connect
SELECT referrals.register('fay', 'nobody', registered_at => '2026-01-05 00:00+00') IS NOT NULL AS registered;
SELECT epoch, system_identifier = 'another' AS of_another, first_audit_id FROM referrals.epoch ORDER BY epoch;
SELECT block, rows FROM referrals.seal();
SELECT block, epoch, rows FROM referrals.blocks ORDER BY block;
SELECT * FROM referrals.verify();
\i :dir/not_live.psql
