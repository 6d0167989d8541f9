-- The payout run, and one line in words. Shown like the screens.
\pset footer off
\pset pager off

\echo 'The payout run of June 1998'
\echo '---------------------------'
\echo 'Whose lines were payable by then, less what was taken back, come to 100 USD at least. One is approved and settled.'
\echo
\set ECHO queries
SELECT count(*) AS drafted FROM referrals.draft_payouts(as_of => '1998-06-30 00:00+00', minimum => 100);
\set ECHO none
SELECT id AS payout, payee FROM referrals.payouts ORDER BY amount DESC LIMIT 1 \gset
\set ECHO queries
SELECT referrals.approve_payout(:payout), referrals.settle_payout(:payout, 'DEMO-1998-06');
SELECT id, payee, amount, currency, state, lines, reference FROM referrals.payouts ORDER BY amount DESC LIMIT 3;
SELECT user_key, accrued, reversed, on_hold, payable, in_payout, paid, balance
FROM referrals.dashboard ORDER BY paid DESC, in_payout DESC LIMIT 3;
\set ECHO none

\echo 'One line in words'
\echo '-----------------'
\echo 'The payment that brought that referrer to Gold.'
\echo
SELECT min(audit_id) AS raised FROM referrals.audit_trail
WHERE action = 'tier_changed' AND participant = :'payee' AND detail ->> 'to' = 'Gold' \gset
SELECT max(id) AS line FROM referrals.commission_ledger WHERE id < :raised \gset
\pset tuples_only on
\pset format unaligned
\set ECHO queries
SELECT referrals.explain(:line);
\set ECHO none
