\echo Use "ALTER EXTENSION referrals UPDATE TO '0.2.0'" to load this file. \quit

-- From 0.1.0 to 0.2.0. Nothing that is recorded changes. What is new stands in the same words in the files of this
-- directory that make a fresh install.

-- Nothing below may resolve to an object that somebody planted in a schema of the installer's path.
SET LOCAL search_path = pg_catalog, pg_temp;

-- What there is already, so that the end of this script knows what is new.
SELECT pg_catalog.set_config('referrals_update.known', pg_catalog.array_agg(classid || '/' || objid)::text, true)
FROM pg_catalog.pg_depend
WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'referrals');

-- Their plans are not compiled: see functions_users.sql and functions_trust.sql.
ALTER FUNCTION referrals.accrue SET jit = off;
ALTER FUNCTION referrals.reverse SET jit = off;
ALTER FUNCTION referrals.reverse_event SET jit = off;
ALTER FUNCTION referrals._on_event SET jit = off;
ALTER FUNCTION referrals.process_queue SET jit = off;
ALTER FUNCTION referrals._current_standing SET jit = off;
ALTER FUNCTION referrals.tier_of SET jit = off;
ALTER FUNCTION referrals.seal SET jit = off;
ALTER FUNCTION referrals.verify SET jit = off;
ALTER FUNCTION referrals.erase SET jit = off;
ALTER FUNCTION referrals.register SET jit = off;
ALTER FUNCTION referrals._on_sign_up SET jit = off;
ALTER FUNCTION referrals.attribute SET jit = off;

-- Descriptions that stand alone in psql.

COMMENT ON SCHEMA referrals IS
  'Partner programs: codes, attribution, commissions and their audit trail. Begin with define_program and attach; grant_access gives a role what its work needs. Where the record of another database is received by logical replication, whatever writes raises 55000. Names that begin with _ are not meant to be called.';
COMMENT ON FUNCTION referrals.grant_access(regrole, text) IS
  'Grants a role what its work needs. Each of these levels includes those before it: reader (the views, explain, report), app (codes, register, accrue, tiers, quotes), operator (attribute, reverse, payouts, process_queue, health, reconcile, seal, verify), admin (programs, simulate, enroll, attach, attach_events, mode, erase). Beside them, each by itself: self (the views my_*, for the role in which an application asks on behalf of one of its users) and monitor (metrics and health, of nobody in particular). For the owner of the extension only. Audited. Errors: 22004 NULL, 22023 unknown level, 42704 unknown role, 25006 in a read-only transaction.';
COMMENT ON COLUMN referrals.event_sources.currency IS 'The column with the currency of the amount; NULL for that of the plan.';
COMMENT ON COLUMN referrals._line.status IS 'on_hold, payable, in_payout, paid, or reversed: nothing is left of the accrual, and none of it was paid.';
COMMENT ON COLUMN referrals.tier_progress.next_from IS 'The volume at which the next tier begins; NULL at the top.';
COMMENT ON COLUMN referrals.tier_progress.remaining IS 'What is missing to the next tier, in the unit of volume; NULL at the top.';
COMMENT ON COLUMN referrals.tier_progress.bar IS 'The progress as text, a bar of ten places; full only at the top.';
COMMENT ON SEQUENCE referrals.program_program_id_seq IS 'The internal numbers of programs.';
COMMENT ON SEQUENCE referrals.participant_participant_id_seq IS 'The internal numbers of people. None is ever given out again.';
COMMENT ON SEQUENCE referrals.audit_log_audit_id_seq IS 'The ids of audit rows, and so of ledger lines. Not without gaps: what is rolled back leaves one.';
COMMENT ON SEQUENCE referrals.payout_payout_id_seq IS 'The ids of payouts.';
COMMENT ON SEQUENCE referrals.queue_queue_id_seq IS 'The places in the queue, which grow in order of arrival.';

-- What the views of one person read: whom the session speaks for, and that person's rows.

