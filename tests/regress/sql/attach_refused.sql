-- What attach refuses, and what the trigger does when the table is changed beneath it.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
CREATE TABLE users (id bigint PRIMARY KEY, name text, promo text, referred_by text, joined timestamptz);

-- No table at all.
SELECT referrals.attach(NULL);
\echo :SQLSTATE
SELECT referrals.attach('nosuchtable');
\echo :SQLSTATE
SELECT referrals.attach(0);
\echo :SQLSTATE
-- Nothing that is no table.
CREATE TABLE base (id bigint PRIMARY KEY);
CREATE VIEW a_view AS SELECT * FROM base;
SELECT referrals.attach('a_view', key => 'id');
\echo :SQLSTATE
CREATE MATERIALIZED VIEW a_matview AS SELECT * FROM base;
SELECT referrals.attach('a_matview', key => 'id');
\echo :SQLSTATE
SELECT referrals.attach('users_pkey', key => 'id');
\echo :SQLSTATE
CREATE SEQUENCE a_sequence;
SELECT referrals.attach('a_sequence', key => 'last_value');
\echo :SQLSTATE
-- Not the system's tables, and not the extension's own.
SELECT referrals.attach('pg_catalog.pg_class', key => 'relname');
\echo :SQLSTATE
SELECT referrals.attach('referrals.participant');
\echo :SQLSTATE
SELECT referrals.attach('referrals.dashboard', key => 'user_key');
\echo :SQLSTATE
-- A table without a primary key needs a key to be named; so does one whose primary key has several columns.
CREATE TABLE keyless (id bigint);
SELECT referrals.attach('keyless');
\echo :SQLSTATE
CREATE TABLE two_keys (a bigint, b bigint, PRIMARY KEY (a, b));
SELECT referrals.attach('two_keys');
\echo :SQLSTATE
-- No such column: the name is given as it is stored, not as it is written in SQL.
SELECT referrals.attach('users', key => 'uid');
\echo :SQLSTATE
SELECT referrals.attach('users', key => 'ID');
\echo :SQLSTATE
SELECT referrals.attach('users', referred_by => 'refered_by');
\echo :SQLSTATE
SELECT referrals.attach('users', code => 'coupon');
\echo :SQLSTATE
SELECT referrals.attach('users', label => 'nick');
\echo :SQLSTATE
SELECT referrals.attach('users', registered_at => 'created_at');
\echo :SQLSTATE
SELECT referrals.attach('users', key => 'ctid');
\echo :SQLSTATE
SELECT referrals.attach('users', key => '');
\echo :SQLSTATE
-- A column that was dropped is no column.
ALTER TABLE users ADD COLUMN gone text;
ALTER TABLE users DROP COLUMN gone;
SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = 'users'::regclass AND attisdropped \gset
SELECT referrals.attach('users', code => :'attname');
\echo :SQLSTATE
-- The time of the sign-up must be a time.
SELECT referrals.attach('users', registered_at => 'name');
\echo :SQLSTATE
-- The program's name must be one.
SELECT referrals.attach('users', program => '');
\echo :SQLSTATE
SELECT referrals.attach('users', program => NULL);
\echo :SQLSTATE

-- Types that are no keys: their text form depends on the session's settings, or is no name for anybody.
CREATE TYPE pair AS (a integer, b integer);
CREATE DOMAIN celsius AS float8;
CREATE TABLE odd (
  c_float8 float8, c_float4 float4, c_timestamptz timestamptz, c_timestamp timestamp, c_date date, c_time time, c_timetz timetz, c_interval interval,
  c_bytea bytea, c_json json, c_jsonb jsonb, c_money money, c_regclass regclass, c_regtype regtype, c_array integer[], c_textarray text[], c_pair pair, c_domain celsius);
CREATE FUNCTION try_key(key name) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals.attach('odd', key => try_key.key);
  RETURN 'attached';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT attname, try_key(attname) FROM pg_catalog.pg_attribute WHERE attrelid = 'odd'::regclass AND attnum > 0 ORDER BY attnum;

-- All these left nothing behind.
SELECT count(*) AS attachments FROM referrals.attachments;
SELECT count(*) AS people FROM referrals.participant;
SELECT count(*) AS triggers FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'app'::regnamespace AND NOT t.tgisinternal;

