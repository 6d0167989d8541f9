)
-- Events that wait, oldest first, each with the time of its referee's tie.
SELECT
  waiting.queue_id, waiting.program_id, waiting.paused, waiting.referrer_id, waiting.referee_id, waiting.event_kind,
  waiting.event_key, waiting.amount, waiting.currency, waiting.occurred_at, tie.attributed_at, waiting.queued_at
FROM waiting
CROSS JOIN LATERAL (
  SELECT tie.attributed_at FROM referrals.attribution AS tie WHERE tie.referee_id = waiting.referee_id OFFSET 0
) AS tie
ORDER BY waiting.queue_id