CREATE FUNCTION referrals._my_user_key() RETURNS text
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', '_my_user_key_wrapper';
COMMENT ON FUNCTION referrals._my_user_key() IS
  'For the views my_*: the user_key that the session speaks for. The setting referrals.user_key where it is set, and else the claim sub in request.jwt.claims; NULL where neither names anybody. Errors: 22023 if the claims are no JSON object with at most one sub, a string.';

-- Functions, and not views alone: a security barrier lets conditions through that cannot raise an error, and EXPLAIN counts
-- the rows that they take away, other people's too. Of what a function does inside nothing shows, and nothing that it calls
-- need be lent to whoever reads.

CREATE FUNCTION referrals._my_dashboard() RETURNS SETOF referrals.dashboard
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.dashboard WHERE user_key = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_dashboard() IS
  'For the view my_dashboard: the rows of dashboard of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';

CREATE FUNCTION referrals._my_commission_ledger() RETURNS TABLE (
  id bigint, recorded_at timestamptz, occurred_at timestamptz, kind text, program text, tier text, basis text, rate numeric,
  base_amount numeric, amount numeric, currency text, event_kind text, payable_at timestamptz, status text, note text,
  mode text, side text
)
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT
  shown.id, shown.recorded_at, shown.occurred_at, shown.kind, shown.program, shown.tier, shown.basis, shown.rate,
  shown.base_amount, shown.amount, shown.currency, shown.event_kind, shown.payable_at, shown.status, line.note,
  shown.mode, shown.side
FROM referrals.participant AS myself
JOIN referrals.commission AS line ON
  line.referrer_id = myself.participant_id AND line.side = 'referrer'
  OR line.referee_id = myself.participant_id AND line.side = 'referee'
JOIN referrals.commission_ledger AS shown ON shown.id = line.commission_id
WHERE myself.user_key = referrals._my_user_key()
$$;
COMMENT ON FUNCTION referrals._my_commission_ledger() IS
  'For the view my_commission_ledger: the lines that are for whom the session speaks for, without what is about others; none for nobody. Errors: as referrals._my_user_key().';

CREATE FUNCTION referrals._my_tier_progress() RETURNS SETOF referrals.tier_progress
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.tier_progress WHERE referrer = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_tier_progress() IS
  'For the view my_tier_progress: the rows of tier_progress of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';

-- What one person sees of themselves: whom referrals.user_key or the token's subject names, and nobody else.

CREATE VIEW referrals.my_dashboard WITH (security_barrier) AS
SELECT * FROM referrals._my_dashboard();
COMMENT ON VIEW referrals.my_dashboard IS 'The rows of dashboard of whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims); none for nobody.';

CREATE VIEW referrals.my_commission_ledger WITH (security_barrier) AS
SELECT * FROM referrals._my_commission_ledger();
COMMENT ON VIEW referrals.my_commission_ledger IS 'The lines of commission_ledger that are for whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims), welcome rewards among them; none for nobody. Without what is about others: their user_keys, the keys of their events, and the words of the staff.';
COMMENT ON COLUMN referrals.my_commission_ledger.note IS 'Why the amount is less than the rate: below_first_tier, no_rate_at_tier, capped (by a limit of the plan); else NULL.';

CREATE VIEW referrals.my_tier_progress WITH (security_barrier) AS
SELECT * FROM referrals._my_tier_progress();
COMMENT ON VIEW referrals.my_tier_progress IS 'The rows of tier_progress of whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims); none for nobody.';

DO $$
DECLARE
  described record;
