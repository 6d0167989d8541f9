-- Audit rows in their order, and under the ids of some of them the lines that they record. A line names its record
-- by place, counted from 1.
WITH record AS MATERIALIZED (
  SELECT nextval('referrals.audit_log_audit_id_seq') AS id, given.*
  FROM (
    SELECT *
    FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS given (action, mode, participant_id, program_id, detail, place)
    ORDER BY place
  ) AS given
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
  SELECT id, action, mode, participant_id, program_id, detail::jsonb FROM record ORDER BY id
)
INSERT INTO referrals.commission (
  commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
  volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at, note
)
SELECT
  record.id, line.mode, line.kind, line.side, line.program_id, line.plan_version, line.referrer_id, line.referee_id,
  line.event_kind, line.event_key, line.volume_before, line.tier, line.basis, line.rate, line.amount, line.currency,
  line.occurred_at, line.payable_at, line.note
FROM record
JOIN unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
  AS line (place, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
           volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at, note)
  USING (place)
ORDER BY record.id
