-- register: the sign-up without a trigger.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql

-- The program that is named is made when it is missing, with a plan that rates nothing.
SELECT referrals.register('ann', wanted_code => 'ANN');
SELECT referrals.program_plan('default');

-- A user with Ann's code is tied to her. There is no rate yet, so there is no line.
SELECT referrals.register('bob', 'ann', wanted_code => 'BOB', registered_at => '2026-01-05 09:00+00');
:ties
:ledger

-- Under a plan that rates sign-ups the same call earns Ann a commission.
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}', '2026-02-01 00:00+00');
SELECT referrals.register('cyd', referred_by => 'ann', wanted_code => 'CYD', registered_at => '2026-02-03 09:00+00');
:ledger

-- Known users get their code back and nothing is changed: not the tie, not the program, not the time.
SELECT referrals.register('ann'), referrals.register('bob', registered_at => '2026-03-01 00:00+00'), referrals.register('cyd', wanted_code => 'OTHER', label => 'Other');
SELECT referrals.register('bob', registered_at => 'infinity');
SELECT user_key, code, (SELECT name FROM referrals.program g WHERE g.program_id = p.program_id) AS program
FROM referrals.participant p ORDER BY participant_id;
-- A code that a known user gives later is not taken; the audit keeps that it was given. Blank is no code.
SELECT referrals.register('ann', 'bob'), referrals.register('bob', '  ');
:ties
:audit

-- Keys: not NULL, not empty, at most 512 bytes (of UTF-8). Anything else is a key, and keys are compared exactly.
SELECT referrals.register(NULL);
\echo :SQLSTATE
SELECT referrals.register('');
\echo :SQLSTATE
SELECT referrals.register(repeat('k', 513));
\echo :SQLSTATE
SELECT referrals.register(repeat('é', 257));
\echo :SQLSTATE
SELECT referrals.register(repeat('k', 512), wanted_code => 'LONG'), referrals.register(' ', wanted_code => 'SPACE'),
       referrals.register('Ann', wanted_code => 'ANN2'), referrals.register(E'tab\tnew\nline', wanted_code => 'TAB'), referrals.register('😀', wanted_code => 'GRIN');
SELECT referrals.lookup('ann2') AS capital, referrals.lookup('ann') AS small, length(referrals.lookup('LONG')) AS long;

-- Programs: a name of 1 to 63 characters.
SELECT referrals.register('dee', program => NULL);
\echo :SQLSTATE
SELECT referrals.register('dee', program => '');
\echo :SQLSTATE
SELECT referrals.register('dee', program => repeat('p', 64));
\echo :SQLSTATE
SELECT referrals.register('dee', program => 'sales reps', wanted_code => 'DEE');

-- Times: NULL is now; only the years 1 to 9998 can be calculated with.
SELECT referrals.register('eve', wanted_code => 'EVE', registered_at => NULL);
SELECT registered_at = now() OR registered_at > now() - interval '1 hour' AS about_now FROM referrals.participant WHERE user_key = 'eve';
SELECT referrals.register('fay', registered_at => 'infinity');
\echo :SQLSTATE
SELECT referrals.register('fay', registered_at => '-infinity');
\echo :SQLSTATE
\set VERBOSITY sqlstate
SELECT referrals.register('fay', registered_at => '10000-01-01 00:00+00');
SELECT referrals.register('fay', registered_at => '0001-12-31 23:59:59.999999+00 BC');
\set VERBOSITY default
SELECT referrals.register('fay', 'ann', wanted_code => 'FAY', registered_at => '0001-01-01 00:00+00');
SELECT referrals.register('gus', 'ann', wanted_code => 'GUS', registered_at => '9998-12-31 23:59:59.999999+00');

-- A call that fails registers nobody, ties nobody and leaves no audit row.
SELECT count(*) AS rows FROM referrals.audit_log \gset before_
SELECT referrals.register('hal', 'nosuchcode', wanted_code => 'ann');
\echo :SQLSTATE
SELECT referrals.code_of('hal'), count(*) - :before_rows AS audit_rows FROM referrals.audit_log;

-- A wrong code in a right call ties nobody, and is no error.
SELECT referrals.register('hal', 'nosuchcode', wanted_code => 'HAL');
SELECT p.user_key, a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id)
WHERE p.user_key = 'hal' ORDER BY a.audit_id;

-- What is rolled back never was.
BEGIN;
SELECT referrals.register('ida', 'ann', wanted_code => 'IDA');
SAVEPOINT inner_part;
SELECT referrals.register('joe', 'ida', wanted_code => 'JOE');
ROLLBACK TO inner_part;
SELECT referrals.lookup('ida'), referrals.lookup('joe');
ROLLBACK;
SELECT referrals.lookup('ida'), referrals.lookup('joe');
SELECT referrals.register('kim', wanted_code => 'IDA');

-- Nothing is registered in a read-only transaction, but codes can be read.
BEGIN READ ONLY;
SELECT referrals.code_of('ann'), referrals.lookup('ann'), referrals.tier_of('ann', '2026-02-04 00:00+00'), referrals.mode();
SELECT referrals.register('lea');
\echo :SQLSTATE
ROLLBACK;
