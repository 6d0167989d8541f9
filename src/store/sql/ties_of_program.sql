-- Ties that the history of a program knows of: of the referees of its lines, and of sign-ups that have no line in the
-- mode and do not wait for one, with referrers who are in it now.
SELECT tie.referee_id, tie.referrer_id, tie.attributed_at, tie.mode, lineless.sign_up
FROM referrals.attribution AS tie
JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id
CROSS JOIN LATERAL (
  SELECT referrer.program_id = $1 AND tie.mode = $2 AND NOT EXISTS (
    SELECT FROM referrals.commission AS line
    WHERE line.mode = $2 AND line.event_kind = 'signup' AND line.event_key = tie.referee_id::text
      AND line.side = 'referrer' AND line.kind = 'accrual'
  ) AND NOT EXISTS (
    SELECT FROM referrals.queue AS waiting
    WHERE waiting.mode = $2 AND waiting.event_kind = 'signup' AND waiting.event_key = tie.referee_id::text
  ) AS sign_up
) AS lineless
WHERE lineless.sign_up OR EXISTS (
  SELECT FROM referrals.commission AS line
  WHERE line.referrer_id = tie.referrer_id AND line.referee_id = tie.referee_id AND line.program_id = $1
    AND line.mode = $2 AND line.side = 'referrer'
)
ORDER BY tie.attributed_at, tie.referee_id
