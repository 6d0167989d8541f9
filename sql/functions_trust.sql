-- Trust: seal the record, verify it, and erase a person without breaking it.
-- enable_seqscan = off: plans are made while tables may still be small, and kept while they grow; and rows are to come one
-- by one in the order of an index, not sorted all together.
-- jit = off: before PostgreSQL 18 a plan that must read a table from end to end all the same counts as if it cost 10^10,
-- and would be compiled each time it runs, for seconds.

CREATE FUNCTION referrals.seal() RETURNS TABLE (block bigint, root text, rows bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'seal_record_wrapper';
COMMENT ON FUNCTION referrals.seal() IS
  'Seals what was recorded since the last block into new ones, of at most 100,000 rows each; returns them, none if there is nothing new. Sealed are all audit rows but mock ones, with the lines, edges and plans that they record, of transactions older than the oldest one still open; nobody waits. The root, in hexadecimal, vouches for this block and all before it: keep it where nobody who can change the database can. It is written to the server''s log as well, before it is committed: a root counts once it is in referrals.blocks. Errors: 40001 where something was sealed since the snapshot of the transaction, XX001 if the last block is damaged, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.verify(digest text DEFAULT NULL) RETURNS TABLE (problem text, detail text)
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'verify_record_wrapper';
COMMENT ON FUNCTION referrals.verify(text) IS
  'Checks everything recorded, in both modes; no row means that it is sound. Blocks: digest_unknown (digest, a root kept outside, is that of no block; NULL: not asked), epoch_broken, block_missing, block_changed, row_changed, row_missing, row_added (named by audit row, which is the line''s id). Lines, against their plan version, tie and each other: line_differs, record_broken, plan_unreadable. Standings: standing_differs. Payouts, against their lines and the audit trail: payout_differs. Of each kind at most 1,000 are told one by one. Reads in streams, says every few seconds how far it is (NOTICE), writes nothing, and works on a standby.';

CREATE FUNCTION referrals.erase(user_key text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'erase_person_wrapper';
COMMENT ON FUNCTION referrals.erase(text) IS
  'Forgets the user_key of a person, in all of the schema; a salted hash of it is kept. Code, ties, lines, amounts and blocks stay, and name the person by an internal number alone. The code leads to nobody, and is never given out again. Who signs up again with the key is a new participant, and is not tied a second time, unless the referrer''s plan says "ties_returning_people": true; attach() leaves the key alone. Rows of your own tables are yours to erase. A WARNING if the application used the key as the key of events, which stay. Audited. Errors: 22004 NULL, 42704 unknown user, 25006 in a read-only transaction.';
