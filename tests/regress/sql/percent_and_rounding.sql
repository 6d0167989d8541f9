-- Percent: amount x percent / 100, exactly; then min and max; then rounded once, at the currency's minor unit.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- Four kinds of payment in one plan.
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {
  "plain": {"percent": "7.5"}, "least": {"percent": "7.5", "min": "0.10"}, "most": {"percent": "7.5", "max": 50}, "both": {"percent": "7.5", "min": "0.105", "max": "0.105"}, "fine": {"percent": "0.0001"}, "double": {"percent": 200}, "flat": {"flat": "0.125"}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2026-01-01 00:00+00');
SELECT referrals.register('bob', 'ANN', registered_at => '2026-01-02 00:00+00') IS NOT NULL AS ok;
CREATE TABLE payments (id integer GENERATED ALWAYS AS IDENTITY, customer text DEFAULT 'bob', kind text, amount numeric);
SELECT count(referrals.attach_events('payments', k, 'id', 'customer', amount => 'amount', accrue_when => format('kind = %L', k))) FROM unnest(ARRAY['plain', 'least', 'most', 'both', 'fine', 'double', 'flat']) AS k;
INSERT INTO payments (kind, amount) VALUES ('plain', 100), ('plain', 0.01), ('plain', 0.0667), ('plain', 0.0666), ('plain', 0.2), ('plain', 33.3333), ('least', 0), ('least', 1), ('least', 2), ('most', 666.66), ('most', 666.67), ('most', 1000000), ('both', 5), ('fine', 4999.9999), ('fine', 5000), ('double', 0.0025), ('double', 12.345), ('flat', 1), ('flat', NULL);
SELECT event_key, event_kind, basis, rate, base_amount, amount FROM referrals.commission_ledger ORDER BY id;

-- quote shows the same without recording anything: volume before, amount. The three ways to round, on both sides of the middle.
\set plan '\'{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 50}}}]}\'::jsonb'
SELECT amount, referrals.quote(:plan, 'payment', 0, amount) AS half_up, referrals.quote(:plan || '{"rounding": "half_even"}', 'payment', 0, amount) AS half_even, referrals.quote(:plan || '{"rounding": "down"}', 'payment', 0, amount) AS down
FROM unnest(ARRAY[0, 0.01, 0.0099, 0.02, 0.03, 0.0301, 0.05, 0.0499, 0.9999]) AS amount;
-- In the minor unit of each currency: none, two, three; and of a unit of one's own, four.
SELECT c AS currency, referrals.quote(:plan || jsonb_build_object('currency', c::jsonb), 'payment', 0, 12.3457) AS half FROM unnest(ARRAY['"JPY"', '"USD"', '"KWD"', '{"unit": "MILE", "decimals": 4}', '{"unit": "STAR", "decimals": 0}']) WITH ORDINALITY AS t(c, n) ORDER BY n;
-- min and max before rounding.
SELECT rate, referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment}', rate::jsonb), 'payment', 0, 1) AS amount FROM unnest(ARRAY['{"percent": 1, "min": "0.0149"}', '{"percent": 1, "min": "0.015"}', '{"percent": 50, "max": "0.4949"}', '{"percent": 50, "max": "0.495"}', '{"percent": 50, "max": 0}', '{"percent": 0, "min": 3}', '{"percent": 0, "min": 3, "max": 3}']) WITH ORDINALITY AS t(rate, n) ORDER BY n;
-- What no binary float holds exactly.
SELECT referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment,percent}', '"28.9"'), 'payment', 0, 100) AS "28.9 % of 100", referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment,percent}', '0.7'), 'payment', 0, 150) AS "0.7 % of 150",
       referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment,percent}', '1.15'), 'payment', 0, 100) AS "1.15 % of 100", referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment,percent}', '100'), 'payment', 0, 99999999999999.99) AS "100 %";
-- Errors of quote.
SELECT referrals.quote(:plan, 'payment', 0);
\echo :SQLSTATE
SELECT referrals.quote(:plan, 'payment', 0, -1);
\echo :SQLSTATE
SELECT referrals.quote(:plan, 'payment', 0, 'NaN');
\echo :SQLSTATE
SELECT referrals.quote(:plan, 'payment', 0, 1e15);
\echo :SQLSTATE
SELECT referrals.quote(jsonb_set(:plan, '{tiers,0,rates,payment,percent}', '1000'), 'payment', 0, 999999999999999);
\echo :SQLSTATE
