-- How many people were brought, and by how many, by mode.
SELECT ties.mode, sum(ties.referrals)::bigint, count(*)
FROM (
  SELECT tie.mode, count(*) AS referrals
  FROM referrals.attribution AS tie
  JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id
  WHERE ($1 IS NULL OR referrer.program_id = $1) AND tie.attributed_at >= $2 AND tie.attributed_at < $3
  GROUP BY tie.mode, tie.referrer_id
) AS ties
GROUP BY ties.mode
