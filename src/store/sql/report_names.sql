-- How people are called.
SELECT person.participant_id, person.user_key, person.code, program.name
FROM referrals.participant AS person
JOIN referrals.program ON program.program_id = person.program_id
WHERE person.participant_id = ANY ($1)
