-- Programs: defining, versions, pausing, and moving people between them.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql

-- The first version holds from the beginning of time.
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
-- Later versions name the day from which they hold. Nothing before it is touched.
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "12.00"}}}]}', '2026-02-01 00:00+00');
-- Of two that hold from the same time the later definition is the one.
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "13.00"}}}]}', '2026-02-01 00:00+00');
-- A version may be defined for a time before another's; it holds up to that one.
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "11.00"}}}]}', '2026-01-15 00:00+00');
SELECT version, effective_from, plan -> 'tiers' -> 0 -> 'rates' AS rates FROM referrals.plan ORDER BY version;
-- program_plan: what holds at a time, to the microsecond.
SELECT at, referrals.program_plan('customers', at) #>> '{tiers,0,rates,signup,flat}' AS signup
FROM unnest(ARRAY['-infinity', '1970-01-01 00:00+00', '2026-01-14 23:59:59.999999+00', '2026-01-15 00:00+00', '2026-01-31 23:59:59.999999+00', '2026-02-01 00:00+00', '2030-01-01 00:00+00', 'infinity']::timestamptz[]) AS at
ORDER BY at;
-- The plan comes back as it was given.
SELECT referrals.program_plan('customers');
SELECT referrals.program_plan('nosuch'), referrals.program_plan(NULL), referrals.program_plan('CUSTOMERS');
-- A version without a time holds from now on.
BEGIN;
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "99.00"}}}]}');
SELECT version, effective_from = now() AS from_now FROM referrals.plan ORDER BY version DESC LIMIT 1;
ROLLBACK;

-- The version in force when the sign-up happened rates it, not the one in force when it arrives.
SELECT referrals.register('ann', program => 'customers', wanted_code => 'ANN', registered_at => '2025-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', 'customers', registered_at => '2026-02-01 00:00+00') IS NOT NULL AS ok;
SELECT referrals.register('cyd', 'ANN', 'customers', registered_at => '2026-01-31 23:59:59.999999+00') IS NOT NULL AS ok;
SELECT referrals.register('dee', 'ANN', 'customers', registered_at => '2026-01-14 23:59:59.999999+00') IS NOT NULL AS ok;
:ledger

