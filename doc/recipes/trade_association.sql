-- A trade association that is paid for each member who signs up, quarter by quarter.
--
-- Associations have a code of their own. Each member who signs up with it brings 25.00 EUR, and 30.00 EUR for all
-- members of a quarter from the third on. The quarters are those of Berlin.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin; taking back needs
-- operator, the statement reader.

CREATE EXTENSION referrals;

CREATE TABLE associations (id integer PRIMARY KEY, name text NOT NULL, code text NOT NULL UNIQUE);
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, referred_by text, created_at timestamptz NOT NULL);

-- Under "whole" the tier that is reached rates every sign-up of the window: earlier lines get an adjustment.
SELECT referrals.define_program('associations', '{
  "currency": "EUR", "window": "quarter", "time_zone": "Europe/Berlin", "rating": "whole",
  "tiers": [
    {"name": "Standard", "from": 0, "rates": {"signup": {"flat": "25.00"}}},
    {"name": "Plus",     "from": 3, "rates": {"signup": {"flat": "30.00"}}}
  ]
}');
-- Customers have codes too, and earn nothing: no tier of their program has a rate.
SELECT referrals.define_program('customers', '{"currency": "EUR", "tiers": [{"name": "Customer", "from": 0, "rates": {}}]}');

-- Two tables with people in them: the prefix keeps association 1 and customer 1 apart.
SELECT referrals.attach('associations', program => 'associations', code => 'code', key_prefix => 'association:');
SELECT referrals.attach('customers', program => 'customers', registered_at => 'created_at');

INSERT INTO associations VALUES (1, 'Bakers of Hamburg', 'bakers-hh'), (2, 'Roofers of Kiel', 'roofers-ki');

-- The last sign-up of March is in the second quarter: in Berlin it is 1 April, 00:30.
INSERT INTO customers VALUES
  (1, 'Bakery Ahlers', 'BAKERS-HH',  '2025-01-15 10:00+00'),
  (2, 'Bakery Brandt', 'bakers hh',  '2025-02-10 10:00+00'),
  (3, 'Roofs & Co',    'ROOFERS-KI', '2025-02-11 10:00+00'),
  (4, 'Bakery Claussen', 'BAKERSHH', '2025-03-20 10:00+00'),
  (5, 'Bakery Detlefs', 'BAKERS-HH', '2025-03-31 22:30+00');

-- The third baker reached Plus and is paid 30.00, and the two before it get 5.00 more.
SELECT kind, referrer, referee, tier, amount, occurred_at, reason FROM referrals.commission_ledger ORDER BY id;

-- The statement. A correction has the time of the event that it corrects, so it goes into the quarter of that.
CREATE VIEW statement AS
SELECT date_trunc('quarter', occurred_at, 'Europe/Berlin') AT TIME ZONE 'Europe/Berlin' AS quarter, associations.name,
  count(*) FILTER (WHERE kind = 'accrual') - count(*) FILTER (WHERE kind = 'reversal') AS signed_up,
  sum(amount) AS amount, currency, mode
FROM referrals.commission_ledger
JOIN associations ON 'association:' || associations.id = referrer
GROUP BY 1, associations.name, currency, mode;

SELECT quarter::date, name, signed_up, amount, currency, mode FROM statement ORDER BY quarter, name;

-- Brandt turns out to be no baker. Two are left in the quarter, which is Standard: 2 x 25.00.
SELECT count(*) AS lines FROM referrals.reverse_event('signup', '2', 'not a member of the association');
SELECT kind, referee, tier, amount, reason FROM referrals.commission_ledger WHERE kind <> 'accrual' ORDER BY id;
SELECT quarter::date, name, signed_up, amount, currency, mode FROM statement ORDER BY quarter, name;

-- In live mode a payout takes what is payable and in no other payout; monthly_close.sql shows how. Up to the end of the
-- first quarter: SELECT referrals.draft_payouts(as_of => '2025-03-31 23:59:59.999999 Europe/Berlin', program => 'associations').
