-- People by their keys, times not at all; the row of a line with the place of the line.
WITH line AS (
  SELECT commission_id, row_number() OVER (ORDER BY commission_id) AS place FROM referrals.commission
), person AS (
  SELECT participant_id, participant_id::text AS number, user_key FROM referrals.participant
)
SELECT audit.action, audit.mode, about.user_key, audit.program_id, line.place,
  dense_rank() OVER (ORDER BY audit.recorded_at),
  regexp_replace((audit.detail
    || CASE WHEN signed_up.user_key IS NOT NULL THEN jsonb_build_object('event_key', 'of ' || signed_up.user_key)
      ELSE '{}' END
    || CASE WHEN audit.detail ? 'sent' THEN jsonb_build_object(
      'recorded', (audit.detail -> 'recorded') || jsonb_build_object('referee', recorded.user_key),
      'sent', (audit.detail -> 'sent') || jsonb_build_object('referee', sent.user_key)) ELSE '{}' END
  )::text, '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z', '(time)', 'g')
FROM referrals.audit_log AS audit
LEFT JOIN person AS about ON about.participant_id = audit.participant_id
LEFT JOIN line ON line.commission_id = audit.audit_id
LEFT JOIN person AS signed_up ON audit.detail ->> 'event_kind' = 'signup'
  AND signed_up.number = audit.detail ->> 'event_key'
LEFT JOIN person AS recorded ON recorded.number = audit.detail #>> '{recorded,referee}'
LEFT JOIN person AS sent ON sent.number = audit.detail #>> '{sent,referee}'
WHERE audit.action NOT IN ('attached', 'detached', 'events_attached')
ORDER BY audit.audit_id;