BEGIN
  -- The columns are those of the views for everybody, and so are their descriptions.
  FOR described IN
    SELECT mine.attrelid::regclass AS view, mine.attname, pg_catalog.col_description(whole.attrelid, whole.attnum) AS text
    FROM pg_catalog.pg_attribute AS mine
    JOIN pg_catalog.pg_class AS view ON view.oid = mine.attrelid
    JOIN pg_catalog.pg_class AS everybody ON everybody.relnamespace = view.relnamespace AND 'my_' || everybody.relname = view.relname
    JOIN pg_catalog.pg_attribute AS whole ON whole.attrelid = everybody.oid AND whole.attname = mine.attname
    WHERE view.relnamespace = 'referrals'::regnamespace AND mine.attnum > 0
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', described.view, described.attname, described.text);
  END LOOP;
END
$$;

-- What the metrics ask of the rules.

CREATE FUNCTION referrals._unsealed() RETURNS TABLE (rows bigint, oldest timestamptz)
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1
AS 'MODULE_PATHNAME', '_unsealed_wrapper';
COMMENT ON FUNCTION referrals._unsealed() IS
  'For the view metrics_seal: how many rows of the record are not sealed yet (100,001 stands for all above 100,000), and when the oldest of them was recorded, NULL for none. No row if the last block is damaged, which health() says.';

-- What a monitoring system asks every few seconds: cheap however long the ledger is, and about nobody in particular.

CREATE VIEW referrals.metrics AS
SELECT
  referrals.mode() = 'live' AS live,
  pg_stat_get_tuples_inserted('referrals.participant'::regclass) AS participants,
  pg_stat_get_tuples_inserted('referrals.attribution'::regclass) AS ties,
  pg_stat_get_tuples_inserted('referrals.commission'::regclass) AS lines,
  pg_stat_get_tuples_inserted('referrals.reversal'::regclass) AS corrections,
  pg_stat_get_tuples_inserted('referrals.audit_log'::regclass) AS records,
  pg_stat_get_tuples_inserted('referrals.queue'::regclass) AS queued,
  programs.paused AS paused_programs,
  storage.bytes
FROM (SELECT count(*) FILTER (WHERE program.paused) AS paused FROM referrals.program) AS programs
CROSS JOIN (
  SELECT sum(pg_total_relation_size(relation.oid)) AS bytes
  FROM pg_catalog.pg_class AS relation
  WHERE relation.relnamespace = 'referrals'::regnamespace AND relation.relkind = 'r'
) AS storage;
COMMENT ON VIEW referrals.metrics IS 'One row of figures for a monitoring system. Counters are those of Postgres'' statistics: they count what was rolled back as well, and begin anew with the statistics, as after a crash. On a standby they stay 0: ask the primary.';
COMMENT ON COLUMN referrals.metrics.live IS 'Whether the mode is live.';
COMMENT ON COLUMN referrals.metrics.participants IS 'Counter: people registered.';
COMMENT ON COLUMN referrals.metrics.ties IS 'Counter: people tied to a referrer.';
COMMENT ON COLUMN referrals.metrics.lines IS 'Counter: ledger lines, in both modes.';
COMMENT ON COLUMN referrals.metrics.corrections IS 'Counter: ledger lines that are reversals or adjustments, in both modes.';
COMMENT ON COLUMN referrals.metrics.records IS 'Counter: audit rows.';
COMMENT ON COLUMN referrals.metrics.queued IS 'Counter: events put into the queue.';
COMMENT ON COLUMN referrals.metrics.paused_programs IS 'How many programs are paused.';
COMMENT ON COLUMN referrals.metrics.bytes IS 'Size of the tables of the extension on disk, with their indexes, in bytes.';

CREATE VIEW referrals.metrics_queue AS
SELECT
  modes.mode,
  coalesce(waiting.events, 0) AS events,
  coalesce(extract(epoch FROM now() - waiting.oldest), 0) AS oldest_seconds
