-- The stored standings of everybody who brought somebody.
SELECT standing.participant_id, standing.mode, referrer.program_id, standing.program_id, standing.plan_version,
  standing.window_start, standing.window_end, standing.volume
FROM referrals.standing
JOIN referrals.participant AS referrer ON referrer.participant_id = standing.participant_id
WHERE EXISTS (
  SELECT FROM referrals.attribution AS tie
  WHERE tie.referrer_id = standing.participant_id AND tie.mode = standing.mode
)
