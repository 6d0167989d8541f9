-- attach: from now on, an INSERT into the application's own table is a sign-up.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');

-- The users who are there already are registered, oldest key first (not in the order in which they happen to lie on disk),
-- with their codes, their times and their referrers.
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, promo text, referred_by text, joined timestamptz);
INSERT INTO users (id, name, promo, referred_by, joined) OVERRIDING SYSTEM VALUE VALUES
  (10, 'Cyd',  'CYD',  'BOB', '2026-01-12 00:00+00'),
  (9,  'Bob', 'BOB', 'ANN', '2026-01-11 00:00+00'),
  (2,  'Ann', 'ANN', 'CYD',  '2026-01-10 00:00+00');   -- Cyd is not there yet when Ann signs up
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT participant_id, user_key, code, registered_at FROM referrals.participant ORDER BY participant_id;
:ledger

-- From here on the trigger does it. The trigger is named, and passes on column names.
INSERT INTO users (id, name, promo, referred_by, joined) OVERRIDING SYSTEM VALUE VALUES (11, 'Dee', 'DEE', 'cyd', '2026-01-13 00:00+00');
:ledger
SELECT tgname, tgenabled FROM pg_catalog.pg_trigger WHERE tgrelid = 'users'::regclass;
SELECT * FROM referrals.attachments ORDER BY users::text;

-- Again: there is nothing to do.
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT count(*) AS triggers FROM pg_catalog.pg_trigger WHERE tgrelid = 'users'::regclass AND NOT tgisinternal;
-- Again, after the trigger was out of order: whoever is missing is registered.
ALTER TABLE users DISABLE TRIGGER referrals_sign_up;
SELECT users, enabled FROM referrals.attachments;
INSERT INTO users (id, name, promo, referred_by, joined) OVERRIDING SYSTEM VALUE VALUES (12, 'Eve', 'EVE', 'dee', '2026-01-14 00:00+00');
SELECT referrals.code_of('12');
ALTER TABLE users ENABLE TRIGGER referrals_sign_up;
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT referrals.code_of('12');
-- Again, with other options: these hold from now on.
SELECT referrals.attach('users', code => 'promo', label => 'name');
SELECT * FROM referrals.attachments;
:audit

-- detach takes the trigger off. Those who are registered stay so; later rows are none of ours.
SELECT referrals.detach('users');
INSERT INTO users (id, name, promo, referred_by) OVERRIDING SYSTEM VALUE VALUES (13, 'Fay', 'FAY', 'ANN');
SELECT referrals.code_of('2'), referrals.code_of('13');
SELECT count(*) AS attachments FROM referrals.attachments;
SELECT a.action, a.detail FROM referrals.audit_log a WHERE a.action = 'detached';
-- Attached again, the rows of the meantime are registered.
SELECT referrals.attach('users', code => 'promo');
SELECT referrals.code_of('13');

-- The attachment follows a rename of the table, and ends with the table.
ALTER TABLE users RENAME TO members;
INSERT INTO members (id, name, promo, referred_by) OVERRIDING SYSTEM VALUE VALUES (14, 'Gus', 'GUS', 'FAY');
SELECT users, key, code FROM referrals.attachments;
SELECT referrals.lookup('gus');
DROP TABLE members;
SELECT count(*) AS attachments FROM referrals.attachments;
SELECT referrals.lookup('gus') AS still_known;
