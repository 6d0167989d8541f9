-- Ids may have gaps where something was tried twice, so that a line is named by its place.
WITH numbered AS (
  SELECT row_number() OVER (ORDER BY commission_id) AS place, line.*, referrer.user_key AS referrer,
    referee.user_key AS referee,
    dense_rank() OVER (ORDER BY line.occurred_at) AS occurred, dense_rank() OVER (ORDER BY line.recorded_at) AS recorded
  FROM referrals.commission AS line
  JOIN referrals.participant AS referrer ON referrer.participant_id = line.referrer_id
  JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
)
SELECT line.place, line.mode, line.kind, line.side, line.program_id, line.plan_version, line.referrer, line.referee,
  line.event_kind, CASE line.event_kind WHEN 'signup' THEN 'of ' || signed_up.user_key ELSE line.event_key END,
  line.volume_before, line.tier, line.basis, line.rate, line.base_amount, line.amount, line.currency, line.occurred,
  line.recorded, line.payable_at - line.occurred_at, line.note, line.reason, corrected.place, edge.refunded,
  edge.in_full
FROM numbered AS line
LEFT JOIN referrals.reversal AS edge ON edge.correction_id = line.commission_id AND edge.mode = line.mode
LEFT JOIN numbered AS corrected ON corrected.commission_id = edge.commission_id AND corrected.mode = edge.mode
LEFT JOIN referrals.participant AS signed_up ON line.event_kind = 'signup'
  AND signed_up.participant_id::text = line.event_key
ORDER BY line.place;
