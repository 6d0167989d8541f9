\set ECHO none
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
-- health() says what an operator should know: one row a check.
CREATE TABLE users (id bigint PRIMARY KEY, promo text, referred_by text);
SELECT referrals.attach('users', code => 'promo');
SELECT check_name, ok, regexp_replace(detail, 'since .*', 'since ...') AS detail FROM referrals.health();

-- A trigger that does not fire, or reads a column that is gone: its users are not registered.
ALTER TABLE users DISABLE TRIGGER referrals_sign_up;
SELECT * FROM referrals.health() WHERE NOT ok;
INSERT INTO users VALUES (1, 'ANN', NULL);
ALTER TABLE users ENABLE TRIGGER referrals_sign_up;
ALTER TABLE users RENAME promo TO wanted;
SELECT * FROM referrals.health() WHERE NOT ok;
INSERT INTO users VALUES (2, 'BOB', 'ANN');
-- attach repairs both, and registers who was missed.
SELECT referrals.attach('users', code => 'wanted');
SELECT * FROM referrals.health() WHERE NOT ok;
SELECT user_key, code FROM referrals.participant ORDER BY participant_id;

-- A guard of the record that does not always fire, or is gone, and one that keeps the caches honest.
ALTER TABLE referrals.commission ENABLE TRIGGER append_only;
SELECT * FROM referrals.health() WHERE NOT ok;
DROP TRIGGER append_only ON referrals.audit_log;
ALTER TABLE referrals.plan DISABLE TRIGGER forget_cached;
SELECT * FROM referrals.health() WHERE NOT ok;
