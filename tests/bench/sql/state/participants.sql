SELECT user_key, CASE WHEN code ~ '^[2-9BCDFGHJKMNPQRSTVWXZ]{8}$' THEN '(made)' ELSE code END, program_id,
  dense_rank() OVER (ORDER BY registered_at)
FROM referrals.participant ORDER BY user_key COLLATE "C";
