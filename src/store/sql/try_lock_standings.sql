-- Those that nobody else holds.
SELECT participant_id, as_of, program_id, plan_version, window_start, window_end, volume, tier
FROM referrals.standing
WHERE participant_id = ANY ($1) AND mode = $2
ORDER BY participant_id
FOR NO KEY UPDATE SKIP LOCKED
