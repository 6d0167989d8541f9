-- attach in REPEATABLE READ and SERIALIZABLE, by itself: it sees all that this transaction has done, and what it undid is nothing that somebody else
-- committed. What others do meanwhile is in the isolation suite.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql
SET search_path = app;
CREATE TABLE users (id integer PRIMARY KEY, promo text, referred_by text);
INSERT INTO users VALUES (1, 'ANN', NULL);
SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}');
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO users VALUES (2, 'BOB', 'ANN');
SAVEPOINT undone;
INSERT INTO users VALUES (3, 'CYD', 'BOB');
ROLLBACK TO undone;
DO $$ BEGIN
  INSERT INTO users VALUES (2, 'DUP', NULL);
EXCEPTION WHEN unique_violation THEN
  INSERT INTO users VALUES (4, 'DEE', 'BOB');
END $$;
SELECT referrals.attach('users', code => 'promo');
INSERT INTO users VALUES (5, 'EVE', 'DEE');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT referrals.detach('users');
INSERT INTO users VALUES (6, 'FLO', 'EVE');
SELECT referrals.attach('users', code => 'promo');
SELECT referrals.attach('users', code => 'promo');
COMMIT;
:ties
:ledger
