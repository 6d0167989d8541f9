-- Every statement that adds a user is a sign-up, once; no other statement is.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');

-- INSERT of one row.
INSERT INTO users VALUES (1, 'ANN');
INSERT INTO users VALUES (2, 'BOB', 'ANN');
-- INSERT of several: they sign up in their order, and may name the code of a row before them.
INSERT INTO users VALUES (3, 'CYD', 'BOB'), (4, 'DEE', 'CYD'), (5, 'EVE', 'DEE');
-- INSERT ... SELECT.
INSERT INTO users SELECT n, 'USER' || n, 'EVE' FROM generate_series(10, 12) AS n ORDER BY n DESC;
-- INSERT ... RETURNING within another statement.
WITH new AS (INSERT INTO users VALUES (20, 'FAY', 'ann') RETURNING id) SELECT * FROM new;
-- A prepared one, run twice.
PREPARE sign_up(bigint, text, text) AS INSERT INTO users VALUES ($1, $2, $3);
EXECUTE sign_up(21, 'GUS', 'FAY');
EXECUTE sign_up(22, 'HAL', 'GUS');
-- In a function, row by row.
DO $$
BEGIN
  FOR n IN 30..32 LOOP INSERT INTO users VALUES (n, 'USER' || n, 'HAL'); END LOOP;
END $$;
-- COPY.
COPY users (id, promo, referred_by) FROM stdin (FORMAT csv, NULL '');
40,IDA,ANN
41,JOE,IDA
42,,JOE
\.
-- MERGE: what it inserts signs up, what it updates does not.
MERGE INTO users u USING (VALUES (40, 'CHANGED'), (50, 'KIM')) AS new(id, promo) ON u.id = new.id
WHEN MATCHED THEN UPDATE SET referred_by = 'KIM'
WHEN NOT MATCHED THEN INSERT VALUES (new.id, new.promo, 'IDA', DEFAULT);
-- INSERT ... ON CONFLICT DO NOTHING: likewise.
INSERT INTO users VALUES (1, 'ANNA', 'KIM'), (51, 'LEA', 'KIM'), (51, 'LEA2', 'KIM') ON CONFLICT DO NOTHING;
-- INSERT ... ON CONFLICT DO UPDATE: likewise.
INSERT INTO users VALUES (1, 'ANNA', 'KIM'), (52, 'MOE', 'KIM') ON CONFLICT (id) DO UPDATE SET promo = excluded.promo, referred_by = excluded.referred_by;
-- Statements that insert no row.
INSERT INTO users SELECT 60, 'X', 'ANN' WHERE false;
INSERT INTO users VALUES (1, 'ANNA') ON CONFLICT DO NOTHING;

-- Each of them once, in the order of the statements and of the rows.
:ledger
SELECT count(*) AS users, (SELECT count(*) FROM referrals.participant) AS people, (SELECT count(*) FROM referrals.attribution) AS ties,
       (SELECT count(*) FROM referrals.commission) AS lines FROM users;

-- Changing or deleting a user changes nothing here ...
UPDATE users SET referred_by = 'MOE', promo = 'OTHER' WHERE id IN (1, 2, 3);
UPDATE users SET id = 1001 WHERE id = 1;
DELETE FROM users WHERE id = 2;
SELECT referrals.code_of('1'), referrals.code_of('1001'), referrals.code_of('2');
-- ... and a key that is inserted again is the same person: no second tie, no second line.
INSERT INTO users VALUES (2, 'BOB', 'MOE');
TRUNCATE users;
INSERT INTO users VALUES (3, 'CYD', 'BOB');
SELECT count(*) AS people, (SELECT count(*) FROM referrals.attribution) AS ties, (SELECT count(*) FROM referrals.commission) AS lines FROM referrals.participant;
SELECT p.user_key, a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action = 'untied' ORDER BY a.audit_id;

-- A sign-up that is rolled back leaves no trace, and its code is free.
SELECT (SELECT count(*) FROM referrals.participant) AS people, (SELECT count(*) FROM referrals.attribution) AS ties,
       (SELECT count(*) FROM referrals.commission) AS lines, (SELECT count(*) FROM referrals.audit_log) AS audit,
       (SELECT sum(volume) FROM referrals.standing) AS volume \gset before_
