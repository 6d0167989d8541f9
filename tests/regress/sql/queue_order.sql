-- Queued accrual and the order of things: whatever happens while events wait, each is accrued as it would have been on arrival.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set events '"currency": "USD", "metric": "events", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"flat": 1}}}, {"name": "B", "from": 3, "rates": {"signup": {"flat": 2}, "payment": {"flat": 2}}}]'
\set queued '{"accrual": "queued", ' :events '}'
\set immediate '{"accrual": "immediate", ' :events '}'
SELECT referrals.define_program('default', :'queued'), referrals.define_program('other', replace(:'queued', '"flat": ', '"flat": 10')::jsonb);
CREATE TABLE users (id text PRIMARY KEY, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric DEFAULT 10, paid timestamptz DEFAULT '2026-02-01 00:00+00', state text DEFAULT 'paid');
SELECT referrals.attach('users', registered_at => 'joined');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid', accrue_when => 'state = ''paid''', reverse_when => 'state = ''back''');
SELECT count(referrals.register(u, wanted_code => upper(u), registered_at => '2026-01-01 00:00+00')) FROM unnest(ARRAY['ann', 'eve']) AS u;
\set waiting 'SELECT r.user_key AS referrer, e.user_key AS referee, q.event_kind AS event, CASE WHEN q.event_kind <> ''signup'' THEN q.event_key END AS key FROM referrals.queue q JOIN referrals.participant r ON r.participant_id = q.referrer_id JOIN referrals.participant e ON e.participant_id = q.referee_id ORDER BY q.queue_id;'
\set short 'SELECT kind, program, referrer, referee, event_kind AS event, CASE WHEN event_kind <> ''signup'' THEN event_key END AS key, tier, amount FROM referrals.commission_ledger ORDER BY id;'

-- Pause: what arrived before it is accrued while it lasts; what arrived in it is refused, after it too.
INSERT INTO users VALUES ('bob', 'ANN'), ('fay', 'EVE');
SELECT referrals.pause_program('default');
INSERT INTO users VALUES ('cyd', 'ANN');
INSERT INTO payments VALUES ('paused', 'bob');
SELECT referrals.process_queue(1);
SELECT referrals.resume_program('default');
INSERT INTO payments VALUES ('resumed', 'bob');
SELECT referrals.process_queue();
:short
:refused
-- A sign-up refused so may be sent again, as ever.
SELECT referrals.accrue('signup', 'cyd', 'cyd') IS NOT NULL AS accrued;

-- enroll: what arrived before it is rated by the old program, what arrives after it by the new one, in the order of arrival.
INSERT INTO payments VALUES ('before', 'bob');
SELECT referrals.enroll('ann', 'other');
INSERT INTO payments VALUES ('after', 'bob');
INSERT INTO users VALUES ('dan', 'ANN');
SELECT referrals.process_queue();
SELECT program, referee, event_key, tier, amount FROM referrals.commission_ledger WHERE event_key IN ('before', 'after') OR referee = 'dan' ORDER BY id;
SELECT p.user_key, g.name AS program, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id) JOIN referrals.program g ON g.program_id = s.program_id WHERE p.user_key = 'ann';
SELECT referrals.enroll('ann', 'default');

-- A change to "immediate": who acts at once first settles all that waits for the referrer concerned, and for no one else.
INSERT INTO payments VALUES ('w1', 'bob'), ('w2', 'fay'), ('w3', 'bob');
SELECT referrals.define_program('default', :'immediate');
:waiting
INSERT INTO payments VALUES ('now1', 'bob');
:waiting
SELECT referee, event_key FROM referrals.commission_ledger WHERE event_key IN ('w1', 'w2', 'w3', 'now1') ORDER BY id;
INSERT INTO users VALUES ('gus', 'EVE');
:waiting
SELECT referee, event_kind FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- And back to "queued". A version that holds from later does not queue yet, and one that did once does not any more.
SELECT referrals.define_program('default', :'queued', '2999-01-01 00:00+00');
INSERT INTO payments VALUES ('now2', 'bob');
SELECT count(*) AS waiting FROM referrals.queue;
SELECT referrals.define_program('default', :'queued');
INSERT INTO payments VALUES ('later1', 'bob');
:waiting
-- It is the version in force now that decides, not that in force when the event happened; that rates it. One defined later with an earlier time rates what still waits.
INSERT INTO payments VALUES ('y2025', 'bob', 10, '2025-01-01 00:00+00');
SELECT referrals.define_program('default', replace(:'immediate', '"flat": 2', '"flat": 7')::jsonb, '2025-12-31 00:00+00');
INSERT INTO payments VALUES ('y2026', 'bob', 10, '2026-02-02 00:00+00');
:waiting
SELECT referrals.process_queue();
SELECT l.event_key, l.tier, l.amount, c.plan_version FROM referrals.commission_ledger l JOIN referrals.commission c ON c.commission_id = l.id WHERE l.event_key IN ('later1', 'y2025', 'y2026') ORDER BY l.id;

