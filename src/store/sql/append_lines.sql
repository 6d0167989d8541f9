-- Lines under the ids of their audit rows, but for events that have their line already.
INSERT INTO referrals.commission (
  commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
  volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason
)
SELECT *
FROM unnest(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
)
ON CONFLICT (mode, event_kind, event_key, side) WHERE kind = 'accrual' DO NOTHING
