SELECT expected.relation
FROM (VALUES
  ('commission', '_append_only'), ('reversal', '_append_only'), ('audit_log', '_append_only'),
  ('attribution', '_append_only'), ('plan', '_append_only'), ('participant', '_append_only'), ('payout', '_append_only'),
  ('payout_line', '_append_only'), ('queue', '_append_only'), ('epoch', '_append_only'), ('block', '_append_only'),
  ('erased', '_append_only'),
  ('program', '_forget_cached'), ('plan', '_forget_cached'), ('environment', '_forget_cached'), ('epoch', '_forget_cached'),
  ('erased', '_forget_cached')
) AS expected (relation, function)
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_trigger AS present
  WHERE present.tgrelid = pg_catalog.to_regclass('referrals.' || expected.relation)
    AND present.tgfoid = pg_catalog.to_regproc('referrals.' || expected.function)
    AND present.tgenabled = 'A'
)
ORDER BY 1
