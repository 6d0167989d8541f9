-- Sealed blocks, for people.

CREATE VIEW referrals.blocks AS
SELECT block.block_id AS block, block.epoch, block.rows, encode(block.root, 'hex') AS root, block.sealed_at
FROM referrals.block;
COMMENT ON VIEW referrals.blocks IS 'Sealed stretches of the record. ORDER BY block; the latest root vouches for all of them.';
COMMENT ON COLUMN referrals.blocks.block IS 'Counts up from 1.';
COMMENT ON COLUMN referrals.blocks.epoch IS 'Counts up whenever the record moves to another cluster.';
COMMENT ON COLUMN referrals.blocks.rows IS 'How many audit rows are sealed in it.';
COMMENT ON COLUMN referrals.blocks.root IS 'What to keep outside: referrals.verify(root) checks that nothing sealed up to then was changed.';
COMMENT ON COLUMN referrals.blocks.sealed_at IS 'When it was sealed (transaction time).';
