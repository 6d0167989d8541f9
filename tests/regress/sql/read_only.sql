-- In a read-only transaction what reads works, and what writes says why not. Every session of a standby is one; that is the suite copies.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set plan '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}, {"name": "B", "from": 2, "rates": {"signup": {"flat": 2}}}]}'
SELECT referrals.define_program('default', :'plan');
CREATE TABLE users (id text PRIMARY KEY, code text, referred_by text);
SELECT referrals.attach('users', code => 'code');
INSERT INTO users VALUES ('ann', 'ANN', NULL), ('bob', NULL, 'ANN'), ('cyd', NULL, 'ANN'), ('dee', NULL, 'NOBODY');
CREATE TEMPORARY TABLE guests (id text PRIMARY KEY, referred_by text);
SELECT referrals.attach('guests', key_prefix => 'guest:');
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric);
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total');
INSERT INTO payments VALUES ('p1', 'bob', 100);
-- What a statement gives, or how it fails.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  advice text;
BEGIN
  EXECUTE format('SELECT string_agg(r::text, '' '' ORDER BY r::text) FROM (%s) AS r', statement) INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS advice = PG_EXCEPTION_HINT;
  RETURN format('%s: %s (%s)', SQLSTATE, SQLERRM, advice);
END $$;
-- Every function that may write is called with NULL alone: whether it may comes before what it is given.
CREATE VIEW writing AS
  SELECT p.proname AS name, format('SELECT referrals.%I(%s)', p.proname, (
    SELECT string_agg(format('NULL::%s', argument::regtype), ', ') FROM unnest(p.proargtypes) AS argument)) AS call
  FROM pg_proc AS p
  WHERE p.pronamespace = 'referrals'::regnamespace AND p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype
    AND p.proname <> 'generate_code';
-- Everything that reads, and each view and table.
CREATE VIEW reading AS
  SELECT statement FROM unnest(ARRAY[
    $$SELECT referrals.mode()$$, $$SELECT * FROM referrals.health()$$, $$SELECT referrals.normalize_code(' an-n ')$$,
    $$SELECT referrals.lookup('an-n')$$, $$SELECT referrals.code_of('ann')$$, $$SELECT referrals.program_plan('default')$$,
    $$SELECT referrals.tier_of('ann')$$, $$SELECT referrals.explain(min(id)) FROM referrals.commission_ledger$$,
    $$SELECT referrals.quote(referrals.program_plan('default'), 'payment', 1, 50)$$,
    $$SELECT * FROM referrals.simulate('default', referrals.program_plan('default'))$$,
    $$SELECT regexp_replace(referrals.report(), '<dd>[-0-9 :]+UTC</dd>', '')$$,
    -- (The rest of these is of now.)
    $$SELECT live, paused_programs FROM referrals.metrics$$, $$SELECT mode, events FROM referrals.metrics_queue$$, $$SELECT blocks, unsealed_rows FROM referrals.metrics_seal$$]) AS statement
  UNION ALL
  SELECT format('SELECT * FROM %s', oid::regclass) FROM pg_class
  WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v') AND relname NOT IN ('metrics', 'metrics_queue', 'metrics_seal');
CREATE TABLE before AS SELECT statement, try(statement) AS result FROM reading;
SELECT count(*) AS failed FROM before WHERE result ~ '^\w{5}: ';
BEGIN READ ONLY;
SELECT name, try(call) = format('25006: referrals.%s() writes, and this transaction is read-only (Call it in a READ WRITE transaction.)', name) AS refused
FROM writing ORDER BY name COLLATE "C";
SELECT statement, result, try(statement) AS "not as before" FROM before WHERE result IS DISTINCT FROM try(statement);
-- It is volatile, since it draws lots; and it writes nothing.
SELECT referrals.generate_code('Maria') LIKE 'MARIA%' AS made, referrals.generate_code() IS NOT NULL AS drawn;
-- A known user is refused as well: what an application may do must not depend on who it does it for.
SELECT try($$SELECT referrals.register('ann')$$);
-- Postgres itself refuses a sign-up, but lets a temporary table be written to: the trigger is refused then.
SAVEPOINT before;
INSERT INTO users VALUES ('eve');
ROLLBACK TO SAVEPOINT before;
INSERT INTO guests VALUES ('eve');
\echo :SQLSTATE
ROLLBACK;
-- A transaction that gives up its right to write half way keeps what it wrote before.
BEGIN;
SELECT referrals.register('fay', 'ANN') IS NOT NULL AS registered;
SET TRANSACTION READ ONLY;
SELECT referrals.lookup('ANN'), referrals.tier_of('ann');
SELECT try($$SELECT referrals.register('gil', 'ANN')$$);
COMMIT;
SELECT user_key FROM referrals.participant ORDER BY participant_id;
-- The same as a default of the session, which a transaction may change for itself.
SET default_transaction_read_only = on;
SELECT referrals.accrue('payment', 'p2', 'bob', 10);
BEGIN READ WRITE;
SELECT referrals.accrue('payment', 'p2', 'bob', 10) IS NOT NULL AS accrued;
COMMIT;
RESET default_transaction_read_only;
