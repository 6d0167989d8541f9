INSERT INTO referrals.queue (
  mode, program_id, paused, referrer_id, referee_id, event_kind, event_key, amount, currency, occurred_at
)
SELECT $1, program_id, paused, referrer_id, referee_id, event_kind, event_key, amount, currency, occurred_at
FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY AS given (
  program_id, paused, referrer_id, referee_id, event_kind, event_key, amount, currency, occurred_at, place
)
ORDER BY place
