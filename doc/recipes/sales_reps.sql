-- Sales reps on a percentage of the revenue of their clients.
--
-- 5 % of a month's revenue up to 10,000.00 USD, and 8 % of what is above that, during the first twelve months of a
-- client. A client who starts to sell becomes a rep.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin; explain needs reader.

CREATE EXTENSION referrals;

CREATE TABLE reps (id integer PRIMARY KEY, name text NOT NULL, code text);
CREATE TABLE clients (id integer PRIMARY KEY, name text NOT NULL, rep_code text, since timestamptz NOT NULL);
CREATE TABLE invoices (
  no text PRIMARY KEY, client_id integer NOT NULL REFERENCES clients, total numeric(12,2) NOT NULL, paid_at timestamptz
);

-- "marginal": each slice of an invoice has the rate of the band that it falls in, as with income tax.
-- "months_after_signup" is counted for each client, from the day of the tie.
SELECT referrals.define_program('reps', '{
  "currency": "USD", "metric": "revenue", "window": "month", "rating": "marginal",
  "limits": {"months_after_signup": 12},
  "tiers": [
    {"name": "Base",    "from": 0,     "rates": {"invoice": {"percent": "5"}}},
    {"name": "Booster", "from": 10000, "rates": {"invoice": {"percent": "8"}}}
  ]
}');
SELECT referrals.define_program('clients', '{"currency": "USD", "tiers": [{"name": "Client", "from": 0, "rates": {}}]}');

SELECT referrals.attach('reps', referred_by => NULL, program => 'reps', code => 'code', key_prefix => 'rep:');
SELECT referrals.attach('clients', referred_by => 'rep_code', program => 'clients', registered_at => 'since');
SELECT referrals.attach_events('invoices', kind => 'invoice', key => 'no', referee => 'client_id', amount => 'total',
  occurred_at => 'paid_at', accrue_when => 'paid_at IS NOT NULL');

INSERT INTO reps VALUES (1, 'Rosa', 'ROSA'), (2, 'Sam', 'SAM');
INSERT INTO clients VALUES
  (1, 'Acme',   'ROSA', '2025-01-10 12:00+00'),
  (2, 'Bolt',   'ROSA', '2025-02-01 12:00+00'),
  (3, 'Cobalt', 'SAM',  '2025-02-01 12:00+00');

INSERT INTO invoices VALUES
  ('I-1', 1, 8000.00, '2025-03-03 12:00+00'),
  ('I-2', 2, 5000.00, '2025-03-20 12:00+00'),
  ('I-3', 3, 9999.99, '2025-03-20 12:00+00'),
  ('I-4', 1, 4000.00, '2025-04-02 12:00+00'),
  ('I-5', 1,  100.00, '2026-01-10 12:00+00');

-- Rosa's March: 5 % of 8,000.00 are 400.00; of the next 5,000.00, 2,000.00 are at 5 % and 3,000.00 at 8 %: 340.00.
-- Sam is a cent below the threshold: 5 % of 9,999.99 are 499.9995, rounded once, to 500.00. April begins anew. I-5 came twelve months after Acme did, to the minute, and is refused.
SELECT event_key, referrer, base_amount, basis, tier, amount FROM referrals.commission_ledger
WHERE event_kind = 'invoice' ORDER BY id;
SELECT participant AS client, detail ->> 'event_key' AS invoice, detail ->> 'reason' AS reason
FROM referrals.audit_trail WHERE action = 'refused' ORDER BY audit_id;
SELECT referrals.explain(id) FROM referrals.commission_ledger WHERE event_key = 'I-2';

-- What each rep earned, month by month.
SELECT date_trunc('month', occurred_at, 'UTC')::date AS month, reps.name, sum(base_amount) AS revenue, sum(amount) AS commission
FROM referrals.commission_ledger JOIN reps ON 'rep:' || reps.id = referrer
WHERE event_kind = 'invoice' GROUP BY 1, 2 ORDER BY 1, 2;

-- Would "whole" be dearer, where reaching 10,000.00 puts 8 % on the whole month? It would: 8 % of 13,000.00 in March.
SELECT * FROM referrals.simulate('reps', jsonb_set(referrals.program_plan('reps'), '{rating}', '"whole"'));

-- Bolt starts to sell: from now on its clients earn it what a rep earns. Codes and ties are as before.
SELECT referrals.enroll('2', 'reps');
INSERT INTO clients VALUES (4, 'Delta', referrals.code_of('2'), '2025-05-01 12:00+00');
INSERT INTO invoices VALUES ('I-6', 4, 1000.00, '2025-05-02 12:00+00'), ('I-7', 2, 1000.00, '2025-05-03 12:00+00');

-- Bolt has 5 % of Delta's invoice, and Rosa has 5 % of Bolt's. She has nothing of Delta's: one level, no further.
SELECT event_key, referrer, referee, amount FROM referrals.commission_ledger WHERE event_key IN ('I-6', 'I-7') ORDER BY id;