-- What is not attached cannot be detached, and that is no error.
SELECT referrals.detach('users');
SELECT referrals.detach(NULL);
\echo :SQLSTATE

-- The trigger function serves attach only. Put on by hand in another way, it says so.
CREATE TRIGGER by_hand AFTER UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up();
INSERT INTO users (id, name) VALUES (1, 'Ann');
UPDATE users SET name = 'Anna';
\echo :SQLSTATE
DROP TRIGGER by_hand ON users;
CREATE TRIGGER by_hand AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION referrals._on_sign_up();
INSERT INTO users (id, name) VALUES (2, 'Bob');
\echo :SQLSTATE
DROP TRIGGER by_hand ON users;
CREATE TRIGGER by_hand AFTER INSERT ON users REFERENCING NEW TABLE AS anything FOR EACH STATEMENT EXECUTE FUNCTION referrals._on_sign_up();
INSERT INTO users (id, name) VALUES (3, 'Cyd');
\echo :SQLSTATE
DROP TRIGGER by_hand ON users;

-- Called as functions, all of them.
SELECT referrals._on_sign_up();
\echo :SQLSTATE
SELECT referrals._on_event();
SELECT referrals._append_only();
SELECT referrals._forget_cached();

-- A column that is renamed after attach: the sign-up goes through, nobody is registered, a warning and the audit say so.
SELECT referrals.attach('users', code => 'promo', registered_at => 'joined');
SELECT referrals.register('friend', wanted_code => 'FRIEND');
ALTER TABLE users RENAME COLUMN referred_by TO came_from;
INSERT INTO users VALUES (4, 'Dee', 'DEE', 'FRIEND', '2026-01-05 00:00+00');
SELECT id, name FROM users WHERE id = 4;
SELECT referrals.code_of('4');
SELECT action, mode, participant_id, detail FROM referrals.audit_log WHERE action = 'skipped';
-- Attaching again with the new name repairs it, that sign-up included.
SELECT referrals.attach('users', referred_by => 'came_from', code => 'promo', registered_at => 'joined');
SELECT referrals.code_of('4');
INSERT INTO users VALUES (5, 'Eve', 'EVE', 'dee', '2026-01-06 00:00+00');
:ties
-- The same with the key, which attach finds by itself.
ALTER TABLE users RENAME COLUMN id TO user_id;
INSERT INTO users VALUES (6, 'Fay', 'FAY', 'EVE', '2026-01-07 00:00+00');
SELECT referrals.attach('users', referred_by => 'came_from', code => 'promo', registered_at => 'joined');
SELECT referrals.code_of('6');
-- A column that is dropped; and one that comes back with another type.
ALTER TABLE users DROP COLUMN promo;
INSERT INTO users VALUES (7, 'Gus', 'FAY', '2026-01-08 00:00+00');
ALTER TABLE users ADD COLUMN promo varchar(10);
INSERT INTO users VALUES (8, 'Hal', 'FAY', '2026-01-09 00:00+00', 'HAL');
SELECT referrals.code_of('7'), referrals.code_of('8');
-- A column of another type is read as it is now; so is a new column before it.
ALTER TABLE users ALTER COLUMN user_id TYPE text USING 'u' || user_id;
INSERT INTO users VALUES ('u9', 'Ida', 'HAL', '2026-01-10 00:00+00', 'IDA');
SELECT referrals.lookup('IDA');
-- A column that cannot be read as it was any more, here a time that became text: as if it were missing.
ALTER TABLE users ALTER COLUMN joined TYPE text;
INSERT INTO users VALUES ('u10', 'Joe', 'HAL', '2026-01-11 00:00+00', 'JOE');
SELECT referrals.lookup('JOE');
SELECT action, detail FROM referrals.audit_log WHERE action = 'skipped' ORDER BY audit_id DESC LIMIT 1;
-- Through attach it is refused, so the table is attached without it.
SELECT referrals.attach('users', referred_by => 'came_from', code => 'promo', registered_at => 'joined');
\echo :SQLSTATE
SELECT referrals.attach('users', referred_by => 'came_from', code => 'promo');
SELECT referrals.lookup('JOE');