BEGIN;
INSERT INTO users VALUES (70, 'NED', 'ANN');
ROLLBACK;
-- So does one that fails: nobody of the statement is registered.
INSERT INTO users VALUES (71, 'ORA', 'ANN'), (72, 'PAM', 'ORA'), (71, 'QUI', 'PAM');
\echo :SQLSTATE
COPY users (id, promo, referred_by) FROM stdin (FORMAT csv);
71,ORA,ANN
seventy-two,PAM,ORA
\.
-- So does a deferred constraint that fails at COMMIT, long after the trigger.
CREATE TABLE tenants (id integer PRIMARY KEY);
ALTER TABLE users ADD COLUMN tenant integer REFERENCES tenants DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO users VALUES (73, 'RAY', 'ANN', DEFAULT, 99);
SELECT referrals.lookup('ray');
COMMIT;
\echo :SQLSTATE
-- So does a savepoint; what is outside it stays.
BEGIN;
INSERT INTO users VALUES (74, 'SUE', 'ANN');
SAVEPOINT s;
INSERT INTO users VALUES (75, 'TOM', 'SUE');
INSERT INTO users VALUES (76, 'UMA', 'TOM');
ROLLBACK TO s;
INSERT INTO users VALUES (77, 'VIC', 'SUE'), (78, 'WES', 'TOM');
COMMIT;
-- So does a block with an exception.
DO $$
BEGIN
  INSERT INTO users VALUES (79, 'XAV', 'VIC');
  INSERT INTO users VALUES (79, 'YEN', 'XAV');
EXCEPTION WHEN unique_violation THEN
  INSERT INTO users VALUES (80, 'XAV', 'VIC');
END $$;
SELECT (SELECT count(*) FROM referrals.participant) - :before_people AS people, (SELECT count(*) FROM referrals.attribution) - :before_ties AS ties,
       (SELECT count(*) FROM referrals.commission) - :before_lines AS lines, (SELECT sum(volume) FROM referrals.standing) - :before_volume AS volume;
SELECT user_key, code FROM referrals.participant WHERE user_key >= '7' AND length(user_key) = 2 ORDER BY participant_id;

-- In the stricter isolation levels too.
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO users VALUES (81, 'ZOE', 'ANN');
INSERT INTO users VALUES (82, 'ABE', 'ZOE');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
INSERT INTO users VALUES (83, 'BEA', 'ABE');
COMMIT;
SELECT referrals.lookup('zoe'), referrals.lookup('abe'), referrals.lookup('bea');

-- The code is there when the statement is done; RETURNING is evaluated before that.
INSERT INTO users VALUES (90, 'CAL', 'ANN') RETURNING referrals.code_of(id::text) AS not_yet;
SELECT referrals.code_of('90');
-- After DISCARD ALL everything is made anew.
DISCARD ALL;
\i :dir/session.psql
INSERT INTO users VALUES (91, 'DAN', 'CAL');
SELECT referrals.lookup('dan');
-- Twenty-five thousand at once, each with the code of a row before it: nobody is missed, and each referrer's friends are counted in the order of the rows.
INSERT INTO users SELECT n, 'BULK' || n, CASE WHEN n > 100001 THEN 'BULK' || (100001 + (n - 100001) / 3) END, '2026-01-07 00:00+00' FROM generate_series(100001, 125000) AS n;
SELECT count(*) AS people, count(a.referee_id) AS ties, count(c.commission_id) AS lines, count(*) FILTER (WHERE r.user_key::bigint = 100001 + (p.user_key::bigint - 100001) / 3) AS right_referrer,
       count(*) FILTER (WHERE c.volume_before = (p.user_key::bigint - 100001) % 3 - CASE WHEN r.user_key = '100001' THEN 1 ELSE 0 END) AS right_volume
FROM referrals.participant p LEFT JOIN referrals.attribution a ON a.referee_id = p.participant_id LEFT JOIN referrals.participant r ON r.participant_id = a.referrer_id
LEFT JOIN referrals.commission c ON c.referee_id = p.participant_id WHERE p.code LIKE 'BULK%';
SELECT count(*) AS lines_out_of_order FROM (SELECT p.user_key::bigint AS key, lag(p.user_key::bigint) OVER (ORDER BY c.commission_id) AS before FROM referrals.commission c JOIN referrals.participant p ON p.participant_id = c.referee_id WHERE p.code LIKE 'BULK%') AS t WHERE key < before;

-- What goes in goes in as it is: nothing of a key or a code is taken for SQL.
SELECT referrals.detach('users');
CREATE TABLE people (id text PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('people', code => 'promo');
INSERT INTO people VALUES ('''; DROP TABLE people; --', 'QUOTE1', NULL), ('\''', 'QUOTE2', '''; DROP TABLE people; --'), ('$1', 'QUOTE3', 'QUOTE1'), ('{"a": "b"}', 'QUOTE4', '%s$$');
SELECT user_key, code FROM referrals.participant WHERE code LIKE 'QUOTE%' ORDER BY participant_id;
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.code LIKE 'QUOTE%' AND a.action = 'untied' ORDER BY a.audit_id;
