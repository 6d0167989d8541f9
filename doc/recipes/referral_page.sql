-- The page "Invite your friends": what the application asks for it, with no more rights than it needs.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin, sets up. The page needs
-- the level app. That level may read everybody's lines: the application must choose the rows of the one who is logged
-- in, as below. Where the database is to be that wall there is the level self: ../self_service.md.

CREATE EXTENSION referrals;

CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, referred_by text, created_at timestamptz NOT NULL DEFAULT now());
SELECT referrals.define_program('default', '{
  "currency": "USD",
  "tiers": [
    {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}},
    {"name": "Silver", "from": 3, "rates": {"signup": {"flat": "15.00"}}}
  ]
}');
SELECT referrals.attach('users', registered_at => 'created_at');

CREATE ROLE recipe_web;
SELECT referrals.grant_access('recipe_web', 'app');
GRANT SELECT, INSERT ON users TO recipe_web;
SET ROLE recipe_web;

INSERT INTO users VALUES (1, 'Ada', NULL, '2025-01-01 09:00+00');

-- The link to share. The code is there as soon as the user is. (Random, so the page of this recipe only looks at it.)
SELECT 'https://shop.example/join?code=' || referrals.code_of('1') AS link \gset
SELECT length(:'link');

-- On the page "Join": whose code is this? The name greets the friend; NULL, and the code is not good. It may be typed
-- as people type: lower case, spaces, hyphens.
SELECT lower(referrals.code_of('1')) AS typed \gset
SELECT name FROM users WHERE id::text = referrals.lookup(:'typed');
SELECT referrals.lookup('NO-SUCH-CODE') IS NULL AS not_good;

-- The friends join. The application only inserts.
INSERT INTO users SELECT n, 'Friend ' || n, :'typed', '2025-01-02 09:00+00' FROM generate_series(2, 3) AS n;

-- The page: so many friends, so much earned, so far to the next tier. One row, or none if nobody came yet.
SELECT dashboard.tier, dashboard.referrals, dashboard.accrued, dashboard.currency, progress.next_tier, progress.remaining, progress.bar
FROM referrals.dashboard JOIN referrals.tier_progress AS progress ON progress.referrer = dashboard.user_key AND progress.mode = dashboard.mode
WHERE dashboard.user_key = '1' AND dashboard.mode = referrals.mode();

-- "Your next friend brings you ...": the plan in force, at the volume of now.
SELECT referrals.quote(referrals.program_plan('default'), 'signup', volume => 2) AS next_friend;

-- And the list of what came in.
SELECT occurred_at::date AS day, amount, currency, status FROM referrals.commission_ledger
WHERE referrer = '1' AND side = 'referrer' AND mode = referrals.mode() ORDER BY id DESC LIMIT 10;

-- What the page cannot do.
SELECT referrals.reverse(3, 'no');
RESET ROLE;

DROP OWNED BY recipe_web;
DROP ROLE recipe_web;
