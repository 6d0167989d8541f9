-- A sign-up that was refused may be sent again by accrue; and what an event of a table does that contradicts the record.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "referee": {"signup": {"flat": 1}}, "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": 10}, "payment": {"percent": 10}}}, {"name": "Silver", "from": 3, "rates": {"signup": {"flat": 15}, "payment": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.pause_program('default');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('cyd', 'ANN', registered_at => '2026-01-03 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('loner') IS NOT NULL AS ok;
-- While the program is paused it is refused again.
SELECT referrals.accrue('signup', 'bob', 'bob');
SELECT referrals.resume_program('default');
-- Its time is that of the tie, whatever is said. Its own tie does not count before it: with Cyd's it is the second.
SELECT referrals.accrue('signup', 'bob', 'bob', occurred_at => '2030-01-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('signup', 'bob', 'bob') = (SELECT id FROM referrals.commission_ledger WHERE side = 'referrer') AS same;
SELECT event_key, occurred_at FROM referrals.commission_ledger ORDER BY id;
SELECT referrals.accrue('signup', 'loner', 'loner') AS no_referrer, referrals.accrue('signup', 'nobody', 'nobody') AS unknown_referee;
SELECT referrals.register('dee', 'ANN', registered_at => '2026-01-04 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('signup', 'cyd', 'cyd') IS NOT NULL AS ok;
:lines
:standing

-- Through a table a contradiction is refused, and nothing of the application's statement is lost.
CREATE TABLE payments (row bigint PRIMARY KEY, id text, customer text, total numeric, currency text, paid timestamptz DEFAULT '2026-02-01 00:00+00');
SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'customer', amount => 'total', currency => 'currency', occurred_at => 'paid');
INSERT INTO payments VALUES (1, 'a', 'bob', 100, 'USD');
-- The same again, in the same words or others, is nothing; within one statement too.
INSERT INTO payments VALUES (2, 'a', 'bob', 100.00, 'usd'), (3, 'a', 'bob', 100, NULL), (4, 'b', 'bob', 50, 'USD'), (5, 'b', 'bob', 50, 'USD');
-- Other content: of somebody else, of nobody known, of another amount, currency or time; against the record, and against an earlier row.
INSERT INTO payments VALUES (6, 'a', 'cyd', 100, 'USD'), (7, 'a', 'nobody', 100, 'USD'), (8, 'a', 'bob', 99, 'USD'), (9, 'a', 'bob', 100, 'EUR'), (10, 'a', 'bob', NULL, 'USD'), (11, 'a', 'bob', 'NaN', 'USD'), (12, 'c', 'cyd', 7, 'USD'), (13, 'c', 'cyd', 8, 'USD');
INSERT INTO payments VALUES (14, 'a', 'bob', 100, 'USD', '2026-02-02 00:00+00'), (15, 'a', 'bob', 100, 'USD', 'infinity'), (16, 'a', NULL, 100, 'USD', NULL);
SELECT count(*) AS payments FROM payments;
SELECT event_key, referee, base_amount, amount FROM referrals.commission_ledger WHERE event_kind = 'payment' ORDER BY id;
SELECT p.user_key AS referee, a.program_id, a.mode, a.detail ->> 'event_key' AS key, a.detail -> 'recorded' AS recorded, a.detail -> 'sent' AS sent
FROM referrals.audit_log a LEFT JOIN referrals.participant p USING (participant_id) WHERE a.detail ->> 'reason' = 'conflicting_event' ORDER BY a.audit_id;
-- A time that cannot be one is no other time (see attach_events_values).
-- An event that was refused has no content yet: it may come again changed.
INSERT INTO payments VALUES (20, 'd', 'bob', 10, 'EUR');
INSERT INTO payments VALUES (21, 'd', 'cyd', 20, 'USD');
SELECT event_key, referee, base_amount, amount FROM referrals.commission_ledger WHERE event_key = 'd';
