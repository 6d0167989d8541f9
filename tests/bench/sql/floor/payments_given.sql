-- Every value of every row that the payments write, ready to be inserted.
DROP TABLE IF EXISTS given;
CREATE UNLOGGED TABLE given AS
SELECT payments.last_value + n AS id, user_id, amount, audit.last_value + n AS audit_id, tie.referrer_id,
  (payments.last_value + n)::text AS event_key, 10::numeric AS volume_before
FROM purchases
JOIN referrals.attribution AS tie ON tie.referee_id = user_id,
  payments_id_seq AS payments, referrals.audit_log_audit_id_seq AS audit
ORDER BY n;
ANALYZE given;
