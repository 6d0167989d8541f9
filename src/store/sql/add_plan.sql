INSERT INTO referrals.plan (program_id, version, plan, effective_from)
SELECT
  $1,
  coalesce(max(earlier.version), 0) + 1,
  $2,
  coalesce($3, CASE WHEN count(*) = 0 THEN '-infinity' ELSE now() END)
FROM referrals.plan AS earlier
WHERE earlier.program_id = $1
RETURNING version, effective_from
