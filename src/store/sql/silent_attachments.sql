SELECT attached.users::text
FROM referrals.attachments AS attached
WHERE NOT attached.enabled OR EXISTS (
  SELECT FROM unnest(ARRAY[attached.key, attached.referred_by, attached.code, attached.label, attached.registered_at])
    AS named (name)
  WHERE named.name IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_attribute AS present
    WHERE present.attrelid = attached.users AND present.attname = named.name
      AND NOT present.attisdropped AND present.attgenerated <> 'v'
  )
)
ORDER BY 1
