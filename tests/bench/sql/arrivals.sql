-- Sign-ups of many at once: who arrives, as the application has it before.
CREATE UNLOGGED TABLE arrivals AS
SELECT n, 'Somebody' AS name, 'REF' || 10001 + floor(random() * :referrers)::integer AS referred_by
FROM generate_series(1, :rows) AS n;
ANALYZE arrivals;
