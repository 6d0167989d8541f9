SELECT person.user_key, standing.mode, standing.program_id, standing.plan_version, standing.window_start,
  standing.window_end, standing.volume, standing.tier,
  (SELECT count(DISTINCT recorded_at) FROM referrals.audit_log WHERE recorded_at <= standing.as_of
    AND action NOT IN ('attached', 'detached', 'events_attached'))
FROM referrals.standing AS standing JOIN referrals.participant AS person USING (participant_id)
ORDER BY person.user_key COLLATE "C";
