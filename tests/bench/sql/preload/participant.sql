INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
SELECT id, id::text, code_of_person(id), 1, :'began'::timestamptz + id * interval '1 microsecond'
FROM (SELECT generate_series(1, :people::bigint) AS id) AS person;
