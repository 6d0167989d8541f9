-- Which tables sign users up.

CREATE VIEW referrals.attachments AS
SELECT
  attached.tgrelid::regclass AS users,
  attachment.key,
  attachment.referred_by,
  attachment.program,
  attachment.code,
  attachment.label,
  attachment.registered_at,
  attachment.key_prefix,
  attached.tgenabled NOT IN ('D', 'R') AS enabled
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL referrals._attachment(attached.tgargs) AS attachment
WHERE attached.tgfoid = 'referrals._on_sign_up'::regproc AND NOT attached.tgisinternal;
COMMENT ON VIEW referrals.attachments IS 'Which tables sign users up, and how; read from pg_trigger, so it cannot drift.';
COMMENT ON COLUMN referrals.attachments.users IS 'The attached table.';
COMMENT ON COLUMN referrals.attachments.key IS 'The column that identifies a user.';
COMMENT ON COLUMN referrals.attachments.referred_by IS 'The column with the code that a user signed up with; NULL for none.';
COMMENT ON COLUMN referrals.attachments.program IS 'The program that users join as referrers.';
COMMENT ON COLUMN referrals.attachments.code IS 'The column with the code that a user wants; NULL for none.';
COMMENT ON COLUMN referrals.attachments.label IS 'The column that codes are made from; NULL for none.';
COMMENT ON COLUMN referrals.attachments.registered_at IS 'The column with the time of the sign-up; NULL for none.';
COMMENT ON COLUMN referrals.attachments.key_prefix IS 'What is put before the keys.';
COMMENT ON COLUMN referrals.attachments.enabled IS 'Whether the trigger fires.';
