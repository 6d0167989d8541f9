-- Attribution: the one, permanent tie of a referee to a referrer; and why a sign-up may stay untied.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
CREATE TABLE users (row_no integer PRIMARY KEY, id text, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', key => 'id', code => 'promo', registered_at => 'joined');

-- However the friend typed it, it is Ann's code.
INSERT INTO users VALUES (1, 'ann', 'ANN2026');
INSERT INTO users VALUES (2, 'bob', 'BOB', 'ANN2026'), (3, 'cyd', 'CY2', ' ann-2026 '), (4, 'dee', 'DEE', E'\tAnn 2026\n');
:ties
-- One hop: Eve came with Bob's code, so Bob earns, and Ann, who brought Bob, does not.
INSERT INTO users VALUES (5, 'eve', 'EVE', 'BOB');
:ledger

-- No code given: no tie, and nothing to record.
SELECT count(*) AS rows FROM referrals.audit_log \gset before_
INSERT INTO users VALUES (6, 'fay', 'FAY', NULL), (7, 'gus', 'GUS', ''), (8, 'hal', 'HAL', '   '), (9, 'ida', 'IDA', ' - ');
SELECT count(*) - :before_rows AS audit_rows FROM referrals.audit_log;

-- unknown_code: nobody has it. Of what was given the audit keeps 40 characters, normalised.
INSERT INTO users VALUES (10, 'joe', 'JO2', 'nosuch'), (11, 'kim', 'KIM', 'ann2026!'), (12, 'lea', 'LEA', repeat('long-code ', 100000)), (13, 'moe', 'MO2', '😀 <b>');
-- self_referral: one's own code. It can be known beforehand only when it was wanted.
INSERT INTO users VALUES (14, 'ned', 'NED', 'n-e-d');
-- already_registered: known people are not tied again, nor later.
INSERT INTO users VALUES (15, 'ann', 'OTHER', 'BOB'), (16, 'bob', NULL, 'CY2'), (17, 'fay', NULL, 'ANN2026'), (18, 'gus', NULL, 'nosuch'), (19, 'hal', NULL, 'HAL');
-- ... and without a code there is nothing to record about them.
INSERT INTO users VALUES (20, 'ann', 'OTHER', NULL), (21, 'bob', NULL, '-');
-- The same key twice in one statement: the first row is the sign-up, the second is of somebody known.
INSERT INTO users VALUES (22, 'ora', 'ORA', 'ANN2026'), (23, 'ora', 'ORA2', 'BOB');
-- A code may be of an earlier row of the same statement, not of a later one.
INSERT INTO users VALUES (24, 'pam', 'PAM', 'QUI'), (25, 'qui', 'QUI', 'PAM'), (26, 'ray', 'RAY', 'QUI');
-- Two who name each other: the first is untied, and there are no circles.
INSERT INTO users VALUES (27, 'sue', 'SUE', 'TOM'), (28, 'tom', 'TOM', 'SUE');
-- A wanted code that is taken by an earlier row of the statement; the friend of that code is the one who has it.
INSERT INTO users VALUES (29, 'uma', 'UMA', NULL), (30, 'uma2', 'UMA', 'uma'), (31, 'vic', 'VIC', 'UMA');
SELECT p.user_key AS person, a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id)
WHERE a.action IN ('untied', 'code_refused') ORDER BY a.audit_id;
:ties
:ledger

-- Rows without a usable key do not stop the statement; nobody is registered for them.
INSERT INTO users VALUES (40, NULL, 'NOBODY', 'ANN2026'), (41, '', 'EMPTY', 'ANN2026'), (42, repeat('k', 513), 'LONG', 'ANN2026'), (43, 'wes', 'WES', 'ANN2026');
SELECT referrals.lookup('NOBODY'), referrals.lookup('EMPTY'), referrals.lookup('LONG'), referrals.lookup('WES');
SELECT action, mode, participant_id, detail FROM referrals.audit_log WHERE action = 'skipped' ORDER BY audit_id;

-- Times that cannot be calculated with are replaced by now, and the audit says so. NULL is now without a word.
BEGIN;
INSERT INTO users VALUES (50, 'xav', 'XAV', NULL, 'infinity'), (51, 'yen', 'YEN', 'xav', '-infinity'), (52, 'zoe', 'ZOE', 'yen', '10000-01-01 00:00+00'), (53, 'abe', 'ABE', 'zoe', NULL),
  (54, 'bea', 'BEA', 'abe', '0001-01-01 00:00+00 BC');
SELECT user_key, registered_at = now() AS now FROM referrals.participant WHERE code IN ('XAV', 'YEN', 'ZOE', 'ABE', 'BEA') ORDER BY participant_id;
COMMIT;
SELECT p.user_key, a.action, a.mode, CASE WHEN p.user_key IN ('xav', 'yen') THEN a.detail::text ELSE left(a.detail::text, 10) || ' ...' END AS detail
FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action = 'time_refused' ORDER BY a.audit_id;

-- The order of the record is the order of the rows; within a row: the code, the time, the tie or why not, the tier.
SELECT max(audit_id) AS id FROM referrals.audit_log \gset last_
INSERT INTO users VALUES (60, 'cal', 'ANN2026', 'FAY', 'infinity'), (61, 'dan', '?', 'dan', '-infinity'), (62, 'eli', 'ELI', 'GUS', '2026-01-05 12:00+00'), (63, 'eli', 'ELI', 'GUS', '2026-01-05 12:00+00'), (64, 'flo', 'FLO', 'FAY', '2026-01-05 12:00+00');
SELECT p.user_key AS person, a.action, a.detail - 'given' AS detail, e.user_key AS line_of_referee
FROM referrals.audit_log a LEFT JOIN referrals.participant p USING (participant_id)
LEFT JOIN referrals.commission c ON c.commission_id = a.audit_id LEFT JOIN referrals.participant e ON e.participant_id = c.referee_id
WHERE a.audit_id > :last_id ORDER BY a.audit_id;

-- A tie is for ever: nobody changes it, nobody takes it away.
UPDATE referrals.attribution SET referrer_id = 3;
\echo :SQLSTATE
DELETE FROM referrals.attribution;
\echo :SQLSTATE
TRUNCATE referrals.attribution CASCADE;
\echo :SQLSTATE
-- And nobody refers themselves, whoever writes it.
INSERT INTO referrals.attribution SELECT participant_id, participant_id, 'mock', '2026-01-05 12:00+00' FROM referrals.participant WHERE user_key = 'fay';
\echo :SQLSTATE
