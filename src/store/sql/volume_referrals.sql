-- Ties, less those whose sign-up still waits to be counted, or was reversed in full: a reversal has the time of its sign-up.
SELECT (
  SELECT count(*) FROM referrals.attribution AS tie
  WHERE tie.referrer_id = $1 AND tie.mode = $2 AND tie.attributed_at >= $3 AND tie.attributed_at < $4
) - (
  SELECT count(*) FROM referrals.queue AS waiting
  WHERE waiting.referrer_id = $1 AND waiting.mode = $2 AND waiting.event_kind = 'signup'
    AND waiting.occurred_at >= $3 AND waiting.occurred_at < $4
) - (
  SELECT count(*) FILTER (WHERE EXISTS (
    SELECT FROM referrals.reversal AS edge
    WHERE edge.correction_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
    OFFSET 0
  ) AND EXISTS (
    SELECT FROM referrals.attribution AS tie WHERE tie.referee_id = line.referee_id AND tie.mode = line.mode OFFSET 0
  ))
  FROM referrals.commission AS line
  WHERE $5 AND line.referrer_id = $1 AND line.mode = $2 AND line.side = 'referrer' AND line.kind = 'reversal'
    AND line.event_kind = 'signup' AND line.occurred_at >= $3 AND line.occurred_at < $4
)::numeric
