-- What should be called regularly, as jobs of pg_cron. Run it as the role whose jobs they are to be, in the database that
-- has both extensions (cron.database_name). The role needs referrals.grant_access(role, 'operator') and USAGE of schema cron.
-- Run again, it changes the jobs and adds none.

-- Every minute: accrue what waits under plans with "accrual": "queued". Without such a plan it costs nothing.
SELECT cron.schedule('referrals queue', '* * * * *', $$SELECT referrals.process_queue()$$);

-- Every hour: seal what was recorded. The root is in the server's log; keep it elsewhere as well.
SELECT cron.schedule('referrals seal', '5 * * * *', $$SELECT referrals.seal()$$);

-- On the first of the month, in the morning: draft payouts of at least 10 for what is payable. In mock mode there are none to
-- draft. A person approves them.
SELECT cron.schedule('referrals drafts', '0 6 1 * *', $$
DO $job$
BEGIN
  IF referrals.mode() = 'live' THEN
    PERFORM referrals.draft_payouts(minimum => 10);
  END IF;
END
$job$
$$);

-- Every night: verify and reconcile. What is found becomes an error, so that the job fails: it is in cron.job_run_details, and in
-- the server's log, where whatever watches that log finds it.
SELECT cron.schedule('referrals verify', '30 2 * * *', $$
DO $job$
DECLARE
  found text;
BEGIN
  SELECT string_agg(problem || ': ' || detail, E'\n') INTO found FROM referrals.verify();
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'referrals.verify: %', found;
  END IF;
  SELECT string_agg(problem || ' ' || subject || ': ' || detail, E'\n') INTO found FROM referrals.reconcile();
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'referrals.reconcile: %', found;
  END IF;
END
$job$
$$);