FROM (VALUES ('live'), ('mock')) AS modes (mode)
LEFT JOIN (
  SELECT earliest.mode, count(*) AS events, min(earliest.queued_at) AS oldest
  FROM (SELECT queue.mode::text, queue.queued_at FROM referrals.queue ORDER BY queue.queue_id LIMIT 100001) AS earliest
  GROUP BY earliest.mode
) AS waiting USING (mode);
COMMENT ON VIEW referrals.metrics_queue IS 'What waits to be accrued, for a monitoring system: one row a mode. Only the 100,001 oldest events are counted: ask once a minute.';
COMMENT ON COLUMN referrals.metrics_queue.mode IS 'mock or live.';
COMMENT ON COLUMN referrals.metrics_queue.events IS 'How many events wait.';
COMMENT ON COLUMN referrals.metrics_queue.oldest_seconds IS 'Seconds since the oldest event that waits arrived; 0 for none.';

CREATE VIEW referrals.metrics_seal AS
SELECT
  coalesce(last.block_id, 0) AS blocks,
  extract(epoch FROM now() - last.sealed_at) AS seconds_since_block,
  unsealed.rows AS unsealed_rows,
  CASE WHEN unsealed.rows IS NOT NULL THEN coalesce(extract(epoch FROM now() - unsealed.oldest), 0) END AS unsealed_seconds
FROM (VALUES (1)) AS one (row)
LEFT JOIN (SELECT block.block_id, block.sealed_at FROM referrals.block ORDER BY block.block_id DESC LIMIT 1) AS last ON true
LEFT JOIN referrals._unsealed() AS unsealed ON true;
COMMENT ON VIEW referrals.metrics_seal IS 'What is sealed and what is not, for a monitoring system, in one row. Counts up to 100,001 audit rows: ask once a minute.';
COMMENT ON COLUMN referrals.metrics_seal.blocks IS 'The number of the last block; 0 before the first.';
COMMENT ON COLUMN referrals.metrics_seal.seconds_since_block IS 'Seconds since the last block was sealed; NULL before the first.';
COMMENT ON COLUMN referrals.metrics_seal.unsealed_rows IS 'Audit rows that are not sealed yet; 100,001 stands for all above 100,000. NULL if the last block is damaged.';
COMMENT ON COLUMN referrals.metrics_seal.unsealed_seconds IS 'Seconds since the oldest audit row that is not sealed yet was recorded; 0 for none, NULL if the last block is damaged.';

CREATE VIEW referrals.metrics_payouts AS
SELECT payout.state, payout.currency, count(*) AS payouts, trim_scale(sum(payout.amount)) AS amount
FROM referrals.payout
GROUP BY payout.state, payout.currency;
COMMENT ON VIEW referrals.metrics_payouts IS 'Payouts, for a monitoring system: one row a state and currency. Reads all payouts: ask every few minutes.';
COMMENT ON COLUMN referrals.metrics_payouts.state IS 'draft, approved, paid, failed or cancelled.';
COMMENT ON COLUMN referrals.metrics_payouts.currency IS 'Currency of the amount.';
COMMENT ON COLUMN referrals.metrics_payouts.payouts IS 'How many payouts.';
COMMENT ON COLUMN referrals.metrics_payouts.amount IS 'The sum of their amounts, in the currency.';

-- What logical replication applies fires triggers of rows alone. OR REPLACE, since reconcile() of the new library says how to
-- make them, and somebody may have done so before this.
CREATE OR REPLACE TRIGGER forget_received AFTER INSERT OR UPDATE OR DELETE ON referrals.program
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.program ENABLE ALWAYS TRIGGER forget_received;
CREATE OR REPLACE TRIGGER forget_received AFTER INSERT ON referrals.plan
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.plan ENABLE ALWAYS TRIGGER forget_received;
CREATE OR REPLACE TRIGGER forget_received AFTER INSERT OR UPDATE OR DELETE ON referrals.environment
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.environment ENABLE ALWAYS TRIGGER forget_received;
CREATE OR REPLACE TRIGGER forget_received AFTER INSERT ON referrals.epoch
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.epoch ENABLE ALWAYS TRIGGER forget_received;
CREATE OR REPLACE TRIGGER forget_received AFTER INSERT ON referrals.erased
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.erased ENABLE ALWAYS TRIGGER forget_received;

