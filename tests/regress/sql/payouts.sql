-- Payouts: what is due is drafted, netted, for each person and currency. Only live lines are ever paid.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "referee": {"signup": {"flat": 1}}, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 10}}}]}');
SELECT referrals.define_program('points', '{"currency": {"unit": "POINT", "decimals": 0}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 100}}}]}');
-- In mock mode nothing is drafted, and a NOTICE says why; the wrong arguments are errors all the same.
SELECT referrals.register('tester', wanted_code => 'TESTER', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('mock', 'TESTER', registered_at => '2026-01-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.draft_payouts('9999-01-01 00:00+00');
\i :dir/live.psql
-- No mock line is drafted in live mode, either.
SELECT referrals.draft_payouts('9999-01-01 00:00+00');

SELECT referrals.register(u, wanted_code => upper(u), registered_at => '2026-01-01 00:00+00') FROM unnest(ARRAY['ann', 'bob']) AS u;
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('dee', 'BOB', registered_at => '2026-01-03 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p1', 'cyd', 50, 'USD', '2026-01-10 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p2', 'dee', 70, 'USD', '2026-01-20 00:00+00') IS NOT NULL AS ok;
SELECT referrals.enroll('bob', 'points');
SELECT referrals.accrue('payment', 'p3', 'dee', 7, NULL, '2026-01-20 00:00+00') IS NOT NULL AS ok;
-- What a draft would take, at several times. Each of these is rolled back. The hold of the sign-ups ends on 1 and 2 February.
\set drafts 'CREATE TEMPORARY TABLE drafted ON COMMIT DROP AS SELECT referrals.draft_payouts(:args) AS payout_id; SELECT p.user_key AS payee, o.amount, o.currency, o.state, string_agg(l.side || \' \' || l.event_kind || \' \' || l.event_key || CASE l.kind WHEN \'accrual\' THEN \'\' ELSE \' \' || l.kind END, \', \' ORDER BY l.id) AS lines FROM drafted JOIN referrals.payout o USING (payout_id) JOIN referrals.participant p ON p.participant_id = o.payee_id JOIN referrals.payout_line x USING (payout_id) JOIN referrals.commission_ledger l ON l.id = x.commission_id GROUP BY o.payout_id, p.user_key ORDER BY o.payout_id;'
BEGIN;
\set args '\'2026-01-31 23:59:59.999999+00\''
:drafts
ROLLBACK;
BEGIN;
\set args '\'2026-02-01 00:00+00\''
:drafts
ROLLBACK;
-- Welcome rewards are for the referee.
BEGIN;
\set args '\'2026-02-05 00:00+00\''
:drafts
ROLLBACK;
-- A minimum, in each currency; a program alone.
BEGIN;
\set args '\'2026-03-01 00:00+00\', 15.01'
:drafts
ROLLBACK;
BEGIN;
\set args '\'2026-03-01 00:00+00\', 15'
:drafts
ROLLBACK;
BEGIN;
\set args '\'2026-03-01 00:00+00\', program => \'points\''
:drafts
ROLLBACK;
-- By default: now. Nothing of the year 9000 is due.
SELECT referrals.accrue('payment', 'far', 'cyd', 1000000, 'USD', '9000-01-01 00:00+00') IS NOT NULL AS ok;
BEGIN;
\set args ''
:drafts
ROLLBACK;

-- A reversal before the payout nets; more reversed than earned, or all of it, is no payout.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'p1', 'half', 25);
SELECT count(*) AS lines FROM referrals.reverse_event('signup', 'dee', 'fake');
BEGIN;
\set args '\'2026-03-01 00:00+00\''
:drafts
COMMIT;
-- A line is in one payout at most: again there is nothing to draft.
SELECT referrals.draft_payouts('2026-03-01 00:00+00');
-- A reversal after it is a debt: it waits for the next lines, and lowers what they bring. The payout stays as it is.
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'p1', 'the other half');
SELECT referrals.draft_payouts('2026-03-01 00:00+00');
SELECT referrals.accrue('payment', 'p4', 'cyd', 20, 'USD', '2026-02-10 00:00+00') IS NOT NULL AS ok;
SELECT referrals.draft_payouts('2026-04-01 00:00+00');
SELECT referrals.accrue('payment', 'p5', 'cyd', 10, 'USD', '2026-02-10 00:00+00') IS NOT NULL AS ok;
BEGIN;
\set args '\'2026-04-01 00:00+00\''
:drafts
COMMIT;
SELECT payee, amount, currency, state, lines FROM referrals.payouts ORDER BY id;
SELECT p.user_key AS payee, a.mode, a.detail - 'payout' AS detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action = 'payout_drafted' ORDER BY a.audit_id;
-- Errors.
SELECT referrals.draft_payouts(NULL);
\echo :SQLSTATE
SELECT referrals.draft_payouts(minimum => NULL);
\echo :SQLSTATE
SELECT referrals.draft_payouts(minimum => -0.01);
\echo :SQLSTATE
SELECT referrals.draft_payouts(minimum => 'NaN');
\echo :SQLSTATE
SELECT referrals.draft_payouts(minimum => 1e15);
\echo :SQLSTATE
SELECT referrals.draft_payouts(program => 'nosuch');
\echo :SQLSTATE
SELECT referrals.draft_payouts('infinity'), referrals.draft_payouts('-infinity');
-- A mock line cannot be in a payout, whoever writes it: the foreign key takes live lines alone (see ledger).
SELECT referrals.go_mock();
SELECT referrals.draft_payouts('9999-01-01 00:00+00');
\i :dir/not_live.psql
