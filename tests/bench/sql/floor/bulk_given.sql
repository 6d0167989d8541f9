-- Every value of every row that :rows sign-ups write, ready to be inserted.
DROP TABLE IF EXISTS given;
CREATE UNLOGGED TABLE given AS
SELECT
  people.last_value + n AS id, name, referred_by,
  participants.last_value + n AS participant_id, (people.last_value + n)::text AS user_key,
  lpad(to_hex(((participants.last_value + n) * 2654435761) & 4294967295), 8, '0') AS code,
  referrer.participant_id AS referrer_id, audit.last_value + n AS audit_id,
  (participants.last_value + n)::text AS event_key,
  standing.volume + row_number() OVER (PARTITION BY referrer.participant_id ORDER BY n) - 1 AS volume_before
FROM arrivals
JOIN referrals.participant AS referrer ON referrer.code = referred_by
JOIN referrals.standing AS standing ON standing.participant_id = referrer.participant_id,
  users_id_seq AS people, referrals.participant_participant_id_seq AS participants,
  referrals.audit_log_audit_id_seq AS audit
WHERE n <= :rows
ORDER BY n;
ANALYZE given;
