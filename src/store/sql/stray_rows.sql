-- Rows of the record without those that must be beside them, each with what is the matter. Foreign keys vouch for most of
-- it, until somebody turns them off.
SELECT 'line ' || line.commission_id || ' has no audit row'
FROM referrals.commission AS line
LEFT JOIN referrals.audit_log AS audit ON audit.audit_id = line.commission_id
WHERE audit.audit_id IS NULL
UNION ALL
SELECT 'audit row ' || audit.audit_id || ' records ' || audit.action || ' of a line that is not there'
FROM referrals.audit_log AS audit
LEFT JOIN referrals.commission AS line ON line.commission_id = audit.audit_id AND line.mode = audit.mode
WHERE audit.action IN ('accrual', 'reversal', 'adjustment') AND line.commission_id IS NULL
UNION ALL
SELECT 'line ' || line.commission_id || ' is recorded as ' || audit.action || coalesce(' in ' || audit.mode, '')
  || ' and is ' || line.kind || ' in ' || line.mode
FROM referrals.commission AS line
JOIN referrals.audit_log AS audit ON audit.audit_id = line.commission_id
WHERE (audit.action, audit.mode) IS DISTINCT FROM (line.kind, line.mode)
UNION ALL
SELECT line.kind || ' ' || line.commission_id || ' corrects no line'
FROM referrals.commission AS line
LEFT JOIN referrals.reversal AS edge ON edge.correction_id = line.commission_id AND edge.mode = line.mode
WHERE line.kind <> 'accrual' AND edge.correction_id IS NULL
UNION ALL
SELECT 'line ' || edge.correction_id || ' corrects line ' || edge.commission_id || ', and one of them is not there or of another kind'
FROM referrals.reversal AS edge
LEFT JOIN referrals.commission AS made ON made.commission_id = edge.correction_id AND made.mode = edge.mode
LEFT JOIN referrals.commission AS line ON line.commission_id = edge.commission_id AND line.mode = edge.mode
WHERE (made.kind <> 'accrual' AND line.kind = 'accrual') IS NOT TRUE
UNION ALL
SELECT 'line ' || line.commission_id || ' has a figure that is not a number'
FROM referrals.commission AS line
WHERE 'NaN' IN (line.volume_before, coalesce(line.rate, 0), coalesce(line.base_amount, 0), line.amount)
UNION ALL
SELECT 'line ' || line.commission_id || ' is rated by version ' || line.plan_version || ' of program ' || line.program_id || ', which is not there'
FROM referrals.commission AS line
LEFT JOIN referrals.plan AS plan ON plan.program_id = line.program_id AND plan.version = line.plan_version
WHERE plan.version IS NULL
UNION ALL
SELECT 'a standing of participant ' || tie.referrer_id || ' in ' || tie.mode || ' is not there, and there are ties'
FROM (SELECT DISTINCT referrer_id, mode FROM referrals.attribution) AS tie
LEFT JOIN referrals.standing AS standing ON standing.participant_id = tie.referrer_id AND standing.mode = tie.mode
WHERE standing.participant_id IS NULL
UNION ALL
SELECT 'version ' || plan.version || ' of program ' || plan.program_id || ' is recorded ' || count(audit.audit_id) || ' times'
FROM referrals.plan AS plan
LEFT JOIN referrals.audit_log AS audit ON audit.action = 'plan_defined' AND audit.program_id = plan.program_id
  AND audit.detail ->> 'version' = plan.version::text
GROUP BY plan.program_id, plan.version
HAVING count(audit.audit_id) <> 1
UNION ALL
SELECT 'participant ' || named.participant_id || ' is named in the record and is not there'
FROM (
  SELECT line.referrer_id FROM referrals.commission AS line
  UNION SELECT line.referee_id FROM referrals.commission AS line
  UNION SELECT tie.referrer_id FROM referrals.attribution AS tie
  UNION SELECT tie.referee_id FROM referrals.attribution AS tie
) AS named (participant_id)
LEFT JOIN referrals.participant AS person ON person.participant_id = named.participant_id
WHERE person.participant_id IS NULL
UNION ALL
SELECT 'participant ' || coalesce(person.participant_id, erased.participant_id, audit.participant_id)
  || ' is erased by one record and not by another'
FROM (SELECT participant_id FROM referrals.participant WHERE user_key IS NULL) AS person
FULL JOIN referrals.erased AS erased ON erased.participant_id = person.participant_id
FULL JOIN (SELECT participant_id FROM referrals.audit_log WHERE action = 'erased') AS audit
  ON audit.participant_id = coalesce(person.participant_id, erased.participant_id)
WHERE num_nulls(person.participant_id, erased.participant_id, audit.participant_id) > 0
UNION ALL
SELECT 'participant ' || person.participant_id || ' is in another program than the record says'
FROM referrals.participant AS person
JOIN (
  SELECT DISTINCT ON (participant_id) participant_id, program_id
  FROM referrals.audit_log WHERE action = 'enrolled' ORDER BY participant_id, audit_id DESC
) AS enrolled ON enrolled.participant_id = person.participant_id
WHERE enrolled.program_id <> person.program_id
UNION ALL
SELECT 'audit row ' || audit.audit_id || ' has an id or a transaction that was never given out'
FROM referrals.audit_log AS audit
WHERE audit.audit_id > pg_sequence_last_value('referrals.audit_log_audit_id_seq')
  OR audit.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
    AND audit.transaction_id IS DISTINCT FROM pg_current_xact_id_if_assigned() AND audit.audit_id >= (
    SELECT max(epoch.first_audit_id) FROM referrals.epoch AS epoch
    WHERE epoch.epoch = (SELECT max(latest.epoch) FROM referrals.epoch AS latest) AND epoch.system_identifier = $1
  )
UNION ALL
SELECT 'audit row ' || audit.audit_id || ' records ' || audit.action || ' in ' || coalesce(audit.mode, 'no mode') || ', which is never so'
FROM referrals.audit_log AS audit
WHERE audit.mode = 'mock' AND audit.action NOT IN ('accrual', 'reversal', 'adjustment', 'refused', 'tier_changed')
  OR audit.action LIKE 'payout\_%' AND audit.mode IS DISTINCT FROM 'live'
UNION ALL
SELECT 'audit row ' || step.audit_id || ' records ' || step.action || ' of a payout after ' || coalesce(step.before, 'nothing')
FROM (
  SELECT audit.audit_id, audit.action, lag(audit.action) OVER (PARTITION BY audit.detail ->> 'payout' ORDER BY audit.audit_id) AS before
  FROM referrals.audit_log AS audit
  WHERE audit.action LIKE 'payout\_%'
) AS step
WHERE coalesce(step.before, '') || '>' || step.action <> ALL ($2)
UNION ALL
SELECT 'event ' || line.event_kind || ' ' || line.event_key || ' has ' || count(*) || ' accruals in ' || line.mode || ' for the ' || line.side
FROM referrals.commission AS line
WHERE line.kind = 'accrual'
GROUP BY line.event_key, line.event_kind, line.mode, line.side
HAVING count(*) > 1
UNION ALL
SELECT 'line ' || held.commission_id || ' is in ' || count(*) || ' payouts'
FROM referrals.payout_line AS held
WHERE NOT held.released
GROUP BY held.commission_id
HAVING count(*) > 1
