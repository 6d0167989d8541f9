-- attribute: support staff tie somebody afterwards, once, with a reason. The sign-up is then rated, with now as its time.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "referee": {"signup": {"flat": 1}}, "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 5}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": 15}, "payment": {"percent": 10}}}]}');
SELECT referrals.register(u, wanted_code => upper(u), registered_at => '2026-01-01 00:00+00') FROM unnest(ARRAY['ann', 'bob', 'cyd', 'dee']) AS u;
-- Events of somebody who has no referrer are refused; once tied they may be sent again.
SELECT referrals.accrue('payment', 'p1', 'bob', 100, 'USD', '2026-01-05 00:00+00');
BEGIN;
SELECT referrals.attribute('bob', 'an-n', 'said so on the phone, ticket 4711');
SELECT e.user_key AS referee, r.user_key AS referrer, a.mode, a.attributed_at = now() AS now FROM referrals.attribution a JOIN referrals.participant e ON e.participant_id = a.referee_id JOIN referrals.participant r ON r.participant_id = a.referrer_id;
SELECT kind, side, event_kind, event_key, tier, amount, occurred_at = now() AS now FROM referrals.commission_ledger ORDER BY id;
COMMIT;
SELECT referrals.accrue('payment', 'p1', 'bob', 100, 'USD', '2026-01-05 00:00+00') IS NOT NULL AS ok;
-- The tie counts like any other.
SELECT referrals.attribute('cyd', 'ANN', 'the same family');
SELECT kind, side, referee, event_kind, tier, amount FROM referrals.commission_ledger ORDER BY id;
SELECT user_key, tier, referrals, volume FROM referrals.dashboard WHERE referrals > 0;
-- What cannot be: false, and the audit says why. Who is tied is tied, whatever else is wrong; an own code; one that nobody has, or that is none.
SELECT referrals.attribute('bob', 'DEE', 'wants another'), referrals.attribute('bob', 'BOB', 'again'), referrals.attribute('bob', 'NOSUCH', 'again');
SELECT referrals.attribute('dee', 'dee', 'a try'), referrals.attribute('dee', 'NOSUCH', 'a typo'), referrals.attribute('dee', '', 'nothing'), referrals.attribute('dee', '!?', 'no code');
SELECT a.action, p.user_key AS person, a.mode, a.detail FROM referrals.audit_log a LEFT JOIN referrals.participant p USING (participant_id) WHERE a.action IN ('attributed', 'untied') ORDER BY a.audit_id;
-- Two may be tied to each other; one hop is all that is ever looked at.
SELECT referrals.attribute('ann', 'BOB', 'each other');
SELECT kind, side, referrer, referee, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- Paused: tied, and the sign-up refused; it may be sent again.
SELECT referrals.pause_program('default');
SELECT referrals.attribute('dee', 'ANN', 'by letter');
SELECT referrals.resume_program('default');
SELECT referrals.accrue('signup', 'dee', 'dee') IS NOT NULL AS ok;
SELECT kind, side, referrer, referee, tier, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- Errors.
SELECT referrals.attribute(NULL, 'ANN', 'r');
\echo :SQLSTATE
SELECT referrals.attribute('dee', NULL, 'r');
\echo :SQLSTATE
SELECT referrals.attribute('dee', 'ANN', NULL);
\echo :SQLSTATE
SELECT referrals.attribute('dee', 'ANN', E' \t\n');
\echo :SQLSTATE
SELECT referrals.attribute('nobody', 'ANN', 'r');
\echo :SQLSTATE
