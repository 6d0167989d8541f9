) AS known (
  id, mode, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key, volume_before, tier, basis, rate,
  base_amount, amount, currency, occurred_at, payable_at, note, c_id, c_kind, c_amount, c_base_amount, c_tier, c_refunded,
  c_in_full, c_reason
)
CROSS JOIN LATERAL (
  SELECT line.recorded_at FROM referrals.commission AS line WHERE line.commission_id = known.id AND line.mode = known.mode OFFSET 0
) AS known_line
LEFT JOIN LATERAL (
  SELECT audit.action, audit.mode, audit.recorded_at FROM referrals.audit_log AS audit WHERE audit.audit_id = known.id OFFSET 0
) AS audit ON true
LEFT JOIN LATERAL (
  SELECT tie.referrer_id, tie.attributed_at, tie.mode FROM referrals.attribution AS tie WHERE tie.referee_id = known.referee_id OFFSET 0
) AS tie ON true
WHERE 'NaN' NOT IN (known.volume_before, coalesce(known.rate, 0), coalesce(known.base_amount, 0), known.amount,
  coalesce(known.c_amount, 0), coalesce(known.c_base_amount, 0), coalesce(known.c_refunded, 0))
