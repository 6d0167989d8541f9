-- Windows: the month, quarter or year that holds the event begins at midnight of the plan's time zone.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, referred_by text, joined timestamptz);
-- A ladder on which every step shows: the n-th friend of a window earns n dollars, up to four.
CREATE FUNCTION ladder(more jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"currency": "USD", "tiers": [
    {"name": "First",  "from": 1, "rates": {"signup": {"flat": 1}}}, {"name": "Second", "from": 2, "rates": {"signup": {"flat": 2}}},
    {"name": "Third",  "from": 3, "rates": {"signup": {"flat": 3}}}, {"name": "Fourth", "from": 4, "rates": {"signup": {"flat": 4}}}]}' || more $$;
CREATE VIEW lines AS
  SELECT p.user_key AS referrer, c.commission_id, c.occurred_at, c.volume_before, c.tier, c.amount
  FROM referrals.commission c JOIN referrals.participant p ON p.participant_id = c.referrer_id;
CREATE VIEW standings AS
  SELECT p.user_key AS referrer, s.as_of, s.window_start, s.window_end, s.volume, s.tier
  FROM referrals.standing s JOIN referrals.participant p USING (participant_id);
SELECT referrals.define_program('lifetime', ladder('{}'));
SELECT referrals.attach('users', registered_at => 'joined', program => 'lifetime');

