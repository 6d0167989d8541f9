-- Production's dump in staging: everything is there, and nothing can be paid.
--
-- Rights: a superuser. Staging is a database beside production's here; on a server of its own it goes the same way, and
-- pg_dump and psql find both by the environment (PGHOST and the like).

CREATE EXTENSION referrals;

CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, email text NOT NULL, referred_by text, created_at timestamptz NOT NULL);
SELECT referrals.define_program('default', '{
  "currency": "USD", "tiers": [{"name": "Partner", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]
}');
SELECT referrals.attach('users', registered_at => 'created_at');

-- Production is live. Its people, one of them registered by hand under an e-mail address, and two sign-ups.
LOAD 'referrals';
ALTER SYSTEM SET referrals.allow_live = on;
SELECT pg_reload_conf();
\connect -
SELECT referrals.go_live();
INSERT INTO users VALUES (1, 'Ada Lovelace', 'ada@example.com', NULL, '2025-01-01 09:00+00');
SELECT referrals.register('partner@example.com', wanted_code => 'PARTNER');
INSERT INTO users VALUES
  (2, 'Ben Bitdiddle', 'ben@example.com', referrals.code_of('1'), '2025-01-02 09:00+00'),
  (3, 'Cyd Charisse', 'cyd@example.com', 'PARTNER', '2025-01-03 09:00+00');
SELECT block, rows FROM referrals.seal();

-- The dump, restored. Triggers come back last, so nothing accrues on the way.
\setenv PRODUCTION :DBNAME
CREATE DATABASE recipe_staging TEMPLATE template0;
\! pg_dump --dbname="$PRODUCTION" | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=recipe_staging >/dev/null

-- Staging's server does not say referrals.allow_live = on. Do not copy that line with the configuration.
ALTER SYSTEM RESET referrals.allow_live;
SELECT pg_reload_conf();
\connect recipe_staging

-- The same record, and mock at once, though production had gone live. A session is told so once. Both keys are
-- missing: the server's, and the database's, which is bound to production's cluster and name.
SELECT referrals.mode();
SELECT referrals.go_live();
SELECT check_name, ok FROM referrals.health() ORDER BY check_name;
SELECT id, referrer, referee, amount, mode FROM referrals.commission_ledger ORDER BY id;
SELECT * FROM referrals.verify();

-- No payout is drafted, of the live lines neither.
SELECT referrals.draft_payouts();

-- 1. Forget the people. The names are in your own tables, and are yours to change.
UPDATE users SET name = 'Person ' || id, email = 'person' || id || '@staging.invalid';
-- Keys that say who somebody is are here as well: erase() forgets them. Amounts, ties and blocks stay. Keys that are
-- numbers of your own say nothing to anybody who has not got production.
SELECT referrals.erase(participant_key)
FROM (SELECT user_key AS participant_key FROM referrals.participant WHERE user_key LIKE '%@%') AS by_hand;
-- Codes are kept for ever, so one that was made of a name, or wanted, goes on saying it. Where that is too much, let
-- codes be random: attach without a label.

-- 2. Try something: lines of staging are mock, and count to nothing that is live.
INSERT INTO users VALUES (4, 'Tester', 'tester@staging.invalid', referrals.code_of('1'), '2025-02-01 09:00+00');
SELECT id, referrer, referee, amount, mode FROM referrals.commission_ledger ORDER BY id;
SELECT user_key, mode, referrals, accrued, payable FROM referrals.dashboard ORDER BY user_key, mode;

-- 3. And be rid of it. The tie of the tester stays, being no money.
SELECT referrals.purge_mock();
SELECT referrer, referee, amount, mode FROM referrals.commission_ledger ORDER BY id;
SELECT * FROM referrals.reconcile();
