-- Codes: one for each participant, unique, for ever.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {}}]}');

-- normalize_code: how a code is read, however a person typed it. White space and hyphens go, letters are upper-cased.
SELECT to_json(given) AS given, to_json(referrals.normalize_code(given)) AS normalized
FROM unnest(ARRAY['MARIA7K', 'maria7k', '  maria7k ', 'ma-ria-7k', 'MA RIA 7K', E'maria\t7k\r\n', '-', '', '   ',
                  'josé', 'a_b', 'a.b', '''; DROP TABLE users; --', 'back\slash', U&'ma\00A0ria\20037k', E'\x01\x7f', '😀']) WITH ORDINALITY AS t(given, n)
ORDER BY n;
SELECT referrals.normalize_code(NULL);
-- It is IMMUTABLE, so it may be used in an index or a generated column.
CREATE TABLE vouchers (given text, code text GENERATED ALWAYS AS (referrals.normalize_code(given)) STORED);
INSERT INTO vouchers VALUES ('ma-ria 7k');
SELECT * FROM vouchers;

-- A wanted code is kept when it is valid (3 to 32 of A-Z, 0-9 and _, once normalised) and free.
SELECT referrals.register('ann', wanted_code => ' ann-2026 ');
SELECT referrals.register('bob', wanted_code => 'b_b');
SELECT referrals.register('cyd', wanted_code => repeat('c', 32));
-- None wanted: blank is as good as NULL. One of 8 characters is drawn, without those that are easily confused.
SELECT user_key, referrals.register(user_key, wanted_code => wanted) ~ '^[23456789BCDFGHJKMNPQRSTVWXZ]{8}$' AS drawn
FROM (VALUES ('dee', NULL), ('eve', ''), ('fay', '   '), ('gus', '--')) AS t(user_key, wanted) ORDER BY user_key;

-- Taken, whatever the spelling: refused in a direct call, and nothing is registered.
SELECT referrals.register('hal', wanted_code => 'Ann 2026');
\echo :SQLSTATE
-- Invalid: refused likewise.
SELECT referrals.register('hal', wanted_code => 'ab');
\echo :SQLSTATE
SELECT referrals.register('hal', wanted_code => repeat('h', 33));
\echo :SQLSTATE
SELECT referrals.register('hal', wanted_code => 'hal.2026');
\echo :SQLSTATE
SELECT referrals.register('hal', wanted_code => 'häl');
\echo :SQLSTATE
SELECT referrals.register('hal', wanted_code => '😀😀😀');
\echo :SQLSTATE
SELECT referrals.register('hal', wanted_code => 'x''; DELETE');
\echo :SQLSTATE
SELECT referrals.code_of('hal');

-- A user who is known gets their own code back, whatever is wanted now, valid or not.
SELECT referrals.register('ann', wanted_code => 'somethingelse');
SELECT referrals.register('ann', wanted_code => '?');

-- In a trigger nothing may break the sign-up: a code is drawn instead, and the audit says why.
CREATE TABLE users (id text PRIMARY KEY, nick text);
SELECT referrals.attach('users', code => 'nick', label => 'id');
INSERT INTO users VALUES ('ida', 'ida1'), ('joe', 'ANN-2026'), ('kim', '!'), ('lea', 'ida 1'), ('moe', repeat('m', 50)), ('ned', NULL);
SELECT user_key,
       CASE WHEN code ~ ('^' || upper(user_key) || '[23456789BCDFGHJKMNPQRSTVWXZ]{2}$') THEN 'drawn, from the label'
            WHEN code ~ ('^' || upper(user_key) || '[23456789BCDFGHJKMNPQRSTVWXZ]{4}$') THEN 'drawn, longer, from the label'
            ELSE code END AS code
FROM referrals.participant WHERE user_key IN (SELECT id FROM users) ORDER BY user_key;
SELECT p.user_key, a.action, a.mode, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) ORDER BY a.audit_id;

-- generate_code: without a label eight characters at random ...
SELECT count(DISTINCT code) AS different, bool_and(code ~ '^[23456789BCDFGHJKMNPQRSTVWXZ]{8}$') AS well_formed
FROM (SELECT referrals.generate_code() AS code FROM generate_series(1, 1000)) AS t;
-- ... all of the alphabet occurs, and nothing else (8000 characters; the chance to miss one is nil) ...
SELECT string_agg(DISTINCT c, '' ORDER BY c) AS alphabet
FROM (SELECT referrals.generate_code() AS code FROM generate_series(1, 1000)) AS t, regexp_split_to_table(code, '') AS c;
-- ... with a label its first word, in ASCII letters and digits, at most 12, and two at random.
SELECT label, regexp_replace(referrals.generate_code(label), '[23456789BCDFGHJKMNPQRSTVWXZ]{2}$', '**') AS memorable
FROM unnest(ARRAY['Maria', 'Maria Garcia', '  maria', 'O''Brien', 'Jean-Luc', 'José', 'Łukasz', 'Zoë Müller', '北京 市', '😀', 'R2D2', 'Wolfeschlegelsteinhausen']) WITH ORDINALITY AS t(label, n)
ORDER BY n;
-- A label of which nothing is left gives a random code.
SELECT label, referrals.generate_code(label) ~ '^[23456789BCDFGHJKMNPQRSTVWXZ]{8}$' AS random
FROM unnest(ARRAY[NULL, '', '   ', 'X', '!?', '!? Maria', E'\x01', U&'\0301']) WITH ORDINALITY AS t(label, n) ORDER BY n;
-- Whatever the label, the code is one that may be wanted.
SELECT bool_and(referrals.generate_code(label) ~ '^[A-Z0-9_]{3,32}$') AS valid
FROM unnest(ARRAY['Straße', 'Ǆ', 'ﬃ', 'İstanbul', E'a\u0301\u0301\u0301b', repeat('w', 1000000), repeat('ß', 100000), 'a' || repeat(' ', 100000)]) AS t(label);

-- Collisions are retried with more characters: all 729 codes of ZOE and two characters are taken here.
SELECT count(referrals.register('z' || a || b, wanted_code => 'ZOE' || a || b)) AS taken
FROM regexp_split_to_table('23456789BCDFGHJKMNPQRSTVWXZ', '') AS a, regexp_split_to_table('23456789BCDFGHJKMNPQRSTVWXZ', '') AS b;
SELECT referrals.register('zoe', label => 'Zoe') ~ '^ZOE[23456789BCDFGHJKMNPQRSTVWXZ]{3,8}$' AS longer;
-- As many sign-ups with one label as you like.
SELECT count(DISTINCT referrals.register('maria' || n, label => 'Maria')) AS different FROM generate_series(1, 2000) AS n;

-- code_of and lookup go from user to code and back; unknown gives NULL.
SELECT referrals.code_of('ann'), referrals.code_of('ANN') AS keys_are_exact, referrals.code_of('nobody') AS unknown, referrals.code_of('') AS empty, referrals.code_of(NULL) AS null;
SELECT referrals.lookup('ANN2026'), referrals.lookup(' ann-20 26 ') AS as_typed, referrals.lookup('ANN2027') AS unknown, referrals.lookup(NULL) AS null;
-- Whatever may be looked up, nothing is found by accident: no wildcards, no numbers, no prefixes.
SELECT to_json(given) AS given, referrals.lookup(given) AS found
FROM unnest(ARRAY['', '   ', '---', '%', '_', '___', 'ANN%', 'ANN202_', 'ANN202', 'ann''2026', 'ann\2026', E'ann\n2026', E'\x01', '😀', 'NULL', '0', repeat('🦀', 5)]) WITH ORDINALITY AS t(given, n)
ORDER BY n;
-- A megabyte is looked up like anything else; spaces and hyphens do not matter, within reason.
SELECT referrals.lookup(repeat('x', 1000000)) AS megabyte, referrals.lookup(repeat(' -', 500) || 'ann2026') AS spaces,
       referrals.code_of(repeat('x', 1000000)) AS key, length(referrals.normalize_code(repeat('ab-', 1000000))) AS length;

-- A code never changes hands, not even for a superuser.
UPDATE referrals.participant SET code = 'STOLEN' WHERE user_key = 'ann';
\echo :SQLSTATE
UPDATE referrals.participant SET participant_id = 99 WHERE user_key = 'ann';
\echo :SQLSTATE
DELETE FROM referrals.participant WHERE user_key = 'ann';
\echo :SQLSTATE
SELECT referrals.code_of('ann');
