-- The ledger is a record: lines are added, never changed, never taken away; not even by a superuser.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', wanted_code => 'BOB', registered_at => '2026-01-05 12:00+00');

-- All that is known of a line. (commission_id, recorded_at aside.) It names people by number, so no user_key is in it.
\x on
SELECT mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key, volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason
FROM referrals.commission;
\x off
SELECT commission_id = (SELECT audit_id FROM referrals.audit_log WHERE action = 'accrual') AS id_is_of_its_audit_row,
       event_key = referee_id::text AS key_is_the_referee, recorded_at = (SELECT recorded_at FROM referrals.audit_log WHERE audit_id = commission_id) AS recorded_together
FROM referrals.commission;

-- UPDATE, DELETE and TRUNCATE are refused: whatever the table, and even when no row is concerned.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
UPDATE referrals.commission SET amount = 1000;
\echo :SQLSTATE
SET client_min_messages = warning;
SELECT s, try(s) FROM unnest(ARRAY[
  'UPDATE referrals.commission SET note = NULL WHERE false',
  'DELETE FROM referrals.commission',
  'DELETE FROM referrals.commission WHERE false',
  'TRUNCATE referrals.commission CASCADE',
  'UPDATE referrals.audit_log SET actor = ''nobody''',
  'DELETE FROM referrals.audit_log',
  'TRUNCATE referrals.audit_log CASCADE',
  'UPDATE referrals.reversal SET mode = ''live''',
  'DELETE FROM referrals.reversal',
  'TRUNCATE referrals.reversal',
  'UPDATE referrals.attribution SET mode = ''live''',
  'DELETE FROM referrals.attribution',
  'TRUNCATE referrals.attribution CASCADE',
  'UPDATE referrals.plan SET effective_from = now()',
  'DELETE FROM referrals.plan',
  'TRUNCATE referrals.plan CASCADE',
  'DELETE FROM referrals.participant',
  'TRUNCATE referrals.participant CASCADE',
  'UPDATE referrals.participant SET code = ''X12''',
  'MERGE INTO referrals.commission c USING (VALUES (1)) AS t(n) ON true WHEN MATCHED THEN DELETE',
  'INSERT INTO referrals.attribution SELECT referee_id, referrer_id, mode, attributed_at FROM referrals.attribution ON CONFLICT (referee_id) DO UPDATE SET mode = ''live''',
  'WITH gone AS (DELETE FROM referrals.commission RETURNING *) SELECT * FROM gone',
  'TRUNCATE referrals.program CASCADE']) WITH ORDINALITY AS t(s, n) ORDER BY n;
-- The way round that triggers usually leave, session_replication_role, is shut ...
SET session_replication_role = replica;
SELECT s, try(s) FROM unnest(ARRAY['UPDATE referrals.commission SET amount = 1000', 'DELETE FROM referrals.audit_log', 'TRUNCATE referrals.attribution CASCADE', 'DELETE FROM referrals.reversal', 'UPDATE referrals.plan SET plan = ''{}''', 'UPDATE referrals.participant SET code = ''X12''']) WITH ORDINALITY AS t(s, n) ORDER BY n;
RESET session_replication_role;
-- ... and the settings that the extension uses itself are no key.
SELECT name FROM pg_catalog.pg_settings WHERE name LIKE 'referrals.%' ORDER BY name;
SELECT set_config(name, 'on', false) FROM pg_catalog.pg_settings WHERE name LIKE 'referrals.%' AND vartype = 'bool' AND context IN ('user', 'superuser') ORDER BY name;
DELETE FROM referrals.commission;
\echo :SQLSTATE

-- One event earns once, for ever: the key is (mode, kind, key, side), of accruals.
SELECT pg_get_indexdef('referrals.commission_event'::regclass);
INSERT INTO referrals.audit_log (action, mode) VALUES ('accrual', 'mock') RETURNING audit_id \gset
SELECT try(format('INSERT INTO referrals.commission SELECT %s, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key, volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, recorded_at, payable_at, note, reason FROM referrals.commission', :audit_id));
-- Every line stands on an audit row, a plan version and two people; every value is one that is known.
SELECT try(format('INSERT INTO referrals.commission SELECT (jsonb_populate_record(c, %L)).* FROM referrals.commission c', '{"commission_id": 9999, "event_key": "x"}')) AS no_audit_row;
SELECT c.columns, try(format('INSERT INTO referrals.commission SELECT (jsonb_populate_record(c, %L)).* FROM referrals.commission c', c.columns || jsonb_build_object('event_key', 'x')))
FROM (VALUES (2, jsonb_build_object('commission_id', :audit_id, 'plan_version', 9)), (3, jsonb_build_object('commission_id', :audit_id, 'referrer_id', 9)),
  (4, jsonb_build_object('commission_id', :audit_id, 'referee_id', 9)), (5, jsonb_build_object('commission_id', :audit_id, 'mode', 'test')), (6, jsonb_build_object('commission_id', :audit_id, 'kind', 'gift')),
  (7, jsonb_build_object('commission_id', :audit_id, 'side', 'both')), (8, jsonb_build_object('commission_id', :audit_id, 'basis', 'guess'))) AS c(n, columns)
ORDER BY n;

-- A mock line cannot be paid: not by a rule in a program, by the foreign key.
INSERT INTO referrals.payout (payee_id, currency, amount) SELECT referrer_id, currency, amount FROM referrals.commission RETURNING payout_id \gset
SELECT try(format('INSERT INTO referrals.payout_line (payout_id, commission_id) SELECT %s, commission_id FROM referrals.commission', :payout_id)) AS as_live,
       try(format('INSERT INTO referrals.payout_line (payout_id, commission_id, mode) SELECT %s, commission_id, mode FROM referrals.commission', :payout_id)) AS as_mock;
-- Nor can a reversal take back a line of the other mode.
SELECT try('INSERT INTO referrals.reversal (correction_id, commission_id, mode, in_full) SELECT commission_id, commission_id, ''live'', true FROM referrals.commission');

-- After all that the ledger is as it was.
:ledger
:ties
