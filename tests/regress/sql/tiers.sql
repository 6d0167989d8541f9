-- Tiers: which rate a sign-up earns. Every line keeps the volume before it, the tier and the rate.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- sign_ups(referrer, n): so many friends of theirs, one after the other.
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, referred_by text, joined timestamptz DEFAULT '2026-01-05 12:00+00');
CREATE PROCEDURE sign_ups(code text, n integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..n LOOP INSERT INTO app.users (referred_by) VALUES (code); END LOOP;
END $$;

-- "crossing": "new" (which is what holds when nothing is said). Thresholds are inclusive: with "from": 3 the third earns the tier.
SELECT referrals.define_program('new', '{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}},
  {"name": "Silver", "from": 3, "rates": {"signup": {"flat": "15.00"}}},
  {"name": "Gold",   "from": 5, "rates": {"signup": {"flat": "20.00"}}}]}');
SELECT referrals.attach('users', registered_at => 'joined', program => 'new');
SELECT referrals.register('nina', program => 'new', wanted_code => 'NINA', registered_at => '2026-01-01 00:00+00');
CALL sign_ups('NINA', 6);
:ledger
:standing
SELECT a.action, a.mode, p.user_key, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) ORDER BY audit_id;
-- Many in one statement cross as they would one by one.
SELECT referrals.register('nora', program => 'new', wanted_code => 'NORA', registered_at => '2026-01-01 00:00+00');
INSERT INTO users (referred_by) SELECT 'NORA' FROM generate_series(1, 6);
SELECT volume_before, tier, amount FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'nora' ORDER BY commission_id;
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'nora' ORDER BY audit_id;

-- "crossing": "old": the event that reaches a threshold still earns the tier before; with "from": 3 the fourth is the first of the new tier.
-- The standing is what has been reached, and says Silver after the third.
SELECT referrals.define_program('old', '{"currency": "USD", "crossing": "old", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}},
  {"name": "Silver", "from": 3, "rates": {"signup": {"flat": "15.00"}}},
  {"name": "Gold",   "from": 5, "rates": {"signup": {"flat": "20.00"}}}]}');
SELECT referrals.register('olga', program => 'old', wanted_code => 'OLGA', registered_at => '2026-01-01 00:00+00');
CALL sign_ups('OLGA', 3);
SELECT referrals.tier_of('olga', '2026-01-05 12:00+00');
CALL sign_ups('OLGA', 3);
SELECT volume_before, tier, amount FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'olga' ORDER BY commission_id;
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'olga' ORDER BY audit_id;

-- Below the first tier a line is written all the same, of nothing, and says why.
SELECT referrals.define_program('late start', '{"currency": "USD", "tiers": [{"name": "Silver", "from": 3, "rates": {"signup": {"flat": "15.00"}}}]}');
SELECT referrals.register('lars', program => 'late start', wanted_code => 'LARS', registered_at => '2026-01-01 00:00+00');
CALL sign_ups('LARS', 2);
SELECT referrals.tier_of('lars', '2026-01-05 12:00+00');
CALL sign_ups('LARS', 1);
SELECT volume_before, tier, basis, rate, amount, note FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'lars' ORDER BY commission_id;
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'lars' ORDER BY audit_id;

-- A tier that has no rate for sign-ups, between tiers that have: a line of nothing, with the tier's name.
SELECT referrals.define_program('gap', '{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}},
  {"name": "Silver", "from": 2, "rates": {}},
  {"name": "Gold",   "from": 4, "rates": {"signup": {"flat": "20.00"}}}]}');
SELECT referrals.register('gail', program => 'gap', wanted_code => 'GAIL', registered_at => '2026-01-01 00:00+00');
CALL sign_ups('GAIL', 4);
SELECT volume_before, tier, basis, rate, amount, note FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'gail' ORDER BY commission_id;

-- A threshold may lie between whole numbers; the next whole one passes it. A rate may be nothing: that is a rate, and no note.
SELECT referrals.define_program('fractions', '{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0.5, "rates": {"signup": {"flat": 0}}},
  {"name": "Silver", "from": "1.0001", "rates": {"signup": {"flat": "0.01"}}},
  {"name": "Gold",   "from": 3.0000, "rates": {"signup": {"flat": "999999999.99"}}}]}');
SELECT referrals.register('fred', program => 'fractions', wanted_code => 'FRED', registered_at => '2026-01-01 00:00+00');
CALL sign_ups('FRED', 3);
SELECT volume_before, tier, basis, rate, amount, note FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'fred' ORDER BY commission_id;

