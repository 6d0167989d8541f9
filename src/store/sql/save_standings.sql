UPDATE referrals.standing AS standing
SET as_of = after.as_of,
    program_id = after.program_id,
    plan_version = after.plan_version,
    window_start = after.window_start,
    window_end = after.window_end,
    volume = after.volume,
    tier = after.tier
FROM unnest($1, $3, $4, $5, $6, $7, $8, $9)
  AS after (participant_id, as_of, program_id, plan_version, window_start, window_end, volume, tier)
WHERE standing.participant_id = after.participant_id AND standing.mode = $2
