-- Queued accrual: under a plan with "accrual": "queued" what arrives is recorded and waits, and process_queue accrues it later, as it would have been on arrival.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "accrual": "queued", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}},
  {"name": "Silver", "from": 3, "rates": {"signup": {"flat": "15.00"}, "payment": {"percent": "10"}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
CREATE TABLE payments (id text, customer text, total numeric, currency text DEFAULT 'USD', paid timestamptz DEFAULT '2026-02-01 00:00+00', state text DEFAULT 'paid');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', currency => 'currency', occurred_at => 'paid', accrue_when => 'state = ''paid''', reverse_when => 'state = ''back''');
-- :queue shows what waits, in its order. (A sign-up has the referee's number for a key.)
\set queue 'SELECT q.mode, g.name AS program, q.paused, r.user_key AS referrer, e.user_key AS referee, q.event_kind AS event, CASE WHEN q.event_kind = ''signup'' THEN (q.event_key = q.referee_id::text)::text ELSE q.event_key END AS key, q.amount, q.currency, q.occurred_at FROM referrals.queue q JOIN referrals.program g USING (program_id) JOIN referrals.participant r ON r.participant_id = q.referrer_id JOIN referrals.participant e ON e.participant_id = q.referee_id ORDER BY q.queue_id;'

-- Nothing waits yet; a sign-up without a code has nothing to wait for.
SELECT referrals.process_queue();
INSERT INTO users VALUES ('ann', 'ANN'), ('loner', 'LONER');
SELECT count(*) FROM referrals.queue;

-- A sign-up with a code: the participant and the tie are there at once, the line is not, and the referrer's standing has not moved.
INSERT INTO users VALUES ('bob', 'BOB', 'ANN');
:queue
:ties
:ledger
SELECT count(*) AS standings, sum(volume) AS volume FROM referrals.standing;
-- By COPY, by register and in one statement with its referrer, likewise. An unknown code, one's own, and somebody who is known are as ever.
COPY users (id, promo, referred_by) FROM stdin (FORMAT csv);
cyd,CYD,ANN
dee,DEE,BOB
\.
SELECT referrals.register('eve', 'ann', wanted_code => 'EVE', registered_at => '2026-01-06 00:00+00');
INSERT INTO users VALUES ('fay', NULL, 'GUS'), ('gus', 'GUS', 'NOBODY'), ('hal', 'HAL', 'HAL'), ('ida', NULL, 'GUS');
SELECT referrals.register('bob', 'EVE');
SELECT user_key, a.detail FROM referrals.audit_log a JOIN referrals.participant USING (participant_id) WHERE action = 'untied' ORDER BY audit_id;
-- Events of an attached table: of whoever is tied, whether the sign-up waits or not.
INSERT INTO payments VALUES ('p1', 'bob', 100, 'USD', '2026-02-01 00:00+00', 'paid'), ('p2', 'cyd', 33.33, 'USD', '2026-02-01 00:00+00', 'paid'), ('p3', 'bob', 7, NULL, NULL, 'paid'), ('p4', 'bob', 1, ' usd ', '2026-02-02 00:00+00', 'paid'), ('open', 'bob', 5, 'USD', NULL, 'open');
UPDATE payments SET state = 'paid' WHERE id = 'open';
-- What is refused without a look at the referrer is refused at once.
INSERT INTO payments VALUES ('p5', 'nobody', 1), ('p6', 'loner', 1), (NULL, 'bob', 1), (repeat('x', 513), 'bob', 1);
:queue
:refused
-- Without a time an event happens when it arrives.
SELECT event_key, occurred_at IS NULL AS left_open, queued_at <= clock_timestamp() AS known FROM referrals.queue WHERE event_key IN ('p3', 'p1', 'open') ORDER BY queue_id;

-- While they wait: the screens count ties, the volume does not. No tier is reached.
SELECT user_key, referrals, volume, tier, accrued, balance FROM referrals.dashboard ORDER BY user_key;
SELECT referrer, volume, tier, next_tier, remaining FROM referrals.tier_progress ORDER BY referrer;
SELECT referrals.tier_of('ann', '2026-03-01 00:00+00');
SELECT count(*) AS lines FROM referrals.commission_ledger;

-- process_queue accrues them in the order of arrival, and says how many. Sign-ups move Ann to Silver: what came before stays Bronze.
SELECT referrals.process_queue(3);
:lines
:queue
SELECT referrals.process_queue();
SELECT referrals.process_queue();
SELECT referrer, referee, event_kind AS event, tier, rate, base_amount AS base, amount FROM referrals.commission_ledger ORDER BY id;
SELECT user_key, referrals, volume, tier, accrued, balance FROM referrals.dashboard ORDER BY user_key;
SELECT p.user_key AS referrer, g.name AS program, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id) JOIN referrals.program g ON g.program_id = s.program_id ORDER BY p.participant_id;
-- One more friend, who waits: a tie, and no volume yet.
INSERT INTO users VALUES ('nia', NULL, 'ANN');
SELECT user_key, referrals, volume, tier FROM referrals.dashboard WHERE user_key = 'ann';
SELECT referrals.process_queue();
SELECT user_key, referrals, volume, tier FROM referrals.dashboard WHERE user_key = 'ann';
-- An event without a time happened when it arrived, and not when it was processed.
SELECT event_key, occurred_at < recorded_at AS before FROM referrals.commission_ledger WHERE event_key IN ('p3', 'open') ORDER BY id;

-- Sent again: what has its line is known at once and does not wait; with other content it is refused at once.
INSERT INTO payments VALUES ('p1', 'bob', 100), ('p1', 'bob', 101), ('p1', 'cyd', 100);
SELECT count(*) AS waiting FROM referrals.queue;
SELECT detail ->> 'reason' AS reason, detail - 'reason' AS detail FROM referrals.audit_log WHERE detail ->> 'reason' = 'conflicting_event' ORDER BY audit_id;
-- What waits is not known yet: all of it waits, the first one counts, the same again is known, and other content is refused, when its turn comes.
INSERT INTO payments VALUES ('q1', 'bob', 100), ('q1', 'bob', 100);
INSERT INTO payments VALUES ('q1', 'bob', 200);
INSERT INTO payments VALUES ('q1', 'cyd', 100), ('q2', 'dee', 10), ('q2', 'bob', 10);
SELECT count(*) AS waiting FROM referrals.queue;
SELECT referrals.process_queue();
SELECT event_key, referee, base_amount, amount FROM referrals.commission_ledger WHERE event_key LIKE 'q_' ORDER BY id;
SELECT p.user_key AS referee, detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE detail ->> 'reason' = 'conflicting_event' AND detail ->> 'event_key' LIKE 'q_' ORDER BY audit_id;

-- What an event cannot earn is found when it is processed, and refused then; it leaves the queue, and is counted.
INSERT INTO payments VALUES ('r1', 'bob', -1), ('r2', 'bob', NULL), ('r3', 'bob', 'NaN'), ('r4', 'bob', 1.00001), ('r5', 'bob', 1e15), ('r8', 'bob', 999999999999999.9999);
INSERT INTO payments VALUES ('r6', 'bob', 1, 'EUR', '2026-02-03 00:00+00'), ('r7', 'bob', 1, 'USD', 'infinity');
SELECT event_key, amount, currency, occurred_at FROM referrals.queue ORDER BY queue_id;
SELECT referrals.process_queue();
SELECT a.action, detail FROM referrals.audit_log a WHERE a.action = 'time_refused' OR detail ->> 'event_key' LIKE 'r_' ORDER BY audit_id;
SELECT event_key, amount FROM referrals.commission_ledger WHERE event_key LIKE 'r_' ORDER BY id;
-- A sign-up is rated with no rate for it, too: it leaves the queue without a line, and counts.
SELECT referrals.define_program('quiet', '{"currency": "USD", "accrual": "queued", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"flat": 1}}}, {"name": "B", "from": 2, "rates": {"payment": {"flat": 2}}}]}');
SELECT referrals.register('kim', wanted_code => 'KIM', program => 'quiet');
SELECT count(referrals.register(u, 'KIM', registered_at => '2026-01-07 00:00+00')) FROM unnest(ARRAY['lee', 'mae']) AS u;
SELECT referrals.tier_of('kim');
SELECT referrals.process_queue();
SELECT referrals.tier_of('kim');
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant USING (participant_id) WHERE user_key = 'kim' ORDER BY audit_id;

-- Nothing of an application that rolls back waits; a worker that rolls back has done nothing.
BEGIN;
INSERT INTO users VALUES ('undone', NULL, 'ANN');
ROLLBACK;
INSERT INTO payments VALUES ('kept', 'bob', 10);
BEGIN;
SELECT referrals.process_queue();
ROLLBACK;
SELECT event_key FROM referrals.queue;
SELECT referrals.process_queue();
SELECT amount FROM referrals.commission_ledger WHERE event_key = 'kept';
-- Back-fill: who is in the table already waits like anybody else.
CREATE TABLE old_users (id text PRIMARY KEY, referred_by text);
INSERT INTO old_users VALUES ('old1', 'ANN'), ('old2', 'ANN'), ('old3', NULL);
SELECT referrals.attach('old_users', key_prefix => 'old:');
SELECT count(*) AS waiting FROM referrals.queue;
SELECT referrals.process_queue(), referrals.process_queue();
SELECT count(*) FROM referrals.commission_ledger WHERE referee LIKE 'old:%';
