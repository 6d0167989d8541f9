WITH person AS (
  INSERT INTO users (name) VALUES ('Somebody') RETURNING id
)
INSERT INTO referrals.participant (user_key, code, program_id, registered_at)
SELECT id::text, lpad(to_hex((id * 2654435761) & 4294967295), 8, '0'), 1, now() FROM person;
