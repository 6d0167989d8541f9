-- Payments of many at once: whose and of how much, as the application has it before. Everybody in turn who was brought
-- by somebody.
CREATE UNLOGGED TABLE purchases AS
SELECT n, :referrers + 1 + n % (:participants - :referrers) AS user_id, 49.90 AS amount
FROM generate_series(1, :rows) AS n;
ANALYZE purchases;
