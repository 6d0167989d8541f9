-- Audit rows in their order, under the ids of some of them the lines that they record, and the edges from corrections
-- to what they correct. A line names its record by place, counted from 1. Gives the number of lines written: fewer than
-- were given if an event among them has its line already.
WITH record AS MATERIALIZED (
  SELECT nextval('referrals.audit_log_audit_id_seq') AS id, given.*
  FROM (
    SELECT *
    FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS given (action, mode, participant_id, program_id, detail, place)
    ORDER BY place
  ) AS given
), line AS MATERIALIZED (
  SELECT record.id, given.*
  FROM record
  JOIN unnest(
    $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29
  ) AS given (
    place, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason,
    corrects, refunded, in_full
  ) USING (place)
), audit AS (
  INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
  SELECT id, action, mode, participant_id, program_id, detail::jsonb FROM record ORDER BY id
), edge AS (
  INSERT INTO referrals.reversal (correction_id, commission_id, mode, refunded, in_full)
  SELECT id, corrects, mode, refunded, in_full FROM line WHERE corrects IS NOT NULL ORDER BY id
), written AS (
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason
  )
  SELECT
    id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note, reason
  FROM line
  -- In the order of the keys, so that two statements with the same events do not wait for each other crosswise.
  ORDER BY event_key COLLATE "C", id
  ON CONFLICT (mode, event_kind, event_key, side) WHERE kind = 'accrual' DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM written
