-- Sign-ups of many at once: who arrives, as the application has it before. Referrers come in turn, in no order of
-- theirs, and the same in every database (7919 is a prime).
CREATE UNLOGGED TABLE arrivals AS
SELECT n, 'Somebody' AS name, 'REF' || 10001 + n * 7919 % :referrers AS referred_by
FROM generate_series(1, :rows) AS n;
ANALYZE arrivals;
