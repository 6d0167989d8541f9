-- The screens; the statements that are shown are those between ECHO queries and ECHO none.
\pset footer off
\pset pager off

\echo
\echo '1. Referral dashboard'
\echo '---------------------'
\echo 'Who brought how many, what these people spent (the volume), and what that earned: the ten whose people spent most.'
\echo
\set ECHO queries
SELECT user_key, code, tier, referrals, volume, accrued, reversed, payable, paid, balance, currency, mode
FROM referrals.dashboard ORDER BY volume DESC LIMIT 10;
\set ECHO none

\echo '2. Commission ledger'
\echo '--------------------'
\echo 'A line for each sign-up, payment and refund, never changed: those of 25 June 1998.'
\echo
\set ECHO queries
SELECT id, kind, referrer, referee, tier, event_kind, event_key, base_amount, rate, amount, occurred_at::date, status
FROM referrals.commission_ledger WHERE occurred_at = '1998-06-25' ORDER BY id;
\set ECHO none
\echo 'All of it:'
\echo
\set ECHO queries
SELECT event_kind, kind, count(*) AS lines, sum(base_amount) AS base_amount, sum(amount) AS amount, currency, mode
FROM referrals.commission_ledger GROUP BY event_kind, kind, currency, mode ORDER BY min(id);
\set ECHO none

\echo '3. Tier progress'
\echo '----------------'
\echo 'How far each referrer has come on the ladder: the four who have come furthest, and those next to a tier.'
\echo
\set ECHO queries
(SELECT referrer, volume, tier, next_tier, next_from, remaining, progress, bar
 FROM referrals.tier_progress ORDER BY volume DESC LIMIT 4)
UNION ALL
(SELECT referrer, volume, tier, next_tier, next_from, remaining, progress, bar
 FROM referrals.tier_progress WHERE next_tier IS NOT NULL ORDER BY remaining LIMIT 4)
ORDER BY volume DESC;
\set ECHO none
