-- Plans for events: what a rate, a limit and a referee's reward may say, and which parts of a plan do not go together.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
CREATE FUNCTION try_plan(plan text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.define_program('p', plan::jsonb);
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' | ' || SQLERRM;
END $$;
-- A plan with this as its payment rate, as its other keys, or as its other keys beside one percent of payments.
CREATE FUNCTION try_rate(rate text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": %s}}]}', rate)) $$;
CREATE FUNCTION try_key(keys text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{%s, "currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": 1}}}]}', keys)) $$;
CREATE FUNCTION try_both(keys text, rates text) RETURNS text LANGUAGE sql AS $$ SELECT app.try_plan(format('{%s, "currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": %s}]}', keys, rates)) $$;

\pset format unaligned
\pset tuples_only on
-- A rate is flat, or a percentage with or without bounds. A percentage may be above 100, and has four decimals at most.
SELECT p, try_rate(p) FROM unnest(ARRAY['{"flat": "0.50"}', '{"percent": "7.5"}', '{"percent": 0}', '{"percent": 250}', '{"percent": "0.0001"}', '{"percent": 5, "min": "0.10"}', '{"percent": 5, "max": 50}', '{"percent": 5, "min": 2, "max": "2.00"}', '{"percent": 5, "min": "0.0005"}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_rate(p) FROM unnest(ARRAY['{}', '{"flat": 1, "percent": 5}', '{"flat": 1, "min": 1}', '{"flat": 1, "max": 1}', '{"min": 1}', '{"percent": 5, "min": 3, "max": 2}', '{"percent": -1}', '{"percent": "5%"}', '{"percent": "0.00001"}', '{"percent": "NaN"}', '{"percent": 5, "min": -1}', '{"percent": 5, "max": "Infinity"}',
  '{"percent": 1e15}', '{"percent": [5]}', '{"percent": {"new": 5}}', '5', '{"percent": 5, "cap": 3}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- A sign-up has no amount, so no percentage of it.
SELECT try_both('"metric": "referrals"', '{"signup": {"percent": 5}}');
SELECT try_key('"referee": {"signup": {"percent": 5}}');
-- What the referee earns: rates by kind, the same way.
SELECT p, try_key(p) FROM unnest(ARRAY['"referee": {}', '"referee": {"signup": {"flat": 5}}', '"referee": {"payment": {"percent": 5, "max": 3}, "review": {"flat": 1}}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"referee": null', '"referee": []', '"referee": {"signup": 5}', '"referee": {"": {"flat": 5}}', '"referee": {"payment": {"percent": -5}}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- Limits: each may be left out.
SELECT p, try_key(p) FROM unnest(ARRAY['"limits": {}', '"limits": {"commissions_per_window": 1}', '"limits": {"amount_per_window": 0}', '"limits": {"amount_per_window": "500.50"}', '"limits": {"months_after_signup": 1200}', '"limits": {"commissions_per_window": "12", "amount_per_window": "500", "months_after_signup": 12}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"limits": null', '"limits": []', '"limits": {"commissions_per_window": 0}', '"limits": {"commissions_per_window": 1.5}', '"limits": {"commissions_per_window": 1000000001}', '"limits": {"amount_per_window": -1}', '"limits": {"amount_per_window": "0.001"}',
  '"limits": {"amount_per_window": 1e15}', '"limits": {"months_after_signup": 0}', '"limits": {"months_after_signup": 1201}', '"limits": {"months_after_signup": "one"}', '"limits": {"per_day": 1}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- A window of days.
SELECT p, try_key(p) FROM unnest(ARRAY['"window": {"days": 1}', '"window": {"days": "30"}', '"window": {"days": 36500}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"window": {}', '"window": {"days": 0}', '"window": {"days": -1}', '"window": {"days": 1.5}', '"window": {"days": 36501}', '"window": {"days": null}', '"window": {"weeks": 1}', '"window": {"days": 1, "hours": 1}', '"window": ["days", 1]', '"window": "days"']) WITH ORDINALITY AS t(p, n) ORDER BY n;

-- marginal cuts amounts into bands: it needs revenue, and percentages without bounds in its tiers. The referee's reward may be any.
SELECT p, try_key(p) FROM unnest(ARRAY['"rating": "marginal", "metric": "revenue"', '"rating": "marginal", "metric": "revenue", "window": {"days": 30}', '"rating": "marginal", "metric": "revenue", "window": "event"',
  '"rating": "marginal", "metric": "revenue", "limits": {"amount_per_window": 500}', '"rating": "marginal", "metric": "revenue", "referee": {"signup": {"flat": 5}, "payment": {"percent": 1, "max": 3}}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"rating": "marginal"', '"rating": "marginal", "metric": "events"', '"rating": "marginal", "metric": "revenue", "crossing": "old"']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_both('"rating": "marginal", "metric": "revenue"', p) FROM unnest(ARRAY['{"payment": {"flat": 1}}', '{"payment": {"percent": 1, "min": 1}}', '{"payment": {"percent": 1, "max": 1}}', '{"payment": {"percent": 1}, "signup": {"flat": 1}}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
-- whole rates the lines of a window again: it takes no limits per window, and no window that each event has to itself.
SELECT p, try_key(p) FROM unnest(ARRAY['"rating": "whole"', '"rating": "whole", "metric": "revenue", "window": "month"', '"rating": "whole", "window": "event"', '"rating": "whole", "limits": {"months_after_signup": 12}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"rating": "whole", "limits": {"commissions_per_window": 1}', '"rating": "whole", "limits": {"amount_per_window": 1}', '"rating": "whole", "window": {"days": 30}', '"rating": "whole", "crossing": "old"']) WITH ORDINALITY AS t(p, n) ORDER BY n;

-- null in the place of a key that may be left out.
SELECT p, try_rate(p) FROM unnest(ARRAY['{"flat": null}', '{"percent": 5, "min": null}', '{"percent": 5, "flat": null}']) WITH ORDINALITY AS t(p, n) ORDER BY n;
SELECT p, try_key(p) FROM unnest(ARRAY['"limits": {"commissions_per_window": null}', '"metric": null', '"rating": null']) WITH ORDINALITY AS t(p, n) ORDER BY n;
