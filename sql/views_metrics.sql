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
