-- Queued accrual and the rules of the plan: windows, ratings, limits, rewards and reversals come out as under the same plan without it.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- Two twins of each referrer: one in a program that queues, one in the same program that does not. Both get the same, and must show the same.
CREATE FUNCTION twins(plan jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.define_program('queued', plan || '{"accrual": "queued"}', '-infinity'), referrals.define_program('at once', plan, '-infinity');
END $$;
CREATE TABLE users (twin text, name text, referred_by text, joined timestamptz, id text GENERATED ALWAYS AS (twin || ' ' || name) STORED PRIMARY KEY);
CREATE TABLE payments (twin text, no text, customer text, total numeric, paid timestamptz, state text DEFAULT 'paid', id text GENERATED ALWAYS AS (twin || ' ' || no) STORED, who text GENERATED ALWAYS AS (twin || ' ' || customer) STORED);
CREATE FUNCTION sign_up(name text, referrer text, at timestamptz) RETURNS void LANGUAGE sql AS $$ INSERT INTO app.users SELECT twin, $1, twin || $2, $3 FROM unnest(ARRAY['Q', 'I']) AS twin $$;
CREATE FUNCTION pay(no text, customer text, total numeric, at timestamptz) RETURNS void LANGUAGE sql AS $$ INSERT INTO app.payments SELECT twin, $1, $2, $3, $4 FROM unnest(ARRAY['Q', 'I']) AS twin $$;
CREATE FUNCTION take_back(numbers text[]) RETURNS void LANGUAGE sql AS $$ UPDATE app.payments SET state = 'back' WHERE no = ANY ($1) $$;
-- What both have earned; the second query shows where they differ: nowhere.
CREATE VIEW earned AS
  SELECT left(r.user_key, 1) AS twin, row_number() OVER (PARTITION BY left(r.user_key, 1) ORDER BY c.commission_id) AS n, c.kind, c.side, substr(r.user_key, 3) AS referrer, substr(e.user_key, 3) AS referee, c.event_kind AS event,
    CASE WHEN c.event_kind <> 'signup' THEN substr(c.event_key, 3) END AS key, trim_scale(c.volume_before) AS before, c.tier, c.rate, trim_scale(c.base_amount) AS base, c.amount, c.note, c.reason
  FROM referrals.commission c JOIN referrals.participant r ON r.participant_id = c.referrer_id JOIN referrals.participant e ON e.participant_id = c.referee_id;
CREATE VIEW stands AS
  SELECT left(p.user_key, 1) AS twin, substr(p.user_key, 3) AS referrer, s.as_of, s.plan_version, s.window_start, s.window_end, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id);
CREATE VIEW noted AS
  SELECT left(p.user_key, 1) AS twin, row_number() OVER (PARTITION BY left(p.user_key, 1) ORDER BY a.audit_id) AS n, a.action, substr(p.user_key, 3) AS person, a.detail - 'event_key' AS detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action IN ('refused', 'tier_changed');
\set show 'SELECT n, kind, side, referrer, referee, event, key, before, tier, rate, base, amount, note FROM earned WHERE twin = ''Q'' ORDER BY n;'
\set differ 'SELECT \'earned\' AS differ, (SELECT json_agg(q) FROM (TABLE earned EXCEPT SELECT CASE twin WHEN \'Q\' THEN \'I\' ELSE \'Q\' END, n, kind, side, referrer, referee, event, key, before, tier, rate, base, amount, note, reason FROM earned) AS q) AS rows UNION ALL SELECT \'stands\', (SELECT json_agg(q) FROM (TABLE stands EXCEPT SELECT CASE twin WHEN \'Q\' THEN \'I\' ELSE \'Q\' END, referrer, as_of, plan_version, window_start, window_end, volume, tier FROM stands) AS q) UNION ALL SELECT \'noted\', (SELECT json_agg(q) FROM (TABLE noted EXCEPT SELECT CASE twin WHEN \'Q\' THEN \'I\' ELSE \'Q\' END, n, action, person, detail FROM noted) AS q);'
SELECT twins('{"currency": "USD", "tiers": [{"name": "None", "from": 0, "rates": {}}]}');
SELECT referrals.attach('users', registered_at => 'joined', program => 'queued'), referrals.attach_events('payments', 'payment', 'id', 'who', amount => 'total', occurred_at => 'paid', accrue_when => 'state = ''paid''', reverse_when => 'state = ''back''');
CREATE FUNCTION referrer(name text) RETURNS void LANGUAGE sql AS $$
  SELECT count(referrals.register(twin || ' ' || name, wanted_code => twin || name, program => CASE twin WHEN 'Q' THEN 'queued' ELSE 'at once' END, registered_at => '2025-01-01 00:00+00')) FROM unnest(ARRAY['Q', 'I']) AS twin $$;

-- A calendar month, volume in referrals: a sign-up of March is rated by the two of March before it, though others, earlier in the month or in other months, still wait.
SELECT twins('{"currency": "USD", "window": "month", "time_zone": "America/New_York", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 1}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": 2}, "payment": {"percent": 2}}}, {"name": "Gold", "from": 4, "rates": {"signup": {"flat": 4}, "payment": {"percent": 4}}}]}');
SELECT referrer('ANN');
SELECT sign_up('m1', 'ANN', '2026-03-10 00:00+00'), sign_up('a1', 'ANN', '2026-04-02 00:00+00'), sign_up('m2', 'ANN', '2026-03-05 00:00+00'), pay('m-1', 'm1', 100, '2026-03-11 00:00+00'), sign_up('f1', 'ANN', '2026-03-01 04:59:59.999999+00'),
  sign_up('m3', 'ANN', '2026-03-01 05:00+00'), pay('m-2', 'f1', 100, '2026-03-12 00:00+00'), sign_up('a2', 'ANN', '2026-04-01 04:00+00'), sign_up('m4', 'ANN', '2026-04-01 03:59:59.999999+00'), pay('a-1', 'm1', 100, '2026-04-20 00:00+00');
