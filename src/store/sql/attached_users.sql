-- Tables of users, by name, each with its trigger and what that was given.
SELECT
  attached.tgrelid, attached.tgname::text, attached.tgenabled NOT IN ('D', 'R'), users.key, users.key_prefix,
  users.program, users.referred_by, users.code, users.label, users.registered_at
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL referrals._attachment(attached.tgargs) AS users
WHERE attached.tgfoid = 'referrals._on_sign_up'::regproc AND NOT attached.tgisinternal
ORDER BY attached.tgrelid::regclass::text COLLATE "C", attached.tgname
