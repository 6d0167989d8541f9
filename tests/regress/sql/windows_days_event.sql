-- Windows of days, which end with each event, and no window at all.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
\set volumes 'SELECT l.event_key, l.occurred_at, trim_scale(c.volume_before) AS before, l.tier, l.base_amount, l.amount FROM referrals.commission_ledger l JOIN referrals.commission c ON c.commission_id = l.id WHERE l.program = :program ORDER BY l.id;'
-- {"days": 2}: the 2 x 24 hours up to the event, their first instant excluded. Clocks that are put forward (on 29 March in Vienna) do not shorten them.
\set program '\'days\''
SELECT referrals.define_program('days', '{"currency": "USD", "metric": "events", "window": {"days": 2}, "time_zone": "Europe/Vienna", "tiers": [{"name": "A", "from": 0, "rates": {"visit": {"flat": 1}}}, {"name": "B", "from": 2, "rates": {"visit": {"flat": 2}}}, {"name": "C", "from": 3, "rates": {"visit": {"flat": 3}}}]}');
SELECT referrals.register('ann', program => 'days', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00', program => 'days') IS NOT NULL AS ok;
CREATE TABLE visits (id text, customer text, at timestamptz, total numeric);
SELECT referrals.attach_events('visits', 'visit', 'id', 'customer', occurred_at => 'at', amount => 'total');
INSERT INTO visits VALUES ('first', 'bob', '2026-03-28 12:00+00'), ('exactly 2 days on', 'bob', '2026-03-30 12:00+00'), ('a moment less', 'bob', '2026-03-30 11:59:59.999999+00'), ('the same time', 'bob', '2026-03-30 12:00+00'), ('late', 'bob', '2026-03-28 12:00+00'), ('much later', 'bob', '2027-01-01 00:00+00');
:volumes
-- tier_of looks at the window that ends with the time asked for.
SELECT at, referrals.tier_of('ann', at) FROM unnest(ARRAY['2026-03-28 11:59+00', '2026-03-28 12:00+00', '2026-03-30 11:59:59.999999+00', '2026-03-30 12:00+00', '2026-04-01 11:59+00', '2026-04-01 12:00+00']::timestamptz[]) AS at;

-- By referrals: ties in the window, the sign-up itself with them.
\set program '\'ties\''
SELECT referrals.define_program('ties', '{"currency": "USD", "window": {"days": 30}, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "visit": {"flat": 1}}}, {"name": "B", "from": 2, "rates": {"signup": {"flat": 2}, "visit": {"flat": 2}}}]}');
SELECT referrals.register('rep', program => 'ties', wanted_code => 'REP', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register('r' || d, 'REP', 'ties', registered_at => '2026-01-01 00:00+00'::timestamptz + d * interval '24 hours')) FROM unnest(ARRAY[1, 30, 31, 32]) WITH ORDINALITY AS t(d, n);
INSERT INTO visits VALUES ('on day 60', 'r1', '2026-03-02 00:00+00'), ('on day 61', 'r1', '2026-03-03 00:00+00'), ('on day 62', 'r1', '2026-03-04 00:00+00');
:volumes

-- "event": nothing accumulates. By revenue the event's own amount chooses the tier, by events and referrals always 1.
\set program '\'event\''
SELECT referrals.define_program('event', '{"currency": "USD", "metric": "revenue", "window": "event", "tiers": [{"name": "Small", "from": 0, "rates": {"visit": {"percent": 1}}}, {"name": "Big", "from": 100, "rates": {"visit": {"percent": 2}}}]}');
SELECT referrals.register('eve', program => 'event', wanted_code => 'EVE', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('fay', 'EVE', registered_at => '2026-01-02 00:00+00', program => 'event') IS NOT NULL AS ok;
INSERT INTO visits VALUES ('small', 'fay', '2026-02-01 00:00+00', 99.99), ('big', 'fay', '2026-02-01 00:00+00', 100), ('small again', 'fay', '2026-02-01 00:00+00', 50);
:volumes
-- The ledger's tiers are the events'; a standing has none to climb.
SELECT referrals.tier_of('eve', '2026-02-01 00:00+00');
SELECT user_key, tier, volume, accrued FROM referrals.dashboard WHERE user_key = 'eve';
SELECT p.user_key, s.window_start = s.window_end AS empty, s.volume, s.tier FROM referrals.standing s JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'eve';
SELECT referrals.define_program('event', '{"currency": "USD", "metric": "events", "window": "event", "crossing": "old", "tiers": [{"name": "None", "from": 0, "rates": {"visit": {"flat": 1}}}, {"name": "One", "from": 1, "rates": {"visit": {"flat": 2}}}, {"name": "Two", "from": 2, "rates": {"visit": {"flat": 3}}}]}', '2026-03-01 00:00+00');
SELECT referrals.define_program('event', '{"currency": "USD", "metric": "events", "window": "event", "tiers": [{"name": "None", "from": 0, "rates": {"visit": {"flat": 1}}}, {"name": "One", "from": 1, "rates": {"visit": {"flat": 2}}}, {"name": "Two", "from": 2, "rates": {"visit": {"flat": 3}}}]}', '2026-04-01 00:00+00');
INSERT INTO visits VALUES ('old', 'fay', '2026-03-01 00:00+00'), ('new', 'fay', '2026-04-01 00:00+00'), ('new again', 'fay', '2026-04-01 00:00+00');
:volumes
