-- One person's rows are found by indexes, however many others there are: payouts, reversals and lines, in a session with plans of
-- nearly empty tables and in one with plans of full ones.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SET client_min_messages = warning;
SELECT referrals.define_program('default', '{"currency": "USD", "window": "month", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}], "referee": {"signup": {"flat": 1}}}');
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
\set small '{program,plan,environment,epoch}'
\i :dir/scans.psql
CREATE PROCEDURE look(first bigint, last bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN first..last LOOP
    PERFORM set_config('referrals.user_key', i::text, true);
    PERFORM FROM referrals.my_dashboard;
    PERFORM FROM referrals.my_commission_ledger ORDER BY id DESC LIMIT 20;
    PERFORM FROM referrals.my_tier_progress;
    COMMIT;
  END LOOP;
END $$;
CREATE FUNCTION fill(first bigint, last bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.users SELECT i, 'P' || lpad(i::text, 7, '0'), CASE WHEN i > 1 THEN 'P' || lpad((i / 3 + 1)::text, 7, '0') END FROM generate_series(first, last) AS i;
  PERFORM referrals.reverse(id, 'test') FROM referrals.commission_ledger WHERE id % 7 = 0 AND status = 'payable' AND kind = 'accrual';
  PERFORM referrals.settle_payout(id, 'bank') FROM (SELECT id, referrals.approve_payout(id) FROM referrals.draft_payouts() AS id) AS approved WHERE id % 3 > 0;
  RETURN count(*) FROM referrals.payout;
END $$;
SELECT fill(1, 200) > 0 AS filled;
CALL look(1, 30);
SELECT fill(201, 3000) > 500 AS filled;
ANALYZE;
CALL look(1, 5);
SELECT pg_stat_force_next_flush();
:watch
CALL look(1, 30);
SELECT pg_stat_force_next_flush();
-- The old session. None is read from end to end.
:scanned
-- A new one.
:watch
\c -
\i :dir/session.psql
CALL look(1, 30);
SELECT pg_stat_force_next_flush();
:scanned
-- Nor is any of the rows of people's tables by the metrics.
:watch
SELECT participants > 0 AND lines > 0 AND bytes > 0 AS metrics FROM referrals.metrics;
SELECT unsealed_rows > 0 AS unsealed FROM referrals.metrics_seal;
SELECT mode, events FROM referrals.metrics_queue ORDER BY mode;
SELECT pg_stat_force_next_flush();
SELECT a.relname, a.seq_tup_read - b.seq_tup_read AS rows FROM scans a JOIN scans_before b USING (relname) WHERE a.seq_tup_read > b.seq_tup_read ORDER BY 1;
\i :dir/not_live.psql
