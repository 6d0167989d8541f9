-- verify() names what is not as it was sealed, or not as the rules make it. Each case is planted by a superuser with all
-- guards off, shown, and rolled back.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 10, "tiers": [
  {"name": "Low", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}},
  {"name": "High", "from": 2, "rates": {"signup": {"flat": "15.00"}, "payment": {"percent": "7.5"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(name, 'ANN', registered_at => '2026-01-02 00:00+00')) FROM unnest(ARRAY['bob', 'cy', 'dan']) AS name;
SELECT referrals.accrue('payment', 'p' || n, 'bob', 100 * n, occurred_at => '2026-02-01 00:00+00') FROM generate_series(1, 3) AS n;
SELECT referrals.reverse_event('payment', 'p2', 'half of it', refunded => 100);
SELECT referrals.draft_payouts(as_of => '2026-12-01 00:00+00');
SELECT block, rows FROM referrals.seal();
-- The first of what is not sealed.
SELECT referrals.accrue('payment', 'p9', 'cy', 40, occurred_at => '2026-02-01 00:00+00');
SELECT id, kind, event_kind, event_key, tier, rate, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
SELECT * FROM referrals.verify();
-- What a superuser can do: no trigger, no foreign key.
CREATE PROCEDURE plant(VARIADIC statements text[]) LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
  statement text;
  found record;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR relation IN SELECT tgrelid FROM pg_trigger WHERE tgfoid = 'referrals._append_only'::regproc LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', relation);
  END LOOP;
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  FOR found IN SELECT problem, detail FROM referrals.verify() LOOP
    RAISE INFO '%: %', found.problem, regexp_replace(found.detail, '[0-9a-f]{64}', '...');
  END LOOP;
  ROLLBACK;
END $$;
\set VERBOSITY terse
-- An amount, a rate, a time, a mode, a referrer.
CALL plant('UPDATE referrals.commission SET amount = 99 WHERE commission_id = 8');
CALL plant('UPDATE referrals.commission SET rate = 50 WHERE commission_id = 8');
CALL plant($$UPDATE referrals.commission SET occurred_at = '2026-03-01 00:00+00' WHERE commission_id = 8$$);
CALL plant($$UPDATE referrals.commission SET recorded_at = '2020-01-01 00:00+00' WHERE commission_id = 8$$);
CALL plant($$UPDATE referrals.commission SET mode = 'mock' WHERE commission_id = 9$$);
CALL plant($$UPDATE referrals.audit_log SET mode = 'mock' WHERE audit_id = 9$$, $$UPDATE referrals.commission SET mode = 'mock' WHERE commission_id = 9$$);
CALL plant('UPDATE referrals.commission SET referrer_id = 2 WHERE commission_id = 8');
-- All that hangs together, so that only the seal can tell.
CALL plant($$UPDATE referrals.commission SET base_amount = 200, amount = 15 WHERE commission_id = 8$$);
CALL plant($$UPDATE referrals.commission SET occurred_at = '2026-03-01 00:00+00', payable_at = '2026-03-11 00:00+00' WHERE commission_id = 8$$);
-- A line that is gone, alone or with its audit row; an audit row that is gone.
CALL plant('DELETE FROM referrals.commission WHERE commission_id = 10');
CALL plant('DELETE FROM referrals.commission WHERE commission_id = 10', 'DELETE FROM referrals.audit_log WHERE audit_id = 10');
CALL plant('DELETE FROM referrals.audit_log WHERE audit_id = 10');
-- A line that was not there, with a content that the rules would give; in a sealed transaction.
CALL plant($$INSERT INTO referrals.audit_log (audit_id, transaction_id, action, mode) SELECT 1000, transaction_id, 'accrual', 'live' FROM referrals.audit_log WHERE audit_id = 8$$,
  $$INSERT INTO referrals.commission SELECT 1000, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, 'p1000', volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, now(), payable_at FROM referrals.commission WHERE commission_id = 8$$);
-- A swapped pair: two amounts, and two whole lines.
CALL plant('UPDATE referrals.commission AS line SET base_amount = other.base_amount, amount = other.amount FROM referrals.commission AS other WHERE (line.commission_id, other.commission_id) IN ((8, 10), (10, 8))');
CALL plant('UPDATE referrals.commission SET commission_id = -8 WHERE commission_id = 8', 'UPDATE referrals.commission SET commission_id = 8 WHERE commission_id = 10', 'UPDATE referrals.commission SET commission_id = 10 WHERE commission_id = -8');
-- A plan, one that cannot be read any more, and the word of who did something.
CALL plant($$UPDATE referrals.plan SET plan = jsonb_set(plan, '{tiers,1,rates,payment,percent}', '9')$$);
CALL plant($$UPDATE referrals.plan SET plan = '{}'$$);
CALL plant($$UPDATE referrals.audit_log SET actor = 'somebody' WHERE audit_id = 8$$);
-- A tie that leads to another referrer. The tie itself is not sealed; its lines are.
CALL plant('UPDATE referrals.attribution SET referrer_id = 3 WHERE referee_id = 2');
-- How much of a line was taken back, and that it was.
CALL plant('UPDATE referrals.reversal SET refunded = 50');
CALL plant('UPDATE referrals.reversal SET in_full = true');
CALL plant('DELETE FROM referrals.reversal');
-- What is not sealed yet: the rules tell, if it does not hang together.
CALL plant('UPDATE referrals.commission SET amount = 30 WHERE commission_id = 13');
CALL plant($$UPDATE referrals.commission SET amount = 'NaN' WHERE commission_id = 13$$);
CALL plant($$INSERT INTO referrals.audit_log (audit_id, action, mode) VALUES (1000, 'accrual', 'live')$$);
-- A standing, and a balance.
CALL plant('UPDATE referrals.standing SET volume = 7');
CALL plant($$UPDATE referrals.standing SET tier = 'Low'$$);
CALL plant('DELETE FROM referrals.standing');
CALL plant('UPDATE referrals.payout SET amount = amount + 100');
CALL plant($$UPDATE referrals.payout SET state = 'paid', reference = 'mine'$$);
CALL plant('UPDATE referrals.payout_line SET released = true WHERE commission_id = 8');
CALL plant('DELETE FROM referrals.payout_line', 'DELETE FROM referrals.payout');
CALL plant('DELETE FROM referrals.payout_line WHERE commission_id = 8', 'UPDATE referrals.payout SET amount = amount - 7.5');
CALL plant('INSERT INTO referrals.payout (payout_id, payee_id, currency, amount) VALUES (7, 1, $$USD$$, 1)');
-- A plan that nobody defined.
CALL plant($$INSERT INTO referrals.plan (program_id, version, plan, effective_from) SELECT program_id, 2, plan, '2026-01-01 00:00+00' FROM referrals.plan$$);
-- People: one who is gone, one who is erased by hand, one in another program than the record says.
CALL plant('DELETE FROM referrals.participant WHERE participant_id = 4');
CALL plant('UPDATE referrals.participant SET user_key = NULL WHERE participant_id = 4');
CALL plant($$INSERT INTO referrals.program (name) VALUES ('other')$$, $$INSERT INTO referrals.audit_log (action, participant_id, program_id) SELECT 'enrolled', 4, program_id FROM referrals.program WHERE name = 'other'$$);
\i :dir/not_live.psql
