-- What is taken back counts no more: in full, the event or the tie; in part, the refund. Unless the plan says otherwise.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program(m || l, jsonb_build_object('currency', 'USD', 'metric', m, 'reversal_lowers_volume', l = '', 'tiers', '[{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 1}}}, {"name": "Silver", "from": 2, "rates": {"signup": {"flat": 2}, "payment": {"percent": 2}}}, {"name": "Gold", "from": 50, "rates": {"signup": {"flat": 3}, "payment": {"percent": 3}}}]'::jsonb))
FROM unnest(ARRAY['referrals', 'events', 'revenue']) WITH ORDINALITY AS t(m, n), unnest(ARRAY['', ' kept']) WITH ORDINALITY AS s(l, i) ORDER BY n, i;
CREATE TABLE users (id text PRIMARY KEY, referred_by text, joined timestamptz DEFAULT '2026-01-02 00:00+00', promo text);
CREATE TABLE payments (id text, customer text, total numeric, paid timestamptz DEFAULT '2026-01-03 00:00+00');
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid');
-- Each program has a referrer, with two friends who pay 20 and 30.
INSERT INTO users SELECT name, NULL, '2026-01-01 00:00+00', upper(replace(name, ' ', '_')) FROM referrals.program WHERE name <> 'default';
SELECT count(referrals.enroll(name, name)) AS referrers FROM referrals.program WHERE name <> 'default';
INSERT INTO users SELECT name || ' ' || f, upper(replace(name, ' ', '_')) FROM referrals.program, generate_series(1, 2) AS f WHERE name <> 'default' ORDER BY program_id, f;
INSERT INTO payments SELECT name || ' ' || f, name || ' ' || f, 10 + f * 10 FROM referrals.program, generate_series(1, 2) AS f WHERE name <> 'default' ORDER BY program_id, f;
\set volumes 'SELECT program, volume, tier, reversed FROM referrals.dashboard ORDER BY program;'
:volumes
-- A refund of 5, and 0.10 of the 0.20 or so that the second payment earned.
SELECT count(*) FROM referrals.program, LATERAL referrals.reverse_event('payment', name || ' 1', 'in part', 5) WHERE name <> 'default';
SELECT count(referrals.reverse(id, 'by amount', 0.10)) FROM referrals.commission_ledger WHERE event_kind = 'payment' AND event_key LIKE '% 2' AND kind = 'accrual';
:volumes
-- The rest of the first payment; then one of the sign-ups.
SELECT count(*) FROM referrals.program, LATERAL referrals.reverse_event('payment', name || ' 1', 'in full') WHERE name <> 'default';
:volumes
SELECT count(*) FROM referrals.program, LATERAL referrals.reverse_event('signup', name || ' 1', 'fake') WHERE name <> 'default';
:volumes
SELECT p.user_key AS referrer, a.mode, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE a.action = 'tier_changed' AND a.audit_id > (SELECT min(id) FROM referrals.commission_ledger WHERE kind = 'reversal') ORDER BY a.audit_id;
-- What comes next is rated by what is left. The referees stay tied: people are facts.
INSERT INTO payments SELECT name || ' 3', name || ' 2', 1 FROM referrals.program WHERE name <> 'default' ORDER BY program_id;
SELECT l.program, trim_scale(c.volume_before) AS before, l.tier, l.rate FROM referrals.commission_ledger l JOIN referrals.commission c ON c.commission_id = l.id WHERE l.event_key LIKE '% 3' ORDER BY l.program;
SELECT user_key, referrals FROM referrals.dashboard ORDER BY program;
-- A reversal in an old window leaves the present one alone.
SELECT referrals.define_program('monthly', '{"currency": "USD", "metric": "events", "window": "month", "tiers": [{"name": "Bronze", "from": 0, "rates": {"payment": {"percent": 1}}}, {"name": "Silver", "from": 2, "rates": {"payment": {"percent": 2}}}]}');
SELECT referrals.register('ann', program => 'monthly', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
INSERT INTO payments VALUES ('january', 'bob', 100, '2026-01-03 00:00+00'), ('february 1', 'bob', 100, '2026-02-03 00:00+00'), ('february 2', 'bob', 100, '2026-02-04 00:00+00');
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'january', 'returned');
SELECT p.user_key, s.window_start, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'ann';
SELECT count(*) AS lines FROM referrals.reverse_event('payment', 'february 1', 'returned');
SELECT p.user_key, s.window_start, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'ann';
