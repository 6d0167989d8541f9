-- Moving in: a shop that has codes, referrals and payments already.
--
-- The old programme paid until the end of 2024. Its codes and ties stay good; from 2025 on the extension rates.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin; attribute needs operator.

-- What the shop has. Codes are in lower case, with hyphens, and nobody kept them unique.
CREATE TABLE users (
  id integer PRIMARY KEY, email text NOT NULL, promo_code text, invited_by text, created_at timestamptz NOT NULL
);
INSERT INTO users VALUES
  (1, 'ada@example.com', 'ada',      NULL,     '2023-01-05 10:00+00'),
  (2, 'ben@example.com', 'ben-2023', 'ada',    '2023-02-01 10:00+00'),
  (3, 'cyd@example.com', 'ADA',      'ada',    '2023-03-01 10:00+00'),
  (4, 'dee@example.com', 'd!',       'Ben2023', '2024-06-01 10:00+00'),
  (5, 'eli@example.com', NULL,       'gone',   '2024-07-01 10:00+00'),
  (6, 'fay@example.com', 'fay',      'gus',    '2024-08-01 10:00+00'),
  (7, 'gus@example.com', 'gus',      NULL,     '2024-09-01 10:00+00');
CREATE TABLE payments (
  id text PRIMARY KEY, user_id integer NOT NULL REFERENCES users, amount numeric(10,2) NOT NULL, paid_at timestamptz NOT NULL
);
INSERT INTO payments VALUES
  ('p1', 2, 100.00, '2024-12-30 10:00+00'),
  ('p4', 2,  60.00, '2025-01-20 10:00+00'),
  ('p2', 3, 200.00, '2025-01-05 10:00+00'),
  ('p3', 4,  80.00, '2025-01-10 10:00+00');

CREATE EXTENSION referrals;

-- 1. Look before you attach. A code has 3 to 32 characters of A-Z, 0-9 and _ when it is normalised, and is unique so.
-- A code that does not fit is no error: its owner gets another one. But then what is printed on cards leads nowhere.
CREATE VIEW trouble AS
SELECT id, promo_code, CASE
    WHEN normal !~ '^[A-Z0-9_]{3,32}$' THEN 'not a code'
    WHEN row_number() OVER (PARTITION BY normal ORDER BY created_at, id) > 1 THEN 'taken by somebody older'
  END AS problem
FROM (SELECT *, referrals.normalize_code(promo_code) AS normal FROM users WHERE promo_code IS NOT NULL) AS users;
SELECT * FROM trouble WHERE problem IS NOT NULL ORDER BY id;

-- Give them new ones that people will recognise, and tell them.
UPDATE users SET promo_code = users.promo_code || '_' || users.id FROM trouble
WHERE trouble.id = users.id AND trouble.problem = 'taken by somebody older';
UPDATE users SET promo_code = 'DEE_4' WHERE id = 4;
SELECT * FROM trouble WHERE problem IS NOT NULL;

-- 2. Two plan versions: until 2025 sign-ups are tied and earn nothing, for the old programme has paid them.
SELECT referrals.define_program('default', '{"currency": "EUR", "tiers": [{"name": "Old programme", "from": 0, "rates": {}}]}');
SELECT referrals.define_program('default', effective_from => '2025-01-01 00:00+00', plan => '{
  "currency": "EUR", "tiers": [
    {"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "5.00"}, "payment": {"percent": "4"}}},
    {"name": "Silver", "from": 2, "rates": {"signup": {"flat": "8.00"}, "payment": {"percent": "6"}}}
  ]
}');

-- 3. Attach, with the times: the oldest come first, so a code is known when the next one names it.
SELECT referrals.attach('users', code => 'promo_code', referred_by => 'invited_by', registered_at => 'created_at');

-- Every code that there was is its owner's. Eli had none and has a random one, which goes into the column.
SELECT count(*) AS codes_that_differ FROM users
WHERE referrals.normalize_code(promo_code) <> referrals.code_of(id::text);
UPDATE users SET promo_code = referrals.code_of(id::text) WHERE promo_code IS NULL;

-- 4. Who is not tied, and why. The owner of "gone" was deleted years ago. Fay is on record before Gus, who invited her.
SELECT participant, action, detail FROM referrals.audit_trail WHERE action = 'untied' ORDER BY audit_id;
-- A person decides. Such a tie is made now, and is rated by the plan of today: 5.00 for Gus.
SELECT referrals.attribute('6', 'gus', 'invited by Gus, as the old programme says');

-- 5. The payments. The table is attached first, so that none is missed from here on; then come those since 2025 that are
-- there already, in the order of time. What the trigger took meanwhile has its line, and is left alone.
SELECT referrals.attach_events('payments', kind => 'payment', key => 'id', referee => 'user_id', amount => 'amount',
  occurred_at => 'paid_at', accrue_when => $$paid_at >= '2025-01-01 00:00+00'$$);
SELECT count(referrals.accrue('payment', id, user_id::text, amount, occurred_at => paid_at)) AS accrued
FROM (SELECT * FROM payments WHERE paid_at >= '2025-01-01 00:00+00' ORDER BY paid_at, id) AS payments;

-- Ada has two referrals from the old days and is Silver: 6 % of 200.00 and of 60.00. Ben has one: 4 % of 80.00.
SELECT event_kind, event_key, kind, referrer, tier, base_amount, amount FROM referrals.commission_ledger ORDER BY id;

-- 6. Nothing is amiss: every user is known, and every payment that counts has its line.
SELECT * FROM referrals.reconcile();
