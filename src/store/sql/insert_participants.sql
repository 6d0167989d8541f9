-- Ids in the order of the rows; the rows themselves in the order of the codes that are asked for, so that two statements
-- that ask for the same ones do not wait for each other crosswise.
WITH person AS MATERIALIZED (
  SELECT nextval('referrals.participant_participant_id_seq') AS id, given.*
  FROM (
    SELECT * FROM unnest($1, $2, $4, $5) WITH ORDINALITY AS given (user_key, code, registered_at, is_wanted, place)
    ORDER BY place
  ) AS given
)
INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
SELECT id, user_key, code, $3, registered_at
FROM person
ORDER BY CASE WHEN is_wanted THEN code ELSE '' END COLLATE "C", id
ON CONFLICT DO NOTHING
RETURNING participant_id, user_key
