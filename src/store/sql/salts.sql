-- The distinct salts, one step of the index each: there is one, however many people were erased.
WITH RECURSIVE found AS (
  (SELECT erased.salt FROM referrals.erased AS erased ORDER BY erased.salt LIMIT 1)
  UNION ALL
  SELECT (
    SELECT following.salt FROM referrals.erased AS following
    WHERE following.salt > found.salt ORDER BY following.salt LIMIT 1
  )
  FROM found
  WHERE found.salt IS NOT NULL
)
SELECT found.salt FROM found WHERE found.salt IS NOT NULL
