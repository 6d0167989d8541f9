-- Mode, access and health.

CREATE FUNCTION referrals.mode() RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'mode_wrapper';
COMMENT ON FUNCTION referrals.mode() IS
  'live or mock: the mode of what is recorded now. live only if go_live() was called in this very cluster and database, and the server''s configuration says referrals.allow_live = on.';

CREATE FUNCTION referrals.go_live() RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'go_live_wrapper';
COMMENT ON FUNCTION referrals.go_live() IS
  'Switches this database to real money, bound to the cluster''s system identifier and the database''s name: a copy elsewhere is mock. Audited. Errors: 55000 unless the server''s configuration says referrals.allow_live = on, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.go_mock() RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'go_mock_wrapper';
COMMENT ON FUNCTION referrals.go_mock() IS 'Switches back to mock. Live lines stay. Audited. Errors: 25006 in a read-only transaction.';

CREATE FUNCTION referrals.purge_mock() RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'purge_mock_wrapper';
COMMENT ON FUNCTION referrals.purge_mock() IS
  'Deletes all mock lines and their audit rows, and forgets the mock standings; returns the number of lines. Codes and ties stay: they are facts, not money, and the screens go on counting them. Audited. Errors: 25006 in a read-only transaction.';

CREATE FUNCTION referrals.process_queue(batch integer DEFAULT 10000) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'process_queue_wrapper';
COMMENT ON FUNCTION referrals.process_queue(integer) IS
  'Accrues what waits under plans with "accrual": "queued", at most batch events, each referrer''s in their order of arrival and as they would have been accrued then; returns how many it took from the queue. For any scheduler, and for several sessions at once: referrers that another one works on are left to it. Live events wait while the mode is mock. Errors: 22004 NULL, 22023 batch not above 0, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.grant_access(grantee regrole, level text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'grant_access_wrapper';
COMMENT ON FUNCTION referrals.grant_access(regrole, text) IS
  'Grants a role what its work needs. Each of these levels includes those before it: reader (the views, explain, report), app (codes, register, accrue, tiers, quotes), operator (attribute, reverse, payouts, process_queue, health, reconcile, seal, verify), admin (programs, simulate, enroll, attach, attach_events, mode, erase). Beside them, each by itself: self (the views my_*, for the role in which an application asks on behalf of one of its users) and monitor (metrics and health, of nobody in particular). For the owner of the extension only. Audited. Errors: 22004 NULL, 22023 unknown level, 42704 unknown role, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.health() RETURNS TABLE (check_name text, ok boolean, detail text)
-- It reads conditions as the trigger on events does.
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on SET transform_null_equals = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres'
AS 'MODULE_PATHNAME', 'health_wrapper';
COMMENT ON FUNCTION referrals.health() IS
  'What an operator should know, one row a check: mode (not ok if live was chosen but does not hold here), attachments (a trigger of a users table or of a source of events is disabled, reads a column that is gone, has a condition that fails, or is that of a table that has become a partition), append_only (a guard of the record is missing or not ENABLE ALWAYS), queue (what waits to be accrued; not ok if something has waited for more than an hour, or is live while the mode is mock), seal (what is recorded and not sealed yet, and who holds it back; not ok if sealing is in use and something has waited for more than a day), and where the record of another database is received by logical replication, subscription (not ok if it is disabled, not connected, or has not copied everything yet).';

CREATE FUNCTION referrals.reconcile() RETURNS TABLE (problem text, subject text, detail text)
-- It reads conditions as the trigger on events does.
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on SET transform_null_equals = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres'
AS 'MODULE_PATHNAME', 'reconcile_wrapper';
COMMENT ON FUNCTION referrals.reconcile() IS
  'Compares the attached tables with the record; no row: nothing is amiss. detail is the SQL that repairs it, with a remark behind -- where a person must decide; in the order to run it. Problems: guard_disabled, trigger_missing, trigger_disabled, trigger_bypassed (the table has become a partition), user_without_participant, condition_failed, event_without_outcome, event_not_reversed (in the mode that is on), participant_without_user, not_compared (a table cannot be read as its trigger does). At most 1,000 rows a problem and table, then how many more. Reads only, each table as its owner, in one snapshot.';

CREATE FUNCTION referrals._current_standing(
  participant_id bigint, mode text, program_id integer, place_program_id integer, place_version integer,
  window_start timestamptz, window_end timestamptz, volume numeric
) RETURNS TABLE (
  current_window_start timestamptz, current_volume numeric, current_tier text, next_tier text, next_from numeric,
  progress numeric, bar text, currency text
)
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off ROWS 1
AS 'MODULE_PATHNAME', '_current_standing_wrapper';
COMMENT ON FUNCTION referrals._current_standing(bigint, text, integer, integer, integer, timestamptz, timestamptz, numeric) IS
  'For the views: a stored standing brought up to now; no row without a plan in force, nor for arguments of no standing.';

CREATE FUNCTION referrals._decimals(program_id integer, plan_version integer) RETURNS integer
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', '_decimals_wrapper';
COMMENT ON FUNCTION referrals._decimals(integer, integer) IS
  'For the views: digits behind the decimal point of a plan version''s currency. NULL for an unknown version.';

CREATE FUNCTION referrals._attachment(arguments bytea) RETURNS TABLE (
  key text, referred_by text, program text, code text, label text, registered_at text, key_prefix text
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', '_attachment_wrapper';
COMMENT ON FUNCTION referrals._attachment(bytea) IS
  'For the views: what the arguments of a sign-up trigger (pg_trigger.tgargs) say; no row if they are not of such a trigger.';
