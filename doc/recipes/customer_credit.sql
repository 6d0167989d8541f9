-- Customer credit: "give 5, get 10".
--
-- A friend who signs up with a customer's code gets 5 credits at once. The customer gets 10 when the friend's first
-- order is paid, at most 25 in a calendar year. Credits are spent in the shop, not paid out.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin. The shop's role needs
-- none for sign-ups and orders; to show and spend credits it needs the level app.

CREATE EXTENSION referrals;

CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, referred_by text, created_at timestamptz NOT NULL);
CREATE TABLE orders (
  id text PRIMARY KEY, user_id integer NOT NULL REFERENCES users, nth integer NOT NULL, -- the customer's first is 1
  status text NOT NULL DEFAULT 'open', paid_at timestamptz
);

-- A unit of our own, in whole numbers. The welcome reward is in `referee`, and is the friend's.
SELECT referrals.define_program('default', '{
  "currency": {"unit": "CREDIT", "decimals": 0},
  "window": "year",
  "limits": {"amount_per_window": 25},
  "referee": {"signup": {"flat": 5}},
  "tiers": [{"name": "Friend", "from": 0, "rates": {"first_order": {"flat": 10}}}]
}');
SELECT referrals.attach('users', label => 'name', registered_at => 'created_at');
SELECT referrals.attach_events('orders', kind => 'first_order', key => 'id', referee => 'user_id', occurred_at => 'paid_at',
  accrue_when => $$nth = 1 AND status IN ('paid', 'refunded')$$, reverse_when => $$status = 'refunded'$$);

-- Ada brings four friends. Her code was made from her name and two random characters.
INSERT INTO users VALUES (1, 'Ada', NULL, '2025-01-01 09:00+00');
INSERT INTO users
SELECT id, name, referrals.code_of('1'), '2025-02-01 09:00+00'
FROM (VALUES (2, 'Ben'), (3, 'Cyd'), (4, 'Dee'), (5, 'Eli')) AS friend (id, name);

-- All of them order, Ben twice. Eli's order is not paid yet.
INSERT INTO orders VALUES
  ('o1', 2, 1, 'paid', '2025-02-02 10:00+00'),
  ('o2', 2, 2, 'paid', '2025-02-03 10:00+00'),
  ('o3', 3, 1, 'paid', '2025-02-04 10:00+00'),
  ('o4', 4, 1, 'paid', '2025-02-05 10:00+00'),
  ('o5', 5, 1, 'open', NULL);

-- The second order of Ben earned nothing. The third friend brought 5 instead of 10: that makes 25 this year.
-- A sign-up has a line of 0 for Ada, since the plan gives her nothing for it, and one of 5 for the friend.
SELECT side, referrer, referee, event_kind, amount, reason FROM referrals.commission_ledger
WHERE amount <> 0 OR reason = 'capped' ORDER BY id;

-- What was earned is in the ledger; what was spent is the shop's own business, and so is its table.
CREATE TABLE spent (
  order_id text PRIMARY KEY REFERENCES orders, user_id integer NOT NULL REFERENCES users,
  credits integer NOT NULL CHECK (credits > 0)
);

CREATE VIEW wallet AS
SELECT users.id AS user_id, coalesce(earned.payable, 0) - coalesce(used.credits, 0) AS credits
FROM users
LEFT JOIN referrals.dashboard AS earned ON earned.user_key = users.id::text
  AND earned.mode = referrals.mode() AND earned.currency = 'CREDIT'
LEFT JOIN (SELECT user_id, sum(credits) AS credits FROM spent GROUP BY user_id) AS used ON used.user_id = users.id;

-- The lock on the user's row makes two orders at the same moment wait for each other, and the second sees what the first
-- spent: nobody spends a credit twice. So it is under READ COMMITTED, Postgres' default; elsewhere the function refuses.
CREATE FUNCTION spend(buyer integer, credits integer, for_order text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'call spend under READ COMMITTED';
  END IF;
  PERFORM FROM users WHERE users.id = buyer FOR UPDATE;
  IF credits > (SELECT wallet.credits FROM wallet WHERE wallet.user_id = buyer) THEN
    RAISE EXCEPTION 'user % has fewer than % credits', buyer, credits;
  END IF;
  INSERT INTO spent VALUES (for_order, buyer, credits);
END $$;

INSERT INTO orders VALUES ('o6', 1, 1, 'open', NULL);
SELECT * FROM wallet ORDER BY user_id;
SELECT spend(1, 30, 'o6');
SELECT spend(1, 20, 'o6');
SELECT * FROM wallet WHERE user_id = 1;

-- Cyd's order is refunded, and Ada's 10 for it are taken back. She had spent them: the wallet is below zero until she
-- has earned more. To wait before credits can be spent, put "hold_days": 30 into the plan.
UPDATE orders SET status = 'refunded' WHERE id = 'o3';
SELECT * FROM wallet WHERE user_id = 1;

-- The year's limit has room again, and Eli's order fills it.
UPDATE orders SET status = 'paid', paid_at = '2025-03-01 10:00+00' WHERE id = 'o5';
SELECT * FROM wallet WHERE user_id = 1;