-- One by one: the window changes again and again, so the volume is counted from the record each time, without what still waits.
SELECT referrals.tier_of('Q ANN', '2026-03-31 00:00+00') AS waiting, referrals.tier_of('I ANN', '2026-03-31 00:00+00') AS at_once;
SELECT count(referrals.process_queue(1)), referrals.process_queue() AS rest FROM generate_series(1, 6);
:show
:differ
SELECT referrals.tier_of('Q ANN', '2026-03-31 00:00+00') AS queued, referrals.tier_of('I ANN', '2026-03-31 00:00+00') AS at_once;

-- Whole rating: the tier reached rates the window's earlier lines again, whether these were accrued in this batch, in one before, or at once.
SELECT twins('{"currency": "USD", "metric": "revenue", "window": "quarter", "rating": "whole", "referee": {"payment": {"flat": "0.50"}}, "tiers": [{"name": "Low", "from": 0, "rates": {"payment": {"percent": 1}}}, {"name": "Mid", "from": 200, "rates": {"payment": {"percent": 2}}}, {"name": "High", "from": 400, "rates": {"payment": {"percent": 3}}}]}');
SELECT referrer('BEN');
SELECT sign_up('b1', 'BEN', '2026-01-01 12:00+00'), pay('b-1', 'b1', 100, '2026-02-01 00:00+00'), pay('b-2', 'b1', 50, '2026-02-02 00:00+00'), pay('b-3', 'b1', 100, '2026-02-03 00:00+00'), pay('b-4', 'b1', 100, '2026-05-03 00:00+00');
SELECT referrals.process_queue(3);
SELECT pay('b-5', 'b1', 200, '2026-02-04 00:00+00');
SELECT take_back(ARRAY['b-5']);
SELECT pay('b-6', 'b1', 75, '2026-02-05 00:00+00'), pay('b-7', 'b1', 90, '2026-02-06 00:00+00');
SELECT referrals.process_queue();
SELECT n, kind, side, key, before, tier, rate, base, amount, reason FROM earned WHERE twin = 'Q' AND referrer = 'BEN' ORDER BY n;
:differ

-- Marginal rating, with limits: what is left of a limit follows from the lines before, in the order of arrival.
SELECT twins('{"currency": "USD", "metric": "revenue", "window": "month", "rating": "marginal", "limits": {"amount_per_window": "12.34", "commissions_per_window": 4}, "tiers": [{"name": "Low", "from": 0, "rates": {"payment": {"percent": 1}}}, {"name": "High", "from": 150, "rates": {"payment": {"percent": 10}}}]}');
SELECT referrer('CYD');
SELECT sign_up('c1', 'CYD', '2026-01-01 12:00+00'), pay('c-1', 'c1', 100, '2026-02-01 00:00+00'), pay('c-2', 'c1', 100, '2026-02-02 00:00+00'), pay('c-3', 'c1', 100, '2026-02-03 00:00+00'), pay('c-4', 'c1', 10, '2026-02-03 00:00+00'), pay('c-5', 'c1', 10, '2026-03-03 00:00+00');
SELECT referrals.process_queue(2), referrals.process_queue(2), referrals.process_queue(2);
-- A reversal makes room again: for what comes after it, not for what came before and still waits.
SELECT pay('c-6', 'c1', 10, '2026-02-04 00:00+00');
SELECT count(*) AS reversed FROM unnest(ARRAY['Q', 'I']) AS twin, referrals.reverse_event('payment', twin || ' c-2', 'test');
SELECT pay('c-7', 'c1', 10, '2026-02-05 00:00+00');
SELECT referrals.process_queue();
SELECT n, kind, key, before, tier, rate, base, amount, note FROM earned WHERE twin = 'Q' AND referrer = 'CYD' ORDER BY n;
:differ

-- A window of days, the old tier at a crossing, and a term: what arrives late is rated by its own time.
SELECT twins('{"currency": "USD", "metric": "events", "window": {"days": 30}, "crossing": "old", "limits": {"months_after_signup": 2}, "tiers": [{"name": "Low", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"flat": 1}}}, {"name": "High", "from": 2, "rates": {"payment": {"flat": 3}}}]}');
SELECT referrer('DEE');
SELECT sign_up('d1', 'DEE', '2026-01-01 00:00+00'), pay('d-1', 'd1', NULL, '2026-02-10 00:00+00'), pay('d-2', 'd1', 5, '2026-01-20 00:00+00'), pay('d-3', 'd1', NULL, '2026-01-30 00:00+00'), pay('d-4', 'd1', NULL, '2026-03-01 00:00+00'), pay('d-5', 'd1', NULL, '2026-02-28 23:59:59+00'), sign_up('d2', 'DEE', '2026-02-27 00:00+00');
SELECT count(referrals.process_queue(2)) FROM generate_series(1, 4);
SELECT n, kind, event, key, before, tier, rate, base, amount, note FROM earned WHERE twin = 'Q' AND referrer = 'DEE' ORDER BY n;
SELECT action, person, detail FROM noted WHERE twin = 'Q' AND person IN ('DEE', 'd1', 'd2') ORDER BY n;
:differ
-- Nothing is left, and the books are in order.
SELECT count(*) AS waiting FROM referrals.queue;
SELECT count(*) AS sums_that_differ FROM (SELECT substr(user_key, 3), accrued, reversed, referrals, balance FROM referrals.dashboard GROUP BY 1, 2, 3, 4, 5 HAVING count(*) <> 2) AS d;