COMMENT ON FUNCTION referrals.health() IS
  'What an operator should know, one row a check: mode (not ok if live was chosen but does not hold here), attachments (a trigger of a users table or of a source of events is disabled, reads a column that is gone, has a condition that fails, or is that of a table that has become a partition), append_only (a guard of the record is missing or not ENABLE ALWAYS), queue (what waits to be accrued; not ok if something has waited for more than an hour, or is live while the mode is mock), seal (what is recorded and not sealed yet, and who holds it back; not ok if sealing is in use and something has waited for more than a day), and where the record of another database is received by logical replication, subscription (not ok if it is disabled, not connected, or has not copied everything yet).';

-- The report: a page to look at.

CREATE FUNCTION referrals.report(program text DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL)
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'report_wrapper';
COMMENT ON FUNCTION referrals.report(text, timestamptz, timestamptz) IS
  'One page of HTML, to be kept as a file: the dashboard, the ledger and tier progress with charts, live figures before mock ones, each currency by itself. It loads nothing from elsewhere. program: only lines that it rated, and people who are in it now (NULL: all). since, until: only events and ties from since to before until (NULL: no bound); what became of their money, tiers and volumes are as of now. It has the first rows of each table and totals over all. All of it is of the snapshot of the calling query. Errors: 42704 unknown program, 22023 since not before until, 22008 since or until out of range.';

-- The end: what is new belongs to the extension's owner, be it another superuser who updates; nobody may do anything with
-- it, and pg_dump carries it, as after a fresh install (privileges.sql and dump.sql). What was there before keeps the grants
-- that people were given, and so does what they made themselves in the schema.
DO $$
DECLARE
  made text[] := ARRAY(
    SELECT classid || '/' || objid
    FROM pg_catalog.pg_depend
    WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
      AND refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'referrals')
    EXCEPT
    SELECT unnest(pg_catalog.current_setting('referrals_update.known')::text[])
  );
  owner regrole := (SELECT extowner FROM pg_catalog.pg_extension WHERE extname = 'referrals');
  misplaced text;
  granted record;
  relation regclass;
BEGIN
  FOR misplaced IN
    SELECT 'FUNCTION ' || p.oid::regprocedure
    FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'referrals'::regnamespace AND p.proowner <> owner AND p.tableoid || '/' || p.oid = ANY (made)
    UNION ALL
    SELECT 'VIEW ' || c.oid::regclass
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind = 'v' AND c.relowner <> owner
      AND c.tableoid || '/' || c.oid = ANY (made)
  LOOP
    EXECUTE pg_catalog.format('ALTER %s OWNER TO %s', misplaced, owner);
  END LOOP;
  FOR granted IN
    SELECT DISTINCT object.name, CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE entry.grantee::regrole::text END AS grantee
    FROM (
      SELECT tableoid, oid, 'FUNCTION ' || oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner))
      FROM pg_catalog.pg_proc WHERE pronamespace = 'referrals'::regnamespace
      UNION ALL
      SELECT tableoid, oid, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass, relowner, relacl
      FROM pg_catalog.pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v', 'S')
      UNION ALL
      SELECT tableoid, oid, 'TYPE ' || oid::regtype, typowner, coalesce(typacl, acldefault('T', typowner))
      FROM pg_catalog.pg_type WHERE typnamespace = 'referrals'::regnamespace AND typtype = 'd'
    ) AS object (catalogue, id, name, owner, privileges)
    CROSS JOIN LATERAL aclexplode(object.privileges) AS entry
    WHERE entry.grantee <> object.owner AND object.catalogue || '/' || object.id = ANY (made)
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', granted.name, granted.grantee);
  END LOOP;
  FOR relation IN
    SELECT c.oid FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'S') AND c.tableoid || '/' || c.oid = ANY (made)
  LOOP
    PERFORM pg_catalog.pg_extension_config_dump(relation, '');
  END LOOP;
END
$$;
