-- Lines, what waits, and what was refused. The key of a sign-up is a number of ours.
SELECT (
  SELECT count(*) FROM referrals.commission AS line
  WHERE line.event_key = $1 AND line.kind = 'accrual' AND line.event_kind <> 'signup' AND line.referee_id = $2
) + (
  SELECT count(*) FROM referrals.queue AS waiting
  WHERE waiting.event_key = $1 AND waiting.event_kind <> 'signup' AND waiting.referee_id = $2
) + (
  SELECT count(*) FROM referrals.audit_log AS audit
  WHERE audit.participant_id = $2 AND audit.detail ->> 'event_key' = $1 AND audit.detail ->> 'event_kind' <> 'signup'
)
