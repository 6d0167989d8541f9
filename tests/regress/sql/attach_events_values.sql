-- What the rows of a source may hold: NULL, NaN, infinities and what does not fit are refused or skipped, with the reason, and never fail the statement.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}, "visit": {"flat": 1}, "huge": {"percent": 1000}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
CREATE TABLE payments (id text, customer text, total numeric, currency text, paid timestamptz DEFAULT '2026-02-01 00:00+00');
SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'customer', amount => 'total', currency => 'currency', occurred_at => 'paid');
-- Amounts.
INSERT INTO payments VALUES ('nan', 'bob', 'NaN'), ('inf', 'bob', 'Infinity'), ('-inf', 'bob', '-Infinity'), ('null', 'bob', NULL), ('minus', 'bob', -0.01), ('fine', 'bob', 0.00001), ('large', 'bob', 1e15), ('larger', 'bob', 1e1000), ('zero', 'bob', 0), ('scale', 'bob', 1.10000000000), ('most', 'bob', 999999999999999.9999);
-- Keys.
INSERT INTO payments VALUES (NULL, 'bob', 1), ('', 'bob', 2), (repeat('k', 513), 'bob', 3), (' ', 'bob', 4);
-- Referees.
INSERT INTO payments VALUES ('who null', NULL, 1), ('who empty', '', 1), ('who long', repeat('u', 1000), 1), ('who', ' bob', 1);
-- Currencies.
INSERT INTO payments VALUES ('cur null', 'bob', 1, NULL), ('cur blank', 'bob', 1, '  '), ('cur', 'bob', 1, ' Usd'), ('cur other', 'bob', 1, 'JPY'), ('cur long', 'bob', 1, repeat('U', 500));
-- Times: NULL is now; one that cannot be is recorded as such, and now is taken.
BEGIN;
INSERT INTO payments VALUES ('at null', 'bob', 1, 'USD', NULL), ('at inf', 'bob', 1, 'USD', 'infinity'), ('at -inf', 'bob', 1, 'USD', '-infinity'), ('at late', 'bob', 1, 'USD', '9999-01-01 00:00+00'), ('at first', 'bob', 1, 'USD', '0001-01-01 00:00+00'), ('at nobody', 'nobody', 1, 'USD', 'infinity');
SELECT event_key, CASE WHEN occurred_at = now() THEN 'now' ELSE occurred_at::text END AS occurred_at FROM referrals.commission_ledger WHERE event_key LIKE 'at %' ORDER BY id;
COMMIT;
SELECT event_key, base_amount, amount FROM referrals.commission_ledger ORDER BY id;
SELECT a.action, p.user_key AS referee, left(a.detail ->> 'reason', 20) AS reason, left(a.detail ->> 'event_key', 20) AS key, a.detail ->> 'amount' AS amount, left(a.detail ->> 'currency', 10) AS currency, a.detail ->> 'given' AS given, a.detail ->> 'table' AS table
FROM referrals.audit_log a LEFT JOIN referrals.participant p USING (participant_id) WHERE a.action IN ('refused', 'skipped', 'time_refused') ORDER BY a.audit_id;
-- All rows are there.
SELECT count(*) AS payments FROM payments;

-- An amount that fits, and a commission that does not.
CREATE TABLE deals (id bigint PRIMARY KEY, customer text, worth numeric);
SELECT referrals.attach_events('deals', 'huge', key => 'id', referee => 'customer', amount => 'worth');
INSERT INTO deals VALUES (1, 'bob', 1), (2, 'bob', 999999999999999), (3, 'bob', 2);
SELECT event_key, base_amount, amount FROM referrals.commission_ledger WHERE event_kind = 'huge' ORDER BY id;
SELECT detail FROM referrals.audit_log WHERE action = 'refused' ORDER BY audit_id DESC LIMIT 1;
-- So it is with a volume, here in EUR, where it begins at nothing.
SELECT referrals.define_program('volume', '{"currency": "EUR", "metric": "revenue", "tiers": [{"name": "A", "from": 0, "rates": {"huge": {"percent": 0}}}]}');
SELECT referrals.enroll('ann', 'volume');
INSERT INTO deals VALUES (4, 'bob', 999999999999999), (5, 'bob', 1), (6, 'bob', 0.9999);
SELECT event_key, base_amount, amount FROM referrals.commission_ledger WHERE event_kind = 'huge' AND program = 'volume' ORDER BY id;
SELECT detail FROM referrals.audit_log WHERE action = 'refused' ORDER BY audit_id DESC LIMIT 1;

-- The same where a late event, under an earlier plan version that counts ties, would lead the volume that the standing holds out of range.
SELECT referrals.define_program('late', '{"currency": "JPY", "tiers": [{"name": "A", "from": 0, "rates": {"huge": {"percent": "0.0001"}}}]}');
SELECT referrals.define_program('late', '{"currency": "JPY", "metric": "revenue", "tiers": [{"name": "A", "from": 0, "rates": {"huge": {"percent": "0.0001"}}}]}', '8000-01-01 00:00+00');
SELECT referrals.enroll('ann', 'late');
SELECT referrals.attach_events('payments', 'huge', key => 'id', referee => 'customer', amount => 'total', occurred_at => 'paid');
INSERT INTO payments (id, customer, total, paid) VALUES ('far', 'bob', 999999999999999, '9000-01-01 00:00+00'), ('late', 'bob', 999999999999999, '2026-01-15 00:00+00');
SELECT event_key, base_amount, amount FROM referrals.commission_ledger WHERE program = 'late' ORDER BY id;
SELECT detail FROM referrals.audit_log WHERE action = 'refused' AND detail ->> 'event_kind' = 'huge' ORDER BY audit_id DESC LIMIT 1;
-- A source without amount, currency and time; its key and referee may be of any type with one text form.
CREATE TYPE shop AS ENUM ('Vienna', 'Graz');
CREATE TABLE visits (id uuid PRIMARY KEY, customer varchar(20), shop shop);
SELECT referrals.enroll('ann', 'default');
SELECT referrals.attach_events('visits', 'visit', key => 'id', referee => 'customer');
INSERT INTO visits VALUES ('00000000-0000-0000-0000-000000000001', 'bob', 'Graz');
SELECT event_kind, event_key, base_amount, amount, currency FROM referrals.commission_ledger ORDER BY id DESC LIMIT 1;
SELECT referrals.attach_events('visits', 'visit', key => 'shop', referee => 'customer');
INSERT INTO visits VALUES ('00000000-0000-0000-0000-000000000002', 'bob', 'Vienna');
SELECT event_kind, event_key, base_amount, amount, currency FROM referrals.commission_ledger ORDER BY id DESC LIMIT 1;