-- lifetime: from the first friend to the last.
SELECT referrals.register('lif', program => 'lifetime', wanted_code => 'LIF', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LIF', '0001-01-01 00:00+00'), ('LIF', '2026-01-01 00:00+00'), ('LIF', '9998-12-31 00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'lif' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'lif';

-- month, in UTC: its first microsecond belongs to it, that of the next one does not.
SELECT referrals.define_program('month', ladder('{"window": "month"}'));
SELECT referrals.register('mon', program => 'month', wanted_code => 'MON', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES
  ('MON', '2026-01-31 23:59:59.999999+00'), ('MON', '2026-02-01 00:00:00+00'), ('MON', '2026-02-28 23:59:59.999999+00'), ('MON', '2026-03-01 00:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'mon' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'mon';
-- tier_of looks at the window of the time asked for: in an empty one nobody has reached anything.
SELECT at, referrals.tier_of('mon', at) FROM unnest(ARRAY['2026-01-31 23:59:59.999998+00', '2026-01-31 23:59:59.999999+00', '2026-02-01 00:00:00+00', '2026-02-28 23:59:59.999998+00', '2026-02-28 23:59:59.999999+00', '2026-03-31 00:00:00+00', '2026-04-01 00:00:00+00']::timestamptz[]) AS at ORDER BY at;
-- A leap day.
INSERT INTO users (referred_by, joined) VALUES ('MON', '2028-02-29 23:59:59.999999+00'), ('MON', '2028-03-01 00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'mon' AND occurred_at > '2028-01-01' ORDER BY commission_id;

-- month, in Vienna: in winter it begins at 23:00 UTC of the day before, in summer at 22:00. March is an hour short, October an hour long.
SELECT referrals.define_program('vienna', ladder('{"window": "month", "time_zone": "Europe/Vienna"}'));
SELECT referrals.register('vie', program => 'vienna', wanted_code => 'VIE', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES
  ('VIE', '2026-02-28 22:59:59.999999+00'), ('VIE', '2026-02-28 23:00:00+00'), ('VIE', '2026-03-31 21:59:59.999999+00'), ('VIE', '2026-03-31 22:00:00+00'),
  ('VIE', '2026-09-30 21:59:59.999999+00'), ('VIE', '2026-09-30 22:00:00+00'), ('VIE', '2026-10-31 22:59:59.999999+00'), ('VIE', '2026-10-31 23:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'vie' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'vie';
-- The two hours from 2 to 3 of 25 October are both October.
INSERT INTO users (referred_by, joined) VALUES ('VIE', '2026-10-25 00:30:00+00'), ('VIE', '2026-10-25 01:30:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'vie' ORDER BY commission_id DESC LIMIT 2;

-- The session's own time zone makes no difference.
SET timezone = 'Pacific/Kiritimati';
SELECT referrals.register('kir', program => 'vienna', wanted_code => 'KIR', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('KIR', '2026-02-28 22:59:59.999999+00'), ('KIR', '2026-02-28 23:00:00+00'), ('KIR', '2026-03-31 21:59:59.999999+00');
SET timezone = 'UTC';
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'kir' ORDER BY commission_id;

-- Where the clocks change at midnight. Amman, 2016: April had no midnight, 01:00 followed 23:59:59 of 31 March (22:00 UTC).
SELECT referrals.define_program('amman', ladder('{"window": "month", "time_zone": "Asia/Amman"}'));
SELECT referrals.register('amm', program => 'amman', wanted_code => 'AMM', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('AMM', '2016-03-31 21:59:59.999999+00'), ('AMM', '2016-03-31 22:00:00+00'), ('AMM', '2016-04-30 20:59:59.999999+00'), ('AMM', '2016-04-30 21:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'amm' ORDER BY commission_id;

-- Havana, 2020: November has two midnights, 04:00 and 05:00 UTC; it begins with the first.
SELECT referrals.define_program('havana', ladder('{"window": "month", "time_zone": "America/Havana"}'));
SELECT referrals.register('hav', program => 'havana', wanted_code => 'HAV', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('HAV', '2020-11-01 03:59:59.999999+00'), ('HAV', '2020-11-01 04:00:00+00'), ('HAV', '2020-11-01 04:59:59.999999+00'), ('HAV', '2020-11-01 05:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'hav' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'hav';

-- A zone that is no whole hour off, and one on the other side of the date line.
SELECT referrals.define_program('kathmandu', ladder('{"window": "month", "time_zone": "Asia/Kathmandu"}'));
SELECT referrals.register('kat', program => 'kathmandu', wanted_code => 'KAT', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('KAT', '2026-04-30 18:14:59.999999+00'), ('KAT', '2026-04-30 18:15:00+00');
SELECT referrals.define_program('honolulu', ladder('{"window": "month", "time_zone": "Pacific/Honolulu"}'));
SELECT referrals.register('hon', program => 'honolulu', wanted_code => 'HON', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('HON', '2026-05-01 09:59:59.999999+00'), ('HON', '2026-05-01 10:00:00+00');
SELECT referrer, occurred_at, volume_before, tier FROM lines WHERE referrer IN ('kat', 'hon') ORDER BY commission_id;

-- quarter, in New York: January, April, July and October.
SELECT referrals.define_program('quarter', ladder('{"window": "quarter", "time_zone": "America/New_York"}'));
SELECT referrals.register('qua', program => 'quarter', wanted_code => 'QUA', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES
  ('QUA', '2026-01-01 04:59:59.999999+00'), ('QUA', '2026-01-01 05:00:00+00'), ('QUA', '2026-02-15 00:00:00+00'), ('QUA', '2026-04-01 03:59:59.999999+00'), ('QUA', '2026-04-01 04:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'qua' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'qua';

-- year, in Auckland.
SELECT referrals.define_program('year', ladder('{"window": "year", "time_zone": "Pacific/Auckland"}'));
SELECT referrals.register('yea', program => 'year', wanted_code => 'YEA', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES
  ('YEA', '2025-12-31 10:59:59.999999+00'), ('YEA', '2025-12-31 11:00:00+00'), ('YEA', '2026-07-01 00:00:00+00'), ('YEA', '2026-12-31 10:59:59.999999+00'), ('YEA', '2026-12-31 11:00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'yea' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'yea';
-- The first and the last year there is.
SELECT referrals.define_program('ages', ladder('{"window": "year"}'));
SELECT referrals.register('age', program => 'ages', wanted_code => 'AGE', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('AGE', '0001-01-01 00:00:00+00'), ('AGE', '0001-12-31 23:59:59.999999+00'), ('AGE', '9997-01-01 00:00:00+00'), ('AGE', '9997-12-31 23:59:59.999999+00'), ('AGE', '9998-01-01 00:00:00+00'), ('AGE', '9998-12-31 23:59:59.999999+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'age' ORDER BY commission_id;

-- Order of arrival is the order of rating: a sign-up of January that arrives in March counts after those of January that were there, and nowhere else.
SELECT referrals.register('lat', program => 'month', wanted_code => 'LAT', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LAT', '2026-01-20 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LAT', '2026-03-10 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LAT', '2026-01-10 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LAT', '2026-03-05 00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'lat' ORDER BY commission_id;
-- The standing stays with the latest fact: the late one of January leaves it, the late one of March counts.
SELECT * FROM standings WHERE referrer = 'lat';
SELECT a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'lat' AND a.action = 'tier_changed' ORDER BY a.audit_id;
-- The same in one statement.
SELECT referrals.register('lat2', program => 'month', wanted_code => 'LAT2', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('LAT2', '2026-01-20 00:00+00'), ('LAT2', '2026-03-10 00:00+00'), ('LAT2', '2026-01-10 00:00+00'), ('LAT2', '2026-03-05 00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'lat2' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'lat2';

-- Windows differ between plan versions: each version counts in its own.
SELECT referrals.define_program('changing', ladder('{"window": "year"}'));
SELECT referrals.define_program('changing', ladder('{"window": "month"}'), '2026-03-15 00:00+00');
SELECT referrals.register('cha', program => 'changing', wanted_code => 'CHA', registered_at => '2000-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('CHA', '2026-01-10 00:00+00'), ('CHA', '2026-03-05 00:00+00'), ('CHA', '2026-03-20 00:00+00'), ('CHA', '2026-03-14 23:59:59.999999+00'), ('CHA', '2026-04-01 00:00+00');
SELECT occurred_at, volume_before, tier FROM lines WHERE referrer = 'cha' ORDER BY commission_id;
SELECT * FROM standings WHERE referrer = 'cha';
