-- What attach_events refuses.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
CREATE TABLE payments (id bigint PRIMARY KEY, customer text, total numeric, currency text, paid timestamptz, state text);
-- What must be given.
SELECT referrals.attach_events(NULL, 'payment', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', NULL, 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', NULL, 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', NULL);
\echo :SQLSTATE
-- A kind is a name; sign-ups come from attach.
SELECT referrals.attach_events('payments', ' payment', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', '', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'signup', 'id', 'customer');
\echo :SQLSTATE
-- Tables, as for attach: an ordinary one, or the parent of partitions.
SELECT referrals.attach_events('nosuch', 'payment', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events(0, 'payment', 'id', 'customer');
\echo :SQLSTATE
CREATE VIEW a_view AS SELECT * FROM payments;
SELECT referrals.attach_events('a_view', 'payment', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('referrals.commission', 'payment', 'event_key', 'event_key');
\echo :SQLSTATE
CREATE TABLE parted (id bigint, customer text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
SELECT referrals.attach_events('parted_1', 'payment', 'id', 'customer');
\echo :SQLSTATE
-- Columns: none that is not there, and none of a type that does not do.
SELECT referrals.attach_events('payments', 'payment', 'ID', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'nosuch');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', amount => 'nosuch');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', currency => 'nosuch');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', occurred_at => 'nosuch');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'paid', 'customer');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'paid');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', occurred_at => 'total');
\echo :SQLSTATE
CREATE TABLE odd (id bigint, customer text, c_float8 float8, c_float4 float4, c_money money, c_text text, c_bool boolean, c_interval interval, c_numeric_array numeric[], c_json json);
CREATE FUNCTION try_amount(amount name) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.attach_events('odd', 'payment', 'id', 'customer', amount => try_amount.amount);
  RETURN 'attached';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT attname, try_amount(attname) FROM pg_catalog.pg_attribute WHERE attrelid = 'odd'::regclass AND attnum > 2 ORDER BY attnum;
-- Conditions: one boolean expression over the row, and nothing that runs a query of its own.
CREATE FUNCTION is_paid(state text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT state = 'paid' $$;
CREATE FUNCTION try_condition(condition text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.attach_events('payments', 'payment', 'id', 'customer', accrue_when => condition);
  RETURN 'attached';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT c AS condition, try_condition(c) FROM unnest(ARRAY['', ' ', 'state', 'total', '1', 'NULL', 'nosuch', 'state = paid', 'state =', 'state = ''paid', 'state = ''paid''; DROP TABLE payments', 'true; SELECT true', 'true, true', 'true AS x', '*', 'payments.*', 'true FROM payments', 'true WHERE true', 'true) OR (true',
  'EXISTS (SELECT 1)', 'id IN (SELECT 1)', 'count(*) > 0', 'bool_and(state = ''paid'')', 'row_number() OVER () > 0', 'generate_series(1, 2) > 0', '$1', 'old.id = 1', 'new.id = 1', 'ctid IS NULL', 'tableoid = 0', 'xmin IS NULL', 'payments IS NULL', 'is_paid(state)', 'app.nosuch(state)', 'state = 1',
  'DISTINCT true', 'true UNION SELECT false', 'true LIMIT 1', 'true INTO x', '/* nothing */', '-- nothing', 'true -- yes', '(true)', 'app.is_paid(state)', 'payments.state = ''paid''', 'now() > paid', 'state SIMILAR TO ''p%''', 'state = ''paid''::varchar COLLATE "C"', 'CASE WHEN total > 0 THEN true END', 'DEFAULT', 'total BETWEEN 1 AND 2']) WITH ORDINALITY AS t(c, n) ORDER BY n;
SELECT left(try_condition('(' || repeat('(', 20000) || 'true' || repeat(')', 20000) || ')'), 5);
SELECT left(try_condition(repeat('NOT ', 100000) || 'true'), 5);
SELECT left(try_condition('true' || repeat(' AND true', 20000)), 8);
-- One of them with all that is said; reverse_when is read in the same way.
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', reverse_when => 'status = ''refunded''');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', accrue_when => 'true, false');
\echo :SQLSTATE
-- Rights: those of the table's owner, to attach and to detach.
SET client_min_messages = error;
DROP ROLE IF EXISTS regress_referrals_admin;
SET client_min_messages = notice;
CREATE ROLE regress_referrals_admin;
SELECT referrals.grant_access('regress_referrals_admin', 'admin');
GRANT USAGE ON SCHEMA app TO regress_referrals_admin;
GRANT ALL ON payments TO regress_referrals_admin;
SET ROLE regress_referrals_admin;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer');
\echo :SQLSTATE
SELECT referrals.detach('payments');
\echo :SQLSTATE
RESET ROLE;
-- Its own table it may attach; what a condition may do is what the owner may.
ALTER TABLE payments OWNER TO regress_referrals_admin;
SET ROLE regress_referrals_admin;
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', accrue_when => 'pg_catalog.pg_ls_dir(''.'') IS NOT NULL');
\echo :SQLSTATE
SELECT referrals.attach_events('payments', 'payment', 'id', 'customer', accrue_when => 'pg_catalog.pg_read_file(''PG_VERSION'') IS NOT NULL');
RESET ROLE;
INSERT INTO payments VALUES (1, 'bob');
-- The trigger function serves attach_events only.
CREATE TABLE by_hand (id bigint, customer text);
CREATE TRIGGER by_hand AFTER INSERT ON by_hand FOR EACH ROW EXECUTE FUNCTION referrals._on_event('kind=payment', 'key=id', 'referee=customer');
INSERT INTO by_hand VALUES (1, 'bob');
\echo :SQLSTATE
DROP TRIGGER by_hand ON by_hand;
CREATE TRIGGER by_hand AFTER DELETE ON by_hand REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_event('kind=payment', 'key=id', 'referee=customer');
DELETE FROM by_hand;
\echo :SQLSTATE
DROP TRIGGER by_hand ON by_hand;
CREATE TRIGGER by_hand AFTER INSERT ON by_hand REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_event('id', 'customer');
INSERT INTO by_hand VALUES (1, 'bob');
\echo :SQLSTATE
DROP TRIGGER by_hand ON by_hand;
SELECT referrals._on_event();
\echo :SQLSTATE
SET client_min_messages = warning;
DROP OWNED BY regress_referrals_admin CASCADE;
DROP ROLE regress_referrals_admin;
