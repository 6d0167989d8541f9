INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
SELECT given.participant_id, given.user_key, given.code, $4, given.registered_at
FROM unnest($1, $2, $3, $5) AS given (participant_id, user_key, code, registered_at)
ON CONFLICT DO NOTHING
RETURNING participant_id
