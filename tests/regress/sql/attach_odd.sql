\set ECHO none
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- Tables that are a little out of the ordinary.
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "All", "from": 0, "rates": {"signup": {"flat": 1}}}]}');

-- Users already there are registered oldest first: by the time of the sign-up if there is one, so that keys may be random.
CREATE TABLE guests (id text PRIMARY KEY, promo text, referred_by text, joined date);
INSERT INTO guests VALUES ('a', 'AAA', 'BBB', '2025-03-01'), ('b', 'BBB', 'CCC', '2025-02-01'), ('c', 'CCC', NULL, '2025-01-01');
SELECT referrals.attach('guests', code => 'promo', registered_at => 'joined');
:ties
-- Without it they come in the order of their keys, and a code that is issued later is not known yet.
CREATE TABLE strangers (id text PRIMARY KEY, promo text, referred_by text);
INSERT INTO strangers VALUES ('a', 'DDD', 'EEE'), ('b', 'EEE', 'DDD');
SELECT referrals.attach('strangers', code => 'promo', key_prefix => 'strange:');
:ties
SELECT action, detail ->> 'reason' AS reason, detail ->> 'code' AS code FROM referrals.audit_log WHERE action = 'untied' ORDER BY audit_id;

-- A date that no sign-up can have does not keep the others out, neither here nor in the trigger.
CREATE TABLE ages (id bigint PRIMARY KEY, promo text, joined date, seen timestamp);
INSERT INTO ages VALUES (1, 'ONE', '5000000-01-01', 'infinity'), (2, 'TWO', '4000-01-01 BC', '294276-12-31 23:59:59');
SELECT referrals.attach('ages', code => 'promo', registered_at => 'joined', key_prefix => 'age:', referred_by => NULL);
INSERT INTO ages VALUES (3, 'TRE', '-infinity', 'infinity');
SELECT referrals.attach('ages', code => 'promo', registered_at => 'seen', key_prefix => 'seen:', referred_by => NULL);
SELECT count(*) AS refused FROM referrals.audit_log WHERE action = 'time_refused';
SELECT user_key, registered_at > '2026-01-01' AND registered_at <= now() AS just_now FROM referrals.participant WHERE user_key LIKE 'age:%' OR user_key LIKE 'seen:%' ORDER BY 1;

-- A primary key that carries other columns along is a key of one column.
CREATE TABLE carried (id bigint, email text, PRIMARY KEY (id) INCLUDE (email));
SELECT referrals.attach('carried', key_prefix => 'carried:');

-- A trigger that somebody has renamed is found all the same: there is never a second one.
ALTER TRIGGER referrals_sign_up ON carried RENAME TO something_else;
SELECT referrals.attach('carried', key_prefix => 'carried:');
SELECT count(*) FROM referrals.attachments WHERE users = 'carried'::regclass;
ALTER TRIGGER referrals_sign_up ON carried RENAME TO something_else;
SELECT referrals.detach('carried');
SELECT count(*) FROM referrals.attachments WHERE users = 'carried'::regclass;

-- Long texts: only the beginning is looked at, so that a batch of them needs little memory.
CREATE TABLE long (id bigint PRIMARY KEY, promo text, referred_by text, name text);
SELECT referrals.attach('long', code => 'promo', label => 'name', key_prefix => 'long:');
INSERT INTO long VALUES (1, repeat('x', 1000000), repeat('é', 1000000), 'Maria ' || repeat('é', 1000000));
SELECT action, detail ->> 'reason' AS reason, length(coalesce(detail ->> 'code', detail ->> 'wanted')) AS kept FROM referrals.audit_log
WHERE participant_id = (SELECT participant_id FROM referrals.participant WHERE user_key = 'long:1') ORDER BY audit_id;
SELECT left(code, 5) FROM referrals.participant WHERE user_key = 'long:1';

-- Rows of a child table do not fire the trigger of its parent, so they are not registered later, either.
CREATE TABLE parent (id bigint PRIMARY KEY, referred_by text);
CREATE TABLE child () INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2);
SELECT referrals.attach('parent', key_prefix => 'parent:');
