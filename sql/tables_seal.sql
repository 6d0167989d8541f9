-- Sealing: what was recorded up to a point is hashed into a chain of blocks, so that a later change shows.

CREATE TABLE referrals.epoch (
  epoch integer PRIMARY KEY,
  system_identifier text NOT NULL,
  first_audit_id bigint NOT NULL,
  began_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE referrals.epoch IS 'Which cluster wrote which audit rows: transaction ids begin anew in another one, such as where a dump was restored. The first to record anything there begins an epoch. Append-only.';
COMMENT ON COLUMN referrals.epoch.epoch IS 'Counts up from 1.';
COMMENT ON COLUMN referrals.epoch.system_identifier IS 'The cluster''s system identifier: kept by replicas and by fail-over, not by a dump or pg_upgrade.';
COMMENT ON COLUMN referrals.epoch.first_audit_id IS 'Audit rows from this id on, to before that of the next epoch, were written there.';
COMMENT ON COLUMN referrals.epoch.began_at IS 'When the first of them was written (transaction time).';

CREATE TABLE referrals.block (
  block_id bigint PRIMARY KEY,
  epoch integer NOT NULL REFERENCES referrals.epoch,
  until_transaction xid8 NOT NULL,
  until_audit_id bigint NOT NULL,
  rows bigint NOT NULL,
  previous_root bytea,
  root bytea NOT NULL,
  marks bytea NOT NULL,
  encoding smallint NOT NULL,
  sealed_at timestamptz NOT NULL
);
COMMENT ON TABLE referrals.block IS 'Sealed stretches of the record: all audit rows but mock ones, each with the line, edge or plan that it records, in the order of transaction and id. Append-only.';
COMMENT ON COLUMN referrals.block.block_id IS 'Counts up from 1.';
COMMENT ON COLUMN referrals.block.epoch IS 'Whose transaction ids these are.';
COMMENT ON COLUMN referrals.block.until_transaction IS 'Where the block ends, exclusively: the transaction. It begins where the one before of its epoch ends.';
COMMENT ON COLUMN referrals.block.until_audit_id IS 'Where the block ends, exclusively: the audit row in that transaction.';
COMMENT ON COLUMN referrals.block.rows IS 'How many audit rows are sealed in it.';
COMMENT ON COLUMN referrals.block.previous_root IS 'The root of the block before; NULL for the first.';
COMMENT ON COLUMN referrals.block.root IS 'SHA-256 root of a Merkle tree (RFC 6962) whose leaves are the rows and, last, the columns of this block, previous_root among them: so the latest root vouches for everything sealed.';
COMMENT ON COLUMN referrals.block.marks IS 'For each row its id and the first bytes of its leaf''s hash, so that referrals.verify can name a row that is not as it was. Vouches for nothing by itself.';
COMMENT ON COLUMN referrals.block.encoding IS 'The version of the encoding in which its rows were hashed.';
COMMENT ON COLUMN referrals.block.sealed_at IS 'When it was sealed (transaction time).';

CREATE INDEX audit_log_transaction ON referrals.audit_log (transaction_id, audit_id) WHERE mode IS DISTINCT FROM 'mock';
COMMENT ON INDEX referrals.audit_log_transaction IS 'Serves sealing: what was recorded since the last block, in its order.';