-- Direct calls answer with a line: they settle what waits for the referrer, all of it, then act.
INSERT INTO payments VALUES ('d1', 'bob'), ('d2', 'cyd'), ('e1', 'fay');
SELECT referrals.accrue('payment', 'd3', 'dan', 10, 'USD', '2026-02-03 00:00+00') IS NOT NULL AS accrued;
:waiting
SELECT event_key FROM referrals.commission_ledger WHERE event_key IN ('d1', 'd2', 'd3', 'e1') ORDER BY id;
-- One that waits and is sent by a call is accrued, and known to the call; with other content the call is refused, and then nothing was settled either.
INSERT INTO payments VALUES ('d4', 'bob');
SELECT referrals.accrue('payment', 'd4', 'bob', 11, 'USD', '2026-02-01 00:00+00');
\echo :SQLSTATE
:waiting
SELECT referrals.accrue('payment', 'd4', 'bob', 10, 'USD', '2026-02-01 00:00+00') AS line \gset
SELECT event_key FROM referrals.commission_ledger WHERE id = :line;
-- The sign-up that waits, sent by a call.
INSERT INTO users VALUES ('hal', 'EVE');
SELECT referrals.accrue('signup', 'hal', 'hal') AS line \gset
SELECT referee, event_kind FROM referrals.commission_ledger WHERE id = :line;
-- What was settled on the way counts from then on, though the call itself found nothing to do.
SELECT s.volume, s.tier, count(c.*) AS lines FROM referrals.standing s JOIN referrals.participant p USING (participant_id) JOIN referrals.commission c ON c.referrer_id = s.participant_id WHERE user_key = 'eve' GROUP BY 1, 2;
:waiting
-- reverse, of an earlier line; the lines that waited are below its reversal.
INSERT INTO payments VALUES ('d5', 'bob');
SELECT referrals.reverse(id, 'test') IS NOT NULL AS reversed FROM referrals.commission_ledger WHERE event_key = 'd1';
SELECT kind, event_key FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
-- attribute: the tie and its sign-up are made at once, after what waits.
SELECT referrals.register('ida', registered_at => '2026-01-01 00:00+00') IS NOT NULL AS ok;
INSERT INTO payments VALUES ('d6', 'bob'), ('e2', 'fay');
SELECT referrals.attribute('ida', 'ANN', 'asked');
SELECT kind, referee, event_kind FROM referrals.commission_ledger ORDER BY id DESC LIMIT 2;
:waiting
-- When attribute ties nobody it settles nothing.
SELECT referrals.attribute('ida', 'EVE', 'asked again');
:waiting

-- reverse_event finds what waits: it settles, then reverses, a sign-up by the user_key too, and in part.
SELECT count(*) AS reversed FROM referrals.reverse_event('payment', 'e2', 'test');
INSERT INTO users VALUES ('jim', 'EVE');
INSERT INTO payments VALUES ('e3', 'jim');
SELECT count(*) AS reversed FROM referrals.reverse_event('signup', 'jim', 'test');
:waiting
INSERT INTO payments VALUES ('e4', 'jim'), ('e5', 'jim');
SELECT count(*) AS reversed FROM referrals.reverse_event('payment', 'e4', 'test', 2.5);
SELECT count(*) AS reversed FROM referrals.reverse_event('payment', 'unheard of', 'test');
SELECT kind, referee, event_kind AS event, CASE WHEN event_kind <> 'signup' THEN event_key END AS key, base_amount, amount FROM referrals.commission_ledger ORDER BY id DESC LIMIT 6;
-- More than the event is worth is refused, and nothing is settled for it.
INSERT INTO payments VALUES ('e6', 'jim');
SELECT referrals.reverse_event('payment', 'e6', 'test', 11);
\echo :SQLSTATE
:waiting
-- An UPDATE that takes rows back settles what waits for their referrers, then accrues and reverses at once, all in one statement.
INSERT INTO payments VALUES ('f1', 'jim', 10, '2026-02-04 00:00+00', 'open'), ('f2', 'bob', 10, '2026-02-04 00:00+00', 'open'), ('f3', 'jim', 10, '2026-02-04 00:00+00', 'paid');
:waiting
UPDATE payments SET state = CASE id WHEN 'f3' THEN 'back' ELSE 'paid' END WHERE id LIKE 'f_';
:waiting
SELECT kind, event_key FROM referrals.commission_ledger ORDER BY id DESC LIMIT 5;
-- A row that never earned anything is taken back without a word.
INSERT INTO payments VALUES ('f4', 'bob', -1), ('f5', 'bob', 1);
UPDATE payments SET state = 'back' WHERE id = 'f4';
SELECT event_key FROM referrals.commission_ledger WHERE event_key IN ('f4', 'f5');
:waiting
