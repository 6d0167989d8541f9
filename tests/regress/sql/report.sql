-- report: a page of HTML. What is on it is compared with the views, and looked at in a browser, by the suite report; here
-- is what it takes, whom it is for, and what it refuses.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- The headings and notes of a page: what it is about, without times.
CREATE FUNCTION outline(page text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT btrim(found[1])
  FROM regexp_matches(page, '<(?:h[1-5]|p class="note"|caption|dd)(?: id="[^"]*")?>([^<]*)<', 'g') AS found
  WHERE found[1] !~ '^\d{4}-\d\d-\d\d \d\d:\d\d UTC$|^referrals \d|^contrib' $$;
-- Nothing to report on.
SELECT outline(referrals.report());
SELECT referrals.define_program('default', '{"currency": "USD", "hold_days": 30, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}, {"name": "B", "from": 2, "rates": {"signup": {"flat": 2}}}]}');
SELECT outline(referrals.report('default'));
-- Something.
SELECT referrals.define_program('<b>points</b>', '{"currency": {"unit": "P&T", "decimals": 0}, "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 10}}}]}');
SELECT referrals.register('ann', wanted_code => 'ANN', registered_at => '2024-01-01 00:00+00');
SELECT referrals.register('bea', wanted_code => 'BEA', program => '<b>points</b>', registered_at => '2024-01-01 00:00+00');
SELECT count(referrals.register('a' || n, 'ANN', registered_at => '2024-01-05 00:00+00')), count(referrals.register('b' || n, 'BEA', registered_at => '2024-02-05 00:00+00')) FROM generate_series(1, 3) AS n;
SELECT referrals.accrue('payment', 'p1', 'a1', 1234567.89, 'USD', '2024-02-01 00:00+00') IS NOT NULL AS ok;
SELECT outline(referrals.report());
-- NULL is no bound, as are the infinities; the whole is the same however it is asked for.
SELECT referrals.report() = referrals.report(NULL, NULL, NULL) AS the_same, referrals.report() = referrals.report(NULL, '-infinity', 'infinity') AS the_same;
-- A time: the start is part of it, the end is not.
SELECT outline(referrals.report(since => '2024-01-05 00:00+00', until => '2024-02-01 00:00+00'));
SELECT count(*) FROM outline(referrals.report(since => '2024-02-05 00:00:00.000001+00')) AS line WHERE line ~ '^Lines in';
-- A program; its own figures alone.
SELECT outline(referrals.report('<b>points</b>', until => '2024-03-01'));
-- Whatever the session's settings, it is the same page.
SELECT referrals.report() AS page \gset
SET timezone = 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 0; SET bytea_output = 'escape'; SET search_path = app; SET lc_numeric = 'C'; SET standard_conforming_strings = off;
SELECT regexp_replace(referrals.report(), '<dd>[-0-9 :]+UTC</dd>', '') = regexp_replace(:'page', '<dd>[-0-9 :]+UTC</dd>', '') AS the_same;
RESET ALL;
\i :dir/settings.psql
-- Errors.
SELECT referrals.report('nosuch');
\echo :SQLSTATE
SELECT referrals.report('');
\echo :SQLSTATE
SELECT referrals.report(since => '2024-01-05 00:00+00', until => '2024-01-05 00:00+00');
\echo :SQLSTATE
SELECT referrals.report('default', '2024-01-05 00:00+00', '2024-01-04 00:00+00');
\echo :SQLSTATE
SELECT referrals.report(since => 'infinity');
\echo :SQLSTATE
SELECT referrals.report(until => '-infinity');
\echo :SQLSTATE
SELECT referrals.report(since => '4000-01-01 BC');
\echo :SQLSTATE
SELECT referrals.report(until => '10000-01-01');
\echo :SQLSTATE
-- A reader's, and nobody else's.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_reader, regress_referrals_nobody;
CREATE ROLE regress_referrals_reader;
CREATE ROLE regress_referrals_nobody;
SELECT referrals.grant_access('regress_referrals_reader', 'reader');
SET client_min_messages = notice;
SET ROLE regress_referrals_reader;
SELECT left(referrals.report(), 15);
SET ROLE regress_referrals_nobody;
SELECT referrals.report();
\echo :SQLSTATE
RESET ROLE;
-- It writes nothing, and counts what this transaction has written.
BEGIN READ ONLY;
SELECT left(referrals.report(), 15);
SELECT pg_current_xact_id_if_assigned() IS NULL AS wrote_nothing;
COMMIT;
BEGIN;
SELECT referrals.accrue('payment', 'p2', 'a1', 10, 'USD', '2024-02-01 00:00+00') IS NOT NULL AS ok;
SELECT line FROM outline(referrals.report()) AS line WHERE line ~ '^The newest';
ROLLBACK;
SELECT line FROM outline(referrals.report()) AS line WHERE line ~ '^The newest';
DROP OWNED BY regress_referrals_reader;
DROP ROLE regress_referrals_reader, regress_referrals_nobody;
