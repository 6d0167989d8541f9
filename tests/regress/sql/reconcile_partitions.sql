-- An attached table that becomes a partition: what comes through the table above passes its triggers by, which health() and reconcile() say.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set health 'SELECT ok, detail FROM referrals.health() WHERE check_name = \'attachments\';'
\set reconcile 'SELECT * FROM referrals.reconcile() \\g (format=unaligned)'
\set repair 'DO $$ DECLARE repair text; BEGIN FOR repair IN SELECT detail FROM referrals.reconcile() LOOP EXECUTE repair; END LOOP; END $$;'
\set attached 'SELECT \'users\' AS kind, users AS attached FROM referrals.attachments UNION ALL SELECT kind, source FROM referrals.event_sources ORDER BY 2, 1;'
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}, "visit": {"flat": 2}}}]}');
CREATE TABLE shop (id text PRIMARY KEY, referred_by text, promo text, total numeric);
SELECT referrals.attach('shop', code => 'promo');
SELECT referrals.attach_events('shop', 'payment', 'id', 'id', amount => 'total', accrue_when => 'total > 0', reverse_when => 'total < 0');
SELECT referrals.attach_events('shop', 'visit', 'id', 'id');
INSERT INTO shop VALUES ('ann', NULL, 'ANN', NULL);

CREATE TABLE mall (LIKE shop) PARTITION BY LIST (id);
CREATE TABLE "To wn" (LIKE shop) PARTITION BY LIST (id);
ALTER TABLE mall ATTACH PARTITION shop DEFAULT;
ALTER TABLE "To wn" ATTACH PARTITION mall DEFAULT;
INSERT INTO "To wn" VALUES ('bob', 'ANN', 'BOB', 10);
SELECT referrals.lookup('BOB');
:health
:reconcile
-- attach would refuse the partition; the calls that are named follow the topmost table instead, and whom it missed. Run twice they do the same.
SELECT referrals.attach('shop');
SELECT detail FROM referrals.reconcile() WHERE problem = 'trigger_bypassed' \gexec
SELECT detail FROM referrals.reconcile() \gexec
:reconcile
:health
:attached
INSERT INTO "To wn" VALUES ('cyd', 'BOB', 'CYD', NULL);
SELECT referrals.lookup('CYD');

-- What the table above is attached with already stays.
CREATE TABLE kiosk (LIKE shop);
SELECT referrals.attach('kiosk', key => 'id', code => 'promo', key_prefix => 'k:');
SELECT referrals.attach_events('kiosk', 'visit', 'id', 'id', accrue_when => 'total = 1');
ALTER TABLE "To wn" ATTACH PARTITION kiosk FOR VALUES IN ('dee', 'eve');
INSERT INTO "To wn" VALUES ('dee', 'CYD', 'DEE', NULL);
:health
:repair
:reconcile
:health
:attached
SELECT key_prefix FROM referrals.attachments;
SELECT kind, accrue_when FROM referrals.event_sources ORDER BY 1;

-- A partition whose trigger is disabled, or gone by hand.
ALTER TABLE "To wn" DETACH PARTITION kiosk;
SELECT referrals.attach('kiosk', key => 'id', code => 'promo');
SELECT referrals.attach_events('kiosk', 'visit', 'id', 'id');
ALTER TABLE kiosk DISABLE TRIGGER ALL;
DROP TRIGGER referrals_source_insert_visit ON kiosk;
ALTER TABLE "To wn" ATTACH PARTITION kiosk FOR VALUES IN ('dee', 'eve');
:reconcile
:repair
:reconcile
:attached
-- Taken out of the table it is by itself again. Detaching works all the while.
ALTER TABLE "To wn" DETACH PARTITION kiosk;
SELECT referrals.attach('kiosk', key => 'id', code => 'promo');
ALTER TABLE "To wn" ATTACH PARTITION kiosk FOR VALUES IN ('dee', 'eve');
:health
ALTER TABLE "To wn" DETACH PARTITION kiosk;
:health
:reconcile
ALTER TABLE "To wn" ATTACH PARTITION kiosk FOR VALUES IN ('dee', 'eve');
SELECT referrals.detach('kiosk');
:health
:reconcile
