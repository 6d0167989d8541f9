-- In ascending order, before any is locked: see standing::lock.
INSERT INTO referrals.standing (participant_id, mode)
SELECT wanted.participant_id, $2
FROM unnest($1) AS wanted (participant_id)
WHERE NOT EXISTS (
  SELECT FROM referrals.standing AS standing
  WHERE standing.participant_id = wanted.participant_id AND standing.mode = $2
)
ORDER BY wanted.participant_id
ON CONFLICT DO NOTHING
