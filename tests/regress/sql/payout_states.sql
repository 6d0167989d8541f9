-- The states of a payout: draft, approved, paid or failed; cancelled before it is paid. A bank module will say settle_payout.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
\i :dir/live.psql
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
\set states 'SELECT id, state, amount, currency, lines, reference, reason FROM referrals.payouts ORDER BY id; SELECT event_key, status FROM referrals.commission_ledger ORDER BY id; SELECT accrued, payable, in_payout, paid, balance FROM referrals.dashboard;'
SELECT referrals.accrue('payment', 'p1', 'bob', 50, 'USD', '2026-01-10 00:00+00') IS NOT NULL AS ok;
-- The straight way.
SELECT referrals.draft_payouts('2026-02-01 00:00+00') AS payout \gset
:states
SELECT referrals.approve_payout(:payout);
:states
SELECT referrals.settle_payout(:payout, 'SEPA 2026-02/0815');
:states
-- Failed: its lines are free, and the next draft takes them.
SELECT referrals.accrue('payment', 'p2', 'bob', 60, 'USD', '2026-01-11 00:00+00') IS NOT NULL AS ok;
SELECT referrals.draft_payouts('2026-02-01 00:00+00') AS failing \gset
SELECT referrals.approve_payout(:failing);
SELECT referrals.fail_payout(:failing, 'account closed');
:states
-- Cancelled, as a draft and approved.
SELECT referrals.draft_payouts('2026-02-01 00:00+00') AS cancelled \gset
SELECT referrals.cancel_payout(:cancelled);
SELECT referrals.draft_payouts('2026-02-01 00:00+00') AS cancelled_late \gset
SELECT referrals.approve_payout(:cancelled_late);
SELECT referrals.cancel_payout(:cancelled_late);
SELECT referrals.draft_payouts('2026-02-01 00:00+00') AS draft \gset
:states
SELECT payout_id, count(*) AS lines, bool_and(released) AS released FROM referrals.payout_line GROUP BY payout_id ORDER BY payout_id;
-- Every step is recorded.
SELECT a.action, a.mode, p.user_key AS payee, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action LIKE 'payout%' ORDER BY a.audit_id;

-- Whatever is not a step on the way is refused.
CREATE FUNCTION try(step text, payout bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT referrals.%s', replace(step, '$', payout::text));
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT o.state, s AS step, try(s, o.payout_id) FROM referrals.payout o, unnest(ARRAY['approve_payout($)', 'cancel_payout($)', 'settle_payout($, ''ref'')', 'fail_payout($, ''why'')']) WITH ORDINALITY AS t(s, n)
WHERE (o.state, n) NOT IN (('draft', 1), ('draft', 2)) ORDER BY o.payout_id, n;
SELECT s AS step, try(s, 4711) FROM unnest(ARRAY['approve_payout($)', 'cancel_payout($)', 'settle_payout($, ''ref'')', 'fail_payout($, ''why'')', 'approve_payout(NULL)', 'cancel_payout(NULL)', 'settle_payout(NULL, ''ref'')', 'fail_payout(NULL, ''why'')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
SELECT referrals.approve_payout(:draft);
SELECT s AS step, try(s, :draft) FROM unnest(ARRAY['approve_payout($)', 'settle_payout($, NULL)', 'settle_payout($, '' '')', 'fail_payout($, NULL)', 'fail_payout($, '''')']) WITH ORDINALITY AS t(s, n) ORDER BY n;
-- In mock mode none of it, whatever the arguments: this may be a copy.
SELECT referrals.go_mock();
SELECT s AS step, try(s, p) FROM unnest(ARRAY['approve_payout($)', 'cancel_payout($)', 'settle_payout($, ''ref'')', 'fail_payout($, ''why'')']) WITH ORDINALITY AS t(s, n), unnest(ARRAY[:draft, 4711]) AS p ORDER BY n, p;
SELECT referrals.settle_payout(:draft, 'ref');
\echo :SQLSTATE
SELECT referrals.go_live();
SELECT referrals.settle_payout(:draft, 'SEPA 2026-02/0816');
:states
\i :dir/not_live.psql
