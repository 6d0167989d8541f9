-- A plan is read strictly: what is not understood is refused, and the message names the place.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
CREATE FUNCTION try_plan(plan text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text; hint text;
BEGIN
  PERFORM referrals.define_program('p', plan::jsonb);
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;
-- A plan with this as its tiers, its currency, its other keys, or its one rate.
CREATE FUNCTION try_tiers(tiers text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{"currency": "USD", "tiers": %s}', tiers)) $$;
CREATE FUNCTION try_currency(currency text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{"currency": %s, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}}]}', currency)) $$;
CREATE FUNCTION try_key(key_and_value text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{%s, "currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}}]}', key_and_value)) $$;
CREATE FUNCTION try_rate(rate text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_tiers(format('[{"name": "A", "from": 0, "rates": {"signup": %s}}]', rate)) $$;
CREATE FUNCTION state_of(outcome text) RETURNS text LANGUAGE sql AS $$ SELECT split_part(outcome, ' ', 1) $$;
CREATE FUNCTION try_from(threshold text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_tiers(format('[{"name": "A", "from": %s, "rates": {}}]', threshold)) $$;

-- The least plan, and a full one.
SELECT try_plan('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}');
SELECT try_plan('{"currency": "USD", "metric": "referrals", "window": "lifetime", "time_zone": "UTC", "rating": "forward", "crossing": "new", "rounding": "half_up",
  "hold_days": 30, "reversal_lowers_volume": true, "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}},
  {"name": "Silver", "from": "10", "rates": {"signup": {"flat": 15.00}}},
  {"name": "Gold", "from": 25.5, "rates": {"signup": {"flat": 20}}}]}');

\pset format unaligned
\pset tuples_only on
-- Not an object.
SELECT p, try_plan(p) FROM unnest(ARRAY['null', '"USD"', '1', 'true']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Missing keys.
SELECT p, try_plan(p) FROM unnest(ARRAY['{}', '{"currency": "USD"}', '{"tiers": [{"name": "A", "from": 0, "rates": {}}]}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_tiers(p) FROM unnest(ARRAY['[{}]', '[{"name": "A", "rates": {}}]', '[{"from": 0, "rates": {}}]', '[{"name": "A", "from": 0}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Unknown keys, at every depth.
SELECT p, try_key(p) FROM unnest(ARRAY['"curency": "USD"', '"Currency": "USD"', '"": 1', '"limits": {"commissions": 12}', '"referee": {"signup": {"flat": "5.00", "tier": "A"}}', '"window": {"weeks": 1}', '"window": {"days": 1, "hours": 2}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_tiers(p) FROM unnest(ARRAY['[{"name": "A", "from": 0, "rates": {}, "to": 10}]', '[{"name": "A", "from": 0, "rates": {}}, {"name": "B", "from": 1, "rates": {}, "perks": []}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_rate(p) FROM unnest(ARRAY['{"flat": 1, "bonus": 1}', '{}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- A kind of event needs a name.
SELECT p, try_tiers(p) FROM unnest(ARRAY['[{"name": "A", "from": 0, "rates": {"": {"flat": 1}}}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Wrong types.
SELECT p, try_tiers(p) FROM unnest(ARRAY['null', '{}', '"A"', '[]', '[null]', '["A"]', '[{"name": 1, "from": 0, "rates": {}}]', '[{"name": null, "from": 0, "rates": {}}]', '[{"name": "A", "from": 0, "rates": []}]', '[{"name": "A", "from": 0, "rates": null}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_rate(p) FROM unnest(ARRAY['null', '10', '"10.00"', '{"flat": null}', '{"flat": true}', '{"flat": {}}', '{"flat": [1]}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"hold_days": null', '"hold_days": true', '"hold_days": [1]', '"reversal_lowers_volume": "yes"', '"reversal_lowers_volume": 1', '"window": 30', '"window": null', '"metric": []', '"rating": true', '"accrual": true', '"time_zone": 0']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- An array is not an object, whatever is in it; a word is not an object either. (Only the SQLSTATE is shown.)
SELECT p, state_of(try_tiers(p)) FROM unnest(ARRAY['[[]]', '[["A", 0, {}]]', '[{"name": "A", "from": 0, "rates": {"signup": []}}]', '[{"name": "A", "from": 0, "rates": {"signup": [1]}}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT state_of(try_plan('[]')), state_of(try_plan('["USD", "referrals", "lifetime", "UTC", "forward", "new", "half_up", 0, true, [{"name": "A", "from": 0, "rates": {}}]]'));
SELECT p, state_of(try_key(p)) FROM unnest(ARRAY['"window": {"month": null}', '"crossing": {"old": null}', '"metric": {"referrals": null}', '"rounding": {"down": null}', '"accrual": {"queued": null}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Numbers: JSON numbers or strings, read exactly. Never NaN, never infinite, never with a sign, blanks or letters.
SELECT p, try_rate(format('{"flat": %s}', p)) FROM unnest(ARRAY['0', '0.00', '"0"', '0.01', '"0.01"', '10', '10.0', '"10.000"', '1e1', '100000000000.00']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_rate(format('{"flat": %s}', p)) FROM unnest(ARRAY['-1', '"-0.01"', '"NaN"', '"nan"', '"Infinity"', '"-Infinity"', '"inf"', '""', '" 1"', '"1 "', '"1,000"', '"1_000"', '"+1"', '"0x10"', '"ten"', '"1e1"', '"."', '"1."', '".5"', '"１"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- A rate may have four decimals (what it earns is rounded to the currency's own), and no more.
SELECT p, try_rate(format('{"flat": %s}', p)) FROM unnest(ARRAY['0.0001', '"10.0050"', '10.00500', '0.00001', '"10.00005"', '10.00000000000000000000000000001']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Too large for the ledger, which holds numeric(19,4), and for anything.
SELECT left(p, 40), try_rate(format('{"flat": %s}', p)) FROM unnest(ARRAY['999999999999999.99', '1000000000000000', '1e300', '"1e300"', '99999999999999999999999999999999999999', '1e100000', repeat('9', 5000), '"' || repeat('9', 5000) || '"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Thresholds: the same, and four decimals at most.
SELECT p, try_from(p) FROM unnest(ARRAY['0', '"0"', '0.5', '"2.5000"', '1e2']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_from(p) FROM unnest(ARRAY['-1', '"-0.5"', '"NaN"', '"Infinity"', 'null', 'true', '"ten"', '0.00001', '1e300']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Tiers ascend, and are told apart by their names.
SELECT p, try_tiers(p) FROM unnest(ARRAY[
  '[{"name": "A", "from": 0, "rates": {}}, {"name": "B", "from": 0, "rates": {}}]',
  '[{"name": "A", "from": 10, "rates": {}}, {"name": "B", "from": 5, "rates": {}}]',
  '[{"name": "A", "from": 0, "rates": {}}, {"name": "B", "from": 10, "rates": {}}, {"name": "C", "from": "10.0", "rates": {}}]',
  '[{"name": "A", "from": 0, "rates": {}}, {"name": "A", "from": 10, "rates": {}}]',
  '[{"name": "", "from": 0, "rates": {}}]', '[{"name": "   ", "from": 0, "rates": {}}]']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT try_tiers(format('[{"name": "%s", "from": 0, "rates": {}}]', repeat('n', 64))), try_tiers(format('[{"name": "%s", "from": 0, "rates": {}}]', repeat('n', 10000)));
-- A first tier that does not begin at 0 is no mistake: below it nothing is earned.
SELECT try_from('3');
-- Currencies: ISO 4217, or a unit of one's own.
SELECT p, try_currency(p) FROM unnest(ARRAY['"EUR"', '"JPY"', '"KWD"', '{"unit": "CREDIT", "decimals": 0}', '{"unit": "MILE", "decimals": 4}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_currency(p) FROM unnest(ARRAY['"usd"', '"US"', '"XXQ"', '"DOLLAR"', '""', 'null', '840', '[]', '{}', '{"unit": "CREDIT"}', '{"decimals": 0}', '{"unit": "", "decimals": 0}', '{"unit": "USD", "decimals": 2}', '{"unit": "CREDIT", "decimals": -1}',
  '{"unit": "CREDIT", "decimals": 5}', '{"unit": "CREDIT", "decimals": 0.5}', '{"unit": "CREDIT", "decimals": "two"}', '{"unit": 5, "decimals": 0}', '{"unit": "CREDIT", "decimals": 0, "symbol": "c"}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Words: those of the language, as they are written.
SELECT p, try_key(p) FROM unnest(ARRAY['"metric": "events"', '"metric": "revenue"', '"window": "month"', '"window": "quarter"', '"window": "year"', '"window": "event"', '"window": {"days": 30}', '"rating": "whole"', '"crossing": "old"', '"rounding": "half_even"', '"rounding": "down"', '"reversal_lowers_volume": false', '"hold_days": 0', '"hold_days": "30"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"window": "week"', '"window": "Month"', '"window": ""', '"crossing": "newest"', '"rounding": "up"', '"metric": "clicks"', '"rating": "backward"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Time zones: a name of the IANA data base.
SELECT p, try_key(p) FROM unnest(ARRAY['"time_zone": "UTC"', '"time_zone": "Europe/Vienna"', '"time_zone": "America/New_York"', '"time_zone": "Asia/Kathmandu"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"time_zone": "Mars/Olympus"', '"time_zone": ""', '"time_zone": "europe/viena"', '"time_zone": "../../etc/passwd"', '"time_zone": "UTC''; --"', '"time_zone": "+25:00"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Hold: whole days, from none to as many as a calendar can hold.
SELECT p, try_key(p) FROM unnest(ARRAY['"hold_days": -1', '"hold_days": 1.5', '"hold_days": "soon"', '"hold_days": 1000000', '"hold_days": 99999999999']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- The path of a mistake deep inside, and of a name that needs quoting.
SELECT try_tiers('[{"name": "A", "from": 0, "rates": {}}, {"name": "B", "from": 1, "rates": {}}, {"name": "C", "from": 2, "rates": {"signup": {"flat": "12,50"}}}]');
SELECT try_tiers('[{"name": "A", "from": 0, "rates": {"my kind": {"flat": "12,50"}}}]');
-- A hostile one: depth, size, and text that would be a format string elsewhere.
SELECT state_of(try_key('"window": ' || repeat('[', 1000) || repeat(']', 1000)));
SELECT state_of(o), length(o) < 2000 AS message_is_short FROM try_key('"' || repeat('k', 100000) || '": 1') AS o;
SELECT left(try_key('"%s%n": 1'), 200);
SELECT try_plan('{"currency": "USD", "tiers": [' || string_agg(format('{"name": "T%s", "from": %s, "rates": {}}', n, n), ', ') || ']}') FROM generate_series(1, 1000) AS n;
