-- What became of the events of one kind, by key. While the mode is mock, what became of them in live mode will do.
SELECT outcome.event_key, outcome.became
FROM (
  SELECT line.event_key, CASE
    WHEN line.mode <> $1 THEN 'settled'
    WHEN EXISTS (
      SELECT FROM referrals.reversal AS edge
      WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode AND edge.in_full
    ) THEN 'settled'
    ELSE 'open'
  END AS became
  FROM referrals.commission AS line
  WHERE line.event_kind = $2 AND line.kind = 'accrual' AND (line.mode = $1 OR $1 = 'mock')
  UNION ALL
  SELECT waiting.event_key, CASE WHEN waiting.mode = $1 THEN 'open' ELSE 'settled' END
  FROM referrals.queue AS waiting
  WHERE waiting.event_kind = $2 AND (waiting.mode = $1 OR $1 = 'mock')
  UNION ALL
  SELECT noted.detail ->> 'event_key', CASE noted.action WHEN 'refused' THEN 'settled' ELSE 'skipped' END
  FROM referrals.audit_log AS noted
  WHERE noted.action IN ('refused', 'skipped') AND noted.detail ->> 'event_kind' = $2
    AND noted.detail ->> 'event_key' IS NOT NULL AND (noted.mode = $1 OR $1 = 'mock' OR noted.mode IS NULL)
) AS outcome
ORDER BY outcome.event_key COLLATE "C"
