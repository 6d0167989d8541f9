-- erase() forgets a person's key, and nothing else: amounts, ties, code and blocks stay.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\i :dir/live.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Only", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}}]}');
CREATE TABLE users (id text PRIMARY KEY, promo text, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
INSERT INTO users VALUES ('ann@example.org', 'ANN', NULL), ('bob@example.org', 'BOB', 'ANN'), ('cy@example.org', 'CY', 'BOB'), ('dan@example.org', 'DAN', NULL);
SELECT referrals.accrue('payment', 'p1', 'bob@example.org', 100) IS NOT NULL AS accrued, referrals.accrue('payment', 'p2', 'nobody', 100) IS NULL AS refused;
-- What might quote a person: an event that comes again as somebody else's.
CREATE TABLE payments (id text, payer text, amount numeric);
SELECT referrals.attach_events('payments', 'payment', 'id', 'payer', 'amount');
INSERT INTO payments VALUES ('p1', 'cy@example.org', 100);
INSERT INTO payments VALUES ('p3', 'cy@example.org', 100), ('p3', 'bob@example.org', 100);
SELECT action, detail #- '{recorded,occurred_at}' AS detail FROM referrals.audit_trail WHERE detail ->> 'reason' = 'conflicting_event';
SELECT block, rows FROM referrals.seal();

SELECT referrals.erase('bob@example.org');
-- Nowhere in the schema: every column of every table is searched.
CREATE FUNCTION found_in(wanted text) RETURNS TABLE (place text, rows bigint) LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
BEGIN
  FOR relation IN SELECT oid FROM pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
    EXECUTE format('SELECT count(*) FROM %s AS everything WHERE strpos(everything::text, %L) > 0', relation, wanted) INTO rows;
    place := relation::text;
    IF rows > 0 THEN RETURN NEXT; END IF;
  END LOOP;
END $$;
SELECT * FROM found_in('bob@example.org');
SELECT * FROM found_in('cy@example.org');
-- The ledger says of whom by a number alone, and every amount is there.
SELECT id, referrer, referee, event_kind, event_key, amount FROM referrals.commission_ledger ORDER BY id;
SELECT user_key, code, referrals, accrued FROM referrals.dashboard ORDER BY code;
SELECT action, participant, detail FROM referrals.audit_trail WHERE action = 'erased';
SELECT * FROM referrals.verify();
SELECT verified.* FROM referrals.blocks, referrals.verify(root) AS verified;
-- The code leads to nobody, ties nobody, and is never given out again.
SELECT referrals.lookup('BOB'), referrals.code_of('bob@example.org');
INSERT INTO users VALUES ('eve@example.org', 'BOB', 'BOB');
SELECT action, participant, detail FROM referrals.audit_trail WHERE participant = 'eve@example.org' ORDER BY audit_id;
-- Erased is erased.
\set VERBOSITY sqlstate
SELECT referrals.erase('bob@example.org');
SELECT referrals.erase(NULL);
\set VERBOSITY default

-- While the row of the application is still there, nobody makes a participant of it again.
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT * FROM referrals.reconcile();
DELETE FROM users WHERE id = 'bob@example.org';
-- Bob comes back with the same key: he is somebody new, with another code, and is not tied a second time.
INSERT INTO users VALUES ('bob@example.org', NULL, 'ANN');
SELECT referrals.code_of('bob@example.org') <> 'BOB' AS has_another_code;
SELECT action, participant, detail FROM referrals.audit_trail WHERE participant = 'bob@example.org' ORDER BY audit_id;
SELECT referrals.attribute('bob@example.org', 'ANN', 'he says that she sent him');
SELECT action, participant, detail FROM referrals.audit_trail WHERE participant = 'bob@example.org' ORDER BY audit_id;
-- Who was tied to nobody before may be tied now.
SELECT referrals.erase('dan@example.org');
DELETE FROM users WHERE id = 'dan@example.org';
INSERT INTO users VALUES ('dan@example.org', NULL, 'ANN');
SELECT referee, amount FROM referrals.commission_ledger WHERE referee = 'dan@example.org';
-- A plan can be more generous.
SELECT referrals.define_program('generous', '{"currency": "USD", "ties_returning_people": true, "tiers": [{"name": "Only", "from": 0, "rates": {"signup": {"flat": "1.00"}}}]}');
SELECT referrals.enroll('ann@example.org', 'generous');
SELECT referrals.erase('cy@example.org');
DELETE FROM users WHERE id = 'cy@example.org';
INSERT INTO users VALUES ('cy@example.org', NULL, 'ANN');
SELECT program, referee, amount FROM referrals.commission_ledger WHERE referee = 'cy@example.org';
-- Erased in the same statement as another signs up: whoever comes second sees the first.
WITH gone AS (SELECT referrals.erase('eve@example.org')) SELECT referrals.register('fay@example.org', 'ANN') IS NOT NULL AS registered FROM gone;
-- The keys of events are the application's. One that is a person's key stays, and erase says so.
SELECT referrals.accrue('payment', 'fay@example.org', 'fay@example.org', 10) IS NULL AS refused;
SELECT referrals.accrue('payment', 'dan@example.org', 'dan@example.org', 10);
SELECT referrals.define_program('generous', '{"currency": "USD", "tiers": [{"name": "Only", "from": 0, "rates": {"payment": {"flat": "1.00"}}}]}');
SELECT referrals.accrue('payment', 'dan@example.org', 'dan@example.org', 10) IS NOT NULL AS accrued;
SELECT referrals.erase('dan@example.org');
SELECT * FROM referrals.verify();
\i :dir/not_live.psql
