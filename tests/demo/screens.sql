-- The screens. Fed to psql's standard input, so that its errors read as they do by hand; the statements that are shown
-- are those between ECHO queries and ECHO none.
\pset footer off
\pset pager off
\set SHOW_CONTEXT never

\echo
\echo '1. Referral dashboard'
\echo '---------------------'
\echo 'Who brought how many, and what that earned: the ten who brought most.'
\echo
\set ECHO queries
SELECT user_key, code, program, tier, referrals, accrued, on_hold, payable, paid, balance, currency, mode
FROM referrals.dashboard ORDER BY referrals DESC, user_key::int LIMIT 10;
\set ECHO none

\echo '2. Commission ledger'
\echo '--------------------'
\echo 'One line a sign-up, never changed: the last ten.'
\echo
\set ECHO queries
SELECT id, kind, referrer, referee, tier, basis, rate, amount, currency, occurred_at::date, status, mode
FROM referrals.commission_ledger ORDER BY id DESC LIMIT 10;
\set ECHO none
\echo 'All of it by tier:'
\echo
\set ECHO queries
SELECT tier, count(*) AS lines, sum(amount) AS amount, currency, mode
FROM referrals.commission_ledger GROUP BY tier, currency, mode ORDER BY min(id);
\set ECHO none

\echo '3. Tier progress'
\echo '----------------'
\echo 'How far each referrer has come on the ladder: the ten who have come furthest.'
\echo
\set ECHO queries
SELECT referrer, program, volume, tier, next_tier, next_from, remaining, progress, bar, mode
FROM referrals.tier_progress ORDER BY volume DESC, referrer::int LIMIT 10;
\set ECHO none

\echo 'The audit trail of one line'
\echo '---------------------------'
\echo 'The last sign-up that raised a tier. The row in users, the tie, the line and these two records are one transaction.'
\echo 'demo_shop, which inserted the row, has no right in the extension.'
\echo
SELECT line.audit_id AS line
FROM referrals.audit_trail AS raised
JOIN referrals.audit_trail AS line ON line.action = 'accrual' AND line.transaction_id = raised.transaction_id
WHERE raised.action = 'tier_changed' ORDER BY raised.audit_id DESC LIMIT 1 \gset
\pset expanded on
\set ECHO queries
SELECT audit_id, recorded_at, actor, application, action, participant, program, detail, mode
FROM referrals.audit_trail
WHERE transaction_id = (SELECT transaction_id FROM referrals.audit_trail WHERE audit_id = :line) ORDER BY audit_id;
\set ECHO none
\pset expanded off

\echo 'What mock mode kept from happening'
\echo '----------------------------------'
\echo 'Nobody has said that this is real money. So every line is marked mock, and live has none:'
\echo
\set ECHO queries
SELECT mode, count(id) AS lines, coalesce(sum(amount), 0.00) AS balance
FROM (VALUES ('mock'), ('live')) AS modes (mode) LEFT JOIN referrals.commission_ledger USING (mode)
GROUP BY mode ORDER BY mode DESC;
\set ECHO none
\echo 'Going live takes two keys. The first is a setting of the server, and it is off here, so the second does not turn:'
\echo
\set ECHO queries
SELECT referrals.go_live();
\set ECHO none
\echo
\echo 'No mock line gets into a payout: the foreign key takes live lines only. This is a superuser trying:'
\echo
BEGIN;
INSERT INTO referrals.payout (referrer_id, currency, amount)
SELECT referrer_id, currency, amount FROM referrals.commission WHERE commission_id = :line
RETURNING payout_id AS payout \gset
\set ECHO queries
INSERT INTO referrals.payout_line (payout_id, commission_id) VALUES (:payout, :line);
\set ECHO none
ROLLBACK;
