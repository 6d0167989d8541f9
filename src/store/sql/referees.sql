-- People as referees, with the tie of those who have one.
SELECT person.user_key, person.participant_id, tie.referrer_id, tie.attributed_at, tie.mode
FROM referrals.participant AS person
LEFT JOIN referrals.attribution AS tie ON tie.referee_id = person.participant_id
