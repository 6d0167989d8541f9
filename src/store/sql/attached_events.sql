-- Triggers of sources of events, by name of table and kind: whether each fires, at an INSERT (the bit 4 of its type) or
-- an UPDATE (16), and what it was given.
SELECT
  attached.tgrelid, attached.tgname::text, attached.tgenabled NOT IN ('D', 'R'), attached.tgtype & 4 <> 0,
  attached.tgtype & 16 <> 0, source.kind, source.key, source.referee, source.amount, source.currency,
  source.occurred_at, source.accrue_when, source.reverse_when
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL referrals._event_source(attached.tgargs) AS source
WHERE attached.tgfoid = 'referrals._on_event'::regproc AND NOT attached.tgisinternal
ORDER BY attached.tgrelid::regclass::text COLLATE "C", source.kind COLLATE "C", attached.tgname
