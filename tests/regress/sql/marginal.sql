-- Marginal rating: each slice of an amount earns the rate of the band that it falls in, rounded once on the sum.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "metric": "revenue", "rating": "marginal", "tiers": [
  {"name": "Bronze", "from": 100,  "rates": {"payment": {"percent": 5}, "order": {"percent": 1}}},
  {"name": "Silver", "from": 1000, "rates": {"payment": {"percent": 10}}},
  {"name": "Gold",   "from": 5000, "rates": {"payment": {"percent": "12.5"}, "order": {"percent": 2}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT count(referrals.register(u, 'ANN', registered_at => '2026-01-02 00:00+00')) AS friends FROM unnest(ARRAY['bob', 'cyd']) AS u;
CREATE TABLE payments (id text PRIMARY KEY, customer text, total numeric, paid timestamptz DEFAULT '2026-02-01 00:00+00');
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'total', occurred_at => 'paid');
INSERT INTO payments VALUES
  ('below',             'bob', 50),        -- 0-50: nothing below the first tier
  ('into Bronze',       'bob', 50),        -- 50-100: the threshold itself is not passed
  ('in Bronze',         'cyd', 100),       -- 100-200 at 5 %
  ('nothing',           'cyd', 0),         -- an empty slice at 200
  ('over three bands',  'bob', 5800.33),   -- 200-1000 at 5 %, 1000-5000 at 10 %, 5000-6000.33 at 12.5 %
  ('in Gold',           'cyd', 0.04);      -- 0.005, rounded up
:lines
-- A gap: Silver has no rate for orders. An order over all of it, and one within it.
SELECT referrals.register('rep', wanted_code => 'REP', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('dee', 'REP', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
SELECT referrals.accrue('order', 'o1', 'dee', 1100, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS "0-1100";
SELECT referrals.accrue('order', 'o2', 'dee', 400, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS "1100-1500";
SELECT referrals.accrue('order', 'o3', 'dee', 4500, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS "1500-6000";
SELECT referrals.accrue('order', 'o4', 'dee', 0, 'USD', '2026-02-01 00:00+00') IS NOT NULL AS "6000-6000";
SELECT event_key, trim_scale(volume_before) AS before, tier, basis, rate, base_amount, amount, note FROM referrals.commission WHERE event_kind = 'order' ORDER BY commission_id;
-- The standing has the tier that the volume has reached; a late payment is rated by what is in the window when it arrives.
:standing
-- In pieces or at once, the same: 1000 payments of 6 make 6000, and earn what one of 6000 does but for the rounding of each.
SELECT referrals.register('eve', wanted_code => 'EVE', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('fay', 'EVE', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
INSERT INTO payments SELECT 'piece ' || n, 'fay', 6 FROM generate_series(1, 1000) AS n;
SELECT sum(amount), count(*) FROM referrals.commission_ledger WHERE referee = 'fay';
SELECT tier, basis, count(*), min(amount), max(amount) FROM referrals.commission_ledger WHERE referee = 'fay' GROUP BY tier, basis ORDER BY max(id);
SELECT referrals.quote(referrals.program_plan('default'), 'payment', 0, 6000);
-- Under window "event" each amount is cut by itself; by month each month begins at nothing.
SELECT w AS window, referrals.quote(referrals.program_plan('default') || jsonb_build_object('window', w), 'payment', 4000, 6000) FROM unnest(ARRAY['lifetime', 'event']) AS w;
SELECT referrals.define_program('default', referrals.program_plan('default') || '{"window": "month"}', '2026-03-01 00:00+00');
INSERT INTO payments VALUES ('March 1', 'bob', 150, '2026-03-31 23:59:59.999999+00'), ('April', 'bob', 150, '2026-04-01 00:00+00'), ('March 2', 'bob', 150, '2026-03-01 00:00+00');
SELECT l.event_key, trim_scale(c.volume_before) AS before, l.tier, l.amount FROM referrals.commission_ledger l JOIN referrals.commission c ON c.commission_id = l.id WHERE l.occurred_at >= '2026-03-01 00:00+00' ORDER BY l.id;