-- Before the first version there is no plan: the tie is made, the event refused.
SELECT referrals.define_program('reps', '{"currency": "EUR", "tiers": [{"name": "Rep", "from": 0, "rates": {"signup": {"flat": "50.00"}}}]}', '2026-01-01 00:00+00');
SELECT referrals.register('rep', program => 'reps', wanted_code => 'REP');
SELECT referrals.register('eve', 'REP', registered_at => '2025-12-31 23:59:59.999999+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.register('fay', 'REP', registered_at => '2026-01-01 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.program_plan('reps', '2025-12-31 23:59:59.999999+00');

-- A paused program makes ties and refuses events; resumed, it rates what comes then, not what came meanwhile.
SELECT referrals.pause_program('reps');
SELECT referrals.pause_program('reps');
SELECT referrals.register('gus', 'REP', registered_at => '2026-01-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
-- paused is what is said first, no plan after it.
SELECT referrals.register('hal', 'REP', registered_at => '2025-12-31 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.resume_program('reps');
SELECT referrals.resume_program('reps');
SELECT referrals.register('ida', 'REP', registered_at => '2026-01-03 00:00+00', program => 'customers') IS NOT NULL AS ok;
-- All five ties count to the rep's volume, whatever happened to their events.
:ledger
:standing
SELECT referrals.tier_of('rep', '2026-06-01 00:00+00');

-- It is the referrer's program that rates, whatever the referee's is: Ann is a customer, and becomes a rep.
SELECT referrals.enroll('ann', 'reps');
SELECT referrals.enroll('ann', 'reps');
SELECT referrals.register('joe', 'ANN', registered_at => '2026-01-04 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.register('kim', 'ANN', registered_at => '2026-01-05 00:00+00', program => 'reps') IS NOT NULL AS ok;
-- Only later events are touched; the volume goes with the person (3 ties before, now 4 and 5).
:ledger
:standing
:audit

-- A program may rate no sign-ups at all: ties are made, and no word is lost on it.
SELECT referrals.define_program('points', '{"currency": {"unit": "POINT", "decimals": 0}, "tiers": [{"name": "Fan", "from": 0, "rates": {}}, {"name": "Star", "from": 2, "rates": {}}]}');
SELECT count(*) AS rows FROM referrals.audit_log \gset before_
SELECT referrals.register('fan', program => 'points', wanted_code => 'FAN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register('fan' || n, 'FAN', 'points', registered_at => '2026-01-06 00:00+00')) FROM generate_series(1, 2) AS n;
SELECT a.action, a.detail FROM referrals.audit_log a ORDER BY a.audit_id OFFSET :before_rows;
SELECT referrals.tier_of('fan', '2026-01-06 00:00+00');

-- Errors.
SELECT referrals.define_program(NULL, '{}');
\echo :SQLSTATE
SELECT referrals.define_program('p', NULL);
\echo :SQLSTATE
SELECT referrals.define_program('', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.define_program(repeat('p', 64), '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
\echo :SQLSTATE
SELECT referrals.define_program('p', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}', 'infinity');
\echo :SQLSTATE
SELECT referrals.pause_program('nosuch');
\echo :SQLSTATE
SELECT referrals.pause_program(NULL);
\echo :SQLSTATE
SELECT referrals.resume_program('nosuch');
\echo :SQLSTATE
SELECT referrals.resume_program(NULL);
\echo :SQLSTATE
SELECT referrals.enroll('nobody', 'reps');
\echo :SQLSTATE
SELECT referrals.enroll('ann', 'nosuch');
\echo :SQLSTATE
SELECT referrals.enroll(NULL, 'reps');
\echo :SQLSTATE
SELECT referrals.enroll('ann', NULL);
\echo :SQLSTATE
-- None of these made a program or a version; names are case-sensitive, and 63 characters (not bytes) long at most.
SELECT referrals.define_program(repeat('ü', 63), '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
SELECT referrals.define_program('Reps', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
SELECT g.name, g.paused, count(v.version) AS versions FROM referrals.program g LEFT JOIN referrals.plan v USING (program_id) GROUP BY g.program_id ORDER BY g.program_id;
-- A definition that is rolled back never was, also for this session.
BEGIN;
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "77.00"}}}]}', '2026-03-01 00:00+00');
SELECT referrals.pause_program('reps');
SELECT referrals.register('lea', 'ANN', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
ROLLBACK;
SELECT referrals.program_plan('customers', '2026-03-02 00:00+00') #>> '{tiers,0,rates,signup,flat}' AS signup;
SELECT referrals.register('dee2', program => 'customers', wanted_code => 'DEE2') \gset
SELECT referrals.register('moe', 'DEE2', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT c.amount, c.plan_version FROM referrals.commission c ORDER BY commission_id DESC LIMIT 1;
-- The same in a savepoint: the version that is rolled back and the one that takes its number are not confused.
BEGIN;
SAVEPOINT s;
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Wrong", "from": 0, "rates": {"signup": {"flat": "77.00"}}}]}', '2026-03-01 00:00+00');
SELECT referrals.pause_program('reps');
SELECT referrals.register('ned', 'DEE2', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
ROLLBACK TO s;
SELECT referrals.register('ora', 'DEE2', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.register('pam', 'REP', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
SELECT referrals.define_program('customers', '{"currency": "USD", "tiers": [{"name": "Right", "from": 0, "rates": {"signup": {"flat": "88.00"}}}]}', '2026-03-01 00:00+00');
SELECT referrals.register('qui', 'DEE2', registered_at => '2026-03-02 00:00+00', program => 'customers') IS NOT NULL AS ok;
COMMIT;
SELECT e.user_key AS referee, c.plan_version, c.volume_before, c.tier, c.amount FROM referrals.commission c JOIN referrals.participant e ON e.participant_id = c.referee_id
WHERE c.occurred_at = '2026-03-02 00:00+00' ORDER BY c.commission_id;
-- The rules of a version never change.
UPDATE referrals.plan SET plan = '{}';
\echo :SQLSTATE
DELETE FROM referrals.plan;
\echo :SQLSTATE
