-- Who may do what with events and money: the levels of grant_access at work.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_nobody;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_nobody;
CREATE ROLE regress_referrals_reader;
CREATE ROLE regress_referrals_app;
CREATE ROLE regress_referrals_operator;
CREATE ROLE regress_referrals_admin;
SELECT count(referrals.grant_access(format('regress_referrals_%s', l)::regrole, l)) FROM unnest(ARRAY['reader', 'app', 'operator', 'admin']) AS l;
GRANT USAGE ON SCHEMA app TO PUBLIC;
\set plan '\'{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}\''
SELECT referrals.define_program('default', :plan);
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) FROM unnest(ARRAY['bob', 'cyd']) AS u;
SELECT referrals.register('dee') IS NOT NULL AS ok;
SELECT referrals.accrue('payment', 'p1', 'bob', 100, 'USD', '2026-01-03 00:00+00') AS line \gset
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'yes';
EXCEPTION WHEN insufficient_privilege THEN
  RETURN '';
WHEN OTHERS THEN
  -- Allowed, and wrong for another reason: a payout in mock mode.
  RETURN 'yes (' || SQLSTATE || ')';
END $$;
CREATE TABLE tries (n integer GENERATED ALWAYS AS IDENTITY, statement text);
INSERT INTO tries (statement) SELECT replace(s, '$', :'line') FROM unnest(ARRAY[
  'SELECT referrals.accrue(''payment'', ''p1'', ''bob'', 100)', 'SELECT referrals.explain($)', 'SELECT referrals.attribute(''bob'', ''ANN'', ''r'')', 'SELECT referrals.reverse_event(''payment'', ''unknown'', ''r'')', 'SELECT referrals.reverse($, ''r'', 0.01)',
  'SELECT referrals.draft_payouts()', 'SELECT referrals.approve_payout(1)', 'SELECT referrals.cancel_payout(1)', 'SELECT referrals.settle_payout(1, ''r'')', 'SELECT referrals.fail_payout(1, ''r'')',
  'SELECT referrals.simulate(''default'', ' || :'plan' || ')', 'SELECT referrals.process_queue()', 'SELECT referrals.process_queue(0)', 'SELECT * FROM referrals.queue', 'DELETE FROM referrals.queue', 'SELECT * FROM referrals.event_sources', 'SELECT * FROM referrals.payouts', 'SELECT * FROM referrals.commission_ledger', 'SELECT * FROM referrals._line', 'SELECT * FROM referrals.payout', 'SELECT * FROM referrals.payout_line', 'SELECT * FROM referrals.reversal',
  'INSERT INTO referrals.payout (payee_id, currency, amount) VALUES (1, ''USD'', 1)', 'UPDATE referrals.payout SET state = ''paid''', 'DELETE FROM referrals.payout_line']) WITH ORDINALITY AS t(s, n) ORDER BY n;
GRANT SELECT ON tries TO PUBLIC;
CREATE TABLE outcome (level text, n integer, outcome text);
GRANT INSERT ON outcome TO PUBLIC;
\set attempt 'INSERT INTO outcome SELECT replace(current_user, \'regress_referrals_\', \'\'), n, try(statement) FROM tries ORDER BY n;'
SET client_min_messages = warning;
SET ROLE regress_referrals_nobody;
:attempt
SET ROLE regress_referrals_reader;
:attempt
SET ROLE regress_referrals_app;
:attempt
SET ROLE regress_referrals_operator;
:attempt
SET ROLE regress_referrals_admin;
:attempt
RESET ROLE;
SET client_min_messages = notice;
SELECT regexp_replace(replace(statement, :'plan', '{...}'), '\(' || :line || '\y', '(#') AS statement, max(outcome) FILTER (WHERE level = 'nobody') AS nobody, max(outcome) FILTER (WHERE level = 'reader') AS reader, max(outcome) FILTER (WHERE level = 'app') AS app, max(outcome) FILTER (WHERE level = 'operator') AS operator, max(outcome) FILTER (WHERE level = 'admin') AS admin
FROM tries JOIN outcome USING (n) GROUP BY n, statement ORDER BY n;
-- admin attaches what it owns; its own conditions run as itself.
GRANT CREATE ON SCHEMA app TO regress_referrals_admin;
SET ROLE regress_referrals_admin;
CREATE TABLE payments (id bigint PRIMARY KEY, customer text, total numeric);
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'total > 0');
GRANT INSERT ON payments TO regress_referrals_nobody;
RESET ROLE;
-- Whoever writes to the table, with no right in referrals, has events accrued; the audit names the session user.
SET ROLE regress_referrals_nobody;
INSERT INTO payments VALUES (1, 'bob', 10);
RESET ROLE;
SELECT event_key, base_amount, amount FROM referrals.commission_ledger WHERE id > :line AND kind = 'accrual' ORDER BY id;
SELECT DISTINCT actor = session_user AS session_user FROM referrals.audit_log;
-- A condition runs as the owner of its table, and may no more than that.
SET ROLE regress_referrals_admin;
CREATE FUNCTION sly(total numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'as %', current_user; PERFORM 1 FROM referrals.payout; RETURN true; EXCEPTION WHEN insufficient_privilege THEN RETURN total > 5; END $$;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', accrue_when => 'app.sly(total)');
RESET ROLE;
INSERT INTO payments VALUES (2, 'bob', 20), (3, 'bob', 1);
SELECT event_key, base_amount, amount FROM referrals.commission_ledger WHERE id > :line AND kind = 'accrual' ORDER BY id;
SET client_min_messages = warning;
DROP OWNED BY regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_nobody CASCADE;
DROP ROLE regress_referrals_reader, regress_referrals_app, regress_referrals_operator, regress_referrals_admin, regress_referrals_nobody;
