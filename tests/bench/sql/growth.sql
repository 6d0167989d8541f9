-- Beside the filled tables of the extension: a users table without the trigger, for the floor, and payments to be sent
-- back. Some are before the statistics are taken, so that no plan is made for an empty table.
CREATE SCHEMA floor;
CREATE TABLE floor.users (LIKE users INCLUDING DEFAULTS INCLUDING INDEXES);
INSERT INTO payments (user_id, amount)
SELECT 1 + number * 7919 % :people, 20 + number % 80 FROM generate_series(1, 3000) AS number;
CREATE SEQUENCE returned;
SELECT count(*) FROM (
  SELECT referrals.reverse_event('payment', nextval('returned')::text, 'sent back')
  FROM generate_series(1, 1000)
  OFFSET 0
) AS reversed;
VACUUM ANALYZE;