-- The currency's own decimals: none for yen, three for dinars, one's own for points.
SELECT referrals.define_program('yen', '{"currency": "JPY", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "1500"}}}]}');
SELECT referrals.define_program('dinars', '{"currency": "KWD", "rounding": "down", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "1.125"}}}]}');
SELECT referrals.define_program('points', '{"currency": {"unit": "POINT", "decimals": 4}, "rounding": "half_even", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "0.1234"}}}]}');
SELECT count(referrals.register(p, program => p, wanted_code => p, registered_at => '2026-01-01 00:00+00')) AS referrers FROM unnest(ARRAY['yen', 'dinars', 'points']) AS p;
INSERT INTO users (referred_by) VALUES ('yen'), ('dinars'), ('points');
SELECT user_key, rate, amount, currency FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key IN ('yen', 'dinars', 'points') ORDER BY commission_id;

-- The amount is rounded to the currency's decimals, as the plan says: to the nearest and halves up, to the nearest and halves to even, or down.
SELECT count(referrals.define_program(rounding || ' ' || flat, jsonb_build_object('currency', 'USD', 'rounding', rounding, 'tiers', jsonb_build_array(
         jsonb_build_object('name', 'A', 'from', 0, 'rates', jsonb_build_object('signup', jsonb_build_object('flat', flat))))))) AS programs,
       count(referrals.register(rounding || flat, program => rounding || ' ' || flat, wanted_code => rounding || '_' || replace(flat, '.', '_'))) AS referrers
FROM unnest(ARRAY['half_up', 'half_even', 'down']) AS rounding, unnest(ARRAY['0.0049', '0.0050', '0.0051', '0.0150', '0.9999']) AS flat;
INSERT INTO users (referred_by) SELECT rounding || '_' || replace(flat, '.', '_') FROM unnest(ARRAY['half_up', 'half_even', 'down']) WITH ORDINALITY AS r(rounding, n), unnest(ARRAY['0.0049', '0.0050', '0.0051', '0.0150', '0.9999']) AS flat ORDER BY flat, n;
SELECT c.rate, max(c.amount) FILTER (WHERE p.user_key LIKE 'half\_up%') AS half_up, max(c.amount) FILTER (WHERE p.user_key LIKE 'half\_even%') AS half_even, max(c.amount) FILTER (WHERE p.user_key LIKE 'down%') AS down
FROM referrals.commission c JOIN referrals.participant p ON p.participant_id = c.referrer_id WHERE p.user_key ~ '^(half|down)' GROUP BY c.rate ORDER BY c.rate;

-- The hold: so many times 24 hours after the event.
SELECT referrals.define_program('held', '{"currency": "USD", "hold_days": 30, "time_zone": "America/New_York", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
SELECT referrals.register('hana', program => 'held', wanted_code => 'HANA', registered_at => '2026-01-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('HANA', '2026-02-15 12:00:00.000001+00'), ('HANA', '2026-12-31 23:59+00');
SELECT occurred_at, payable_at FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'hana' ORDER BY commission_id;

-- A new plan version: its tiers, from its day on; the volume goes on.
SELECT referrals.define_program('new', '{"currency": "USD", "tiers": [
  {"name": "Starter", "from": 0, "rates": {"signup": {"flat": "1.00"}}},
  {"name": "Expert", "from": 8, "rates": {"signup": {"flat": "2.00"}}}]}', '2026-02-01 00:00+00');
INSERT INTO users (referred_by, joined) VALUES ('NINA', '2026-01-31 23:59:59.999999+00'), ('NINA', '2026-02-01 00:00+00'), ('NINA', '2026-02-02 00:00+00');
SELECT plan_version, volume_before, tier, amount FROM referrals.commission JOIN referrals.participant ON participant_id = referrer_id WHERE user_key = 'nina' ORDER BY commission_id DESC LIMIT 3;
SELECT a.action, a.detail FROM referrals.audit_log a JOIN referrals.participant p USING (participant_id) WHERE p.user_key = 'nina' AND a.action = 'tier_changed' ORDER BY audit_id;
-- tier_of looks with the plan of the time asked for.
SELECT at, referrals.tier_of('nina', at) FROM unnest(ARRAY['2026-01-01 00:00+00', '2026-01-05 12:00+00', '2026-01-31 23:59:59.999999+00', '2026-02-01 00:00+00', '2026-02-02 00:00+00', '2027-01-01 00:00+00']::timestamptz[]) AS at ORDER BY at;
SELECT referrals.tier_of('nobody'), referrals.tier_of(NULL), referrals.tier_of('nina', NULL);
-- A referee without friends of their own is at the first tier, when that begins at 0, and below it otherwise.
SELECT referrals.register('ned', program => 'new', wanted_code => 'NED'), referrals.register('leo', program => 'late start', wanted_code => 'LEO');
SELECT referrals.tier_of('ned'), referrals.tier_of('leo');
