-- Limits of a plan: how many commissions and how much in a window, and how long after the sign-up.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "window": "month", "limits": {"commissions_per_window": 3, "amount_per_window": "25"}, "referee": {"payment": {"flat": 1}}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-31 12:00+00') IS NOT NULL AS ok;
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, paid timestamptz);
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid');
\set lines 'SELECT kind, side, event_key, rate, base_amount, amount, reason FROM referrals.commission_ledger WHERE id > :seen ORDER BY id;'
\set seen 0
-- The second would pass 25 and is trimmed; the third earns nothing. Each has a line that says so. The referee's reward is not limited.
INSERT INTO payments VALUES ('1', 'bob', 200, '2026-02-01 00:00+00'), ('2', 'bob', 100, '2026-02-02 00:00+00'), ('3', 'bob', 100, '2026-02-03 00:00+00');
:lines
SELECT max(id) AS seen FROM referrals.commission_ledger \gset
-- What is taken back makes room: here for 10, and for one more commission.
SELECT count(*) AS reversals FROM referrals.reverse_event('payment', '1', 'half back', 100);
INSERT INTO payments VALUES ('4', 'bob', 20, '2026-02-04 00:00+00'), ('5', 'bob', 20, '2026-02-05 00:00+00'), ('0', 'bob', 0, '2026-02-05 00:00+00');
:lines
SELECT max(id) AS seen FROM referrals.commission_ledger \gset
-- Three positive ones are reached (1, 2, 4; 3, 5 and 0 earned nothing). One that is taken back in full counts no more; one of which something is left does.
SELECT count(*) AS reversals FROM referrals.reverse_event('payment', '4', 'back');
INSERT INTO payments VALUES ('6', 'bob', 30, '2026-02-06 00:00+00'), ('7', 'bob', 10, '2026-02-07 00:00+00');
:lines
SELECT max(id) AS seen FROM referrals.commission_ledger \gset
-- Another month has limits of its own; a late event falls under those of its month.
INSERT INTO payments VALUES ('8', 'bob', 100, '2026-03-01 00:00+00'), ('9', 'bob', 100, '2026-02-28 23:59:59.999999+00');
:lines
SELECT max(id) AS seen FROM referrals.commission_ledger \gset
-- All lines of the referrer count, those of other programs too, the amount in the plan's currency only.
SELECT referrals.define_program('euro', '{"currency": "EUR", "window": "month", "limits": {"amount_per_window": "25"}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.define_program('dollar', '{"currency": "USD", "window": "month", "limits": {"amount_per_window": "12.50"}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.define_program('few', '{"currency": "EUR", "window": "month", "limits": {"commissions_per_window": 3}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.enroll('ann', 'euro');
INSERT INTO payments VALUES ('10', 'bob', 300, '2026-03-02 00:00+00');
SELECT referrals.enroll('ann', 'dollar');
INSERT INTO payments VALUES ('11', 'bob', 100, '2026-03-02 00:00+00');
SELECT referrals.enroll('ann', 'few');
INSERT INTO payments VALUES ('12', 'bob', 100, '2026-03-02 00:00+00');
SELECT program, event_key, base_amount, amount, currency, reason FROM referrals.commission_ledger WHERE id > :seen ORDER BY id;
-- An amount of nothing is a limit too; a rate in a finer unit is rounded before it is limited.
SELECT amount, referrals.quote('{"currency": "USD", "limits": {"amount_per_window": 0, "commissions_per_window": 1}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}', 'payment', 5, amount) AS quote_knows_no_limits FROM unnest(ARRAY[100]) AS amount;
SELECT referrals.define_program('none', '{"currency": "USD", "limits": {"amount_per_window": 0}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrals.register('cyd', program => 'none', wanted_code => 'CY2', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('dee', 'CY2', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
INSERT INTO payments VALUES ('none', 'dee', 100, '2026-03-02 00:00+00'), ('nothing', 'dee', 0, '2026-03-02 00:00+00');
SELECT event_key, rate, amount, reason FROM referrals.commission_ledger WHERE referrer = 'cyd' ORDER BY id;

-- months_after_signup: calendar months in the plan's time zone; on the day itself it is over. A month without that day ends it with its last.
SELECT referrals.define_program('months', '{"currency": "USD", "time_zone": "America/New_York", "limits": {"months_after_signup": 1}, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}');
SELECT referrals.register('eve', program => 'months', wanted_code => 'EVE', registered_at => '2026-01-01 00:00+00');
CREATE TABLE signed (who text, at timestamptz, last timestamptz);
INSERT INTO signed VALUES
  ('in January', '2026-01-15 12:00-05', '2026-02-15 12:00-05'),
  ('on the 31st', '2026-01-31 23:30-05', '2026-02-28 23:30-05'),
  ('in a leap year', '2028-01-30 09:00-05', '2028-02-29 09:00-05'),
  ('over summer time', '2026-02-10 12:00-05', '2026-03-10 12:00-04'),
  ('into the gap', '2026-02-08 02:30-05', '2026-03-08 03:30-04'),
  ('out of what comes twice', '2026-10-01 01:30-04', '2026-11-01 01:30-04');
SELECT count(referrals.register(who, 'EVE', registered_at => at)) FROM signed;
INSERT INTO payments SELECT who || ', just before', who, 10, last - interval '1 microsecond' FROM signed UNION ALL SELECT who || ', then', who, 10, last FROM signed UNION ALL SELECT who || ', before the sign-up', who, 10, at - interval '1 year' FROM signed;
SELECT event_key, amount FROM referrals.commission_ledger WHERE event_kind = 'payment' AND program = 'months' ORDER BY id;
SELECT p.user_key AS referee, a.detail ->> 'reason' AS reason, a.detail ->> 'event_key' AS key FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action = 'refused' ORDER BY a.audit_id;
