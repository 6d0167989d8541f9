-- The ledger and the audit trail, for people. Each row says its mode; money has the decimals of its currency.

CREATE VIEW referrals._line AS
SELECT
  line.*,
  CASE line.side WHEN 'referrer' THEN line.referrer_id ELSE line.referee_id END AS payee_id,
  settled.settlement,
  CASE WHEN settled.is_held OR NOT origin.is_reversed THEN settled.settlement ELSE 'reversed' END AS status
FROM referrals.commission AS line
LEFT JOIN LATERAL (
  SELECT payout.state
  FROM referrals.payout_line
  JOIN referrals.payout USING (payout_id)
  WHERE payout_line.commission_id = line.commission_id AND NOT payout_line.released
) AS held ON line.mode = 'live'
CROSS JOIN LATERAL (
  SELECT
    held.state IS NOT NULL AS is_held,
    CASE
      WHEN held.state = 'paid' THEN 'paid'
      WHEN held.state IS NOT NULL THEN 'in_payout'
      WHEN line.payable_at > now() THEN 'on_hold'
      ELSE 'payable'
    END AS settlement
) AS settled
CROSS JOIN LATERAL (
  -- Whether nothing is left of the accrual that this line is, or corrects, and nothing of it was paid.
  SELECT EXISTS (
    SELECT FROM referrals.reversal AS edge
    WHERE edge.commission_id = accrual.id AND edge.mode = line.mode AND edge.in_full
  ) AND NOT EXISTS (
    SELECT FROM referrals.payout_line AS paid WHERE paid.commission_id = accrual.id AND NOT paid.released
  ) AS is_reversed
  FROM (
    SELECT CASE line.kind WHEN 'accrual' THEN line.commission_id ELSE (
      SELECT edge.commission_id FROM referrals.reversal AS edge
      WHERE edge.correction_id = line.commission_id AND edge.mode = line.mode
    ) END AS id
  ) AS accrual
) AS origin;
COMMENT ON VIEW referrals._line IS 'For the other views: ledger lines, whom each is for, and what becomes of its money. A line that is reversed before it is paid keeps its hold, as its reversal does, so that the two net.';
DO $$
DECLARE
  described record;
BEGIN
  -- The columns are those of the ledger, and so are their descriptions.
  FOR described IN
    SELECT attname, coalesce(pg_catalog.col_description('referrals.commission'::regclass, attnum), CASE attname
      WHEN 'payee_id' THEN 'Whom the line is for.'
      WHEN 'settlement' THEN 'on_hold, payable, in_payout or paid.'
      ELSE 'on_hold, payable, in_payout, paid, or reversed: nothing is left of the accrual, and none of it was paid.' END) AS text
    FROM pg_catalog.pg_attribute
    WHERE attrelid = 'referrals._line'::regclass AND attnum > 0
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON COLUMN referrals._line.%I IS %L', described.attname, described.text);
  END LOOP;
END
$$;

CREATE VIEW referrals.commission_ledger AS
SELECT
  line.commission_id AS id,
  line.recorded_at,
  line.occurred_at,
  line.kind::text AS kind,
  program.name AS program,
  referrer.user_key AS referrer,
  referee.user_key AS referee,
  line.tier,
  line.basis::text AS basis,
  round(line.rate, CASE line.basis WHEN 'flat' THEN greatest(money.decimals, min_scale(line.rate)) ELSE min_scale(line.rate) END) AS rate,
  round(line.base_amount, greatest(money.decimals, min_scale(line.base_amount))) AS base_amount,
  round(line.amount, money.decimals) AS amount,
  line.currency,
  line.event_kind,
  CASE WHEN line.event_kind = 'signup' THEN referee.user_key ELSE line.event_key END AS event_key,
  line.payable_at,
  line.status,
  coalesce(line.reason, line.note) AS reason,
  line.mode::text AS mode,
  line.side::text AS side
FROM referrals._line AS line
JOIN referrals.program USING (program_id)
JOIN referrals.participant AS referrer ON referrer.participant_id = line.referrer_id
JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
CROSS JOIN LATERAL (SELECT referrals._decimals(line.program_id, line.plan_version) AS decimals) AS money;
COMMENT ON VIEW referrals.commission_ledger IS 'Every line of the ledger, in words. Append-only: a correction is another line. ORDER BY id for the order of arrival.';
COMMENT ON COLUMN referrals.commission_ledger.id IS 'The line''s id, which is also the id of its row in audit_trail.';
COMMENT ON COLUMN referrals.commission_ledger.recorded_at IS 'When the line was written (transaction time).';
COMMENT ON COLUMN referrals.commission_ledger.occurred_at IS 'When the event happened, as the application says.';
COMMENT ON COLUMN referrals.commission_ledger.kind IS 'accrual, reversal or adjustment.';
COMMENT ON COLUMN referrals.commission_ledger.program IS 'The program that rated the event.';
COMMENT ON COLUMN referrals.commission_ledger.referrer IS 'The user_key of the person whose code it was; NULL once erased.';
COMMENT ON COLUMN referrals.commission_ledger.referee IS 'The user_key of the person whose event it is; NULL once erased.';
COMMENT ON COLUMN referrals.commission_ledger.tier IS 'The tier whose rate was used; NULL below the first.';
COMMENT ON COLUMN referrals.commission_ledger.basis IS 'flat, percent, bands (a percentage for each slice of the amount: referrals.explain shows them), or none where no rate applied.';
COMMENT ON COLUMN referrals.commission_ledger.rate IS 'The flat amount in the currency, or the percentage; NULL for bands, and where no rate applied.';
COMMENT ON COLUMN referrals.commission_ledger.base_amount IS 'The event''s own amount in the currency, for a reversal what it takes out of it (negative); NULL for events without one, such as sign-ups.';
COMMENT ON COLUMN referrals.commission_ledger.amount IS 'What the line is worth, signed, in the currency.';
COMMENT ON COLUMN referrals.commission_ledger.currency IS 'ISO 4217 code, or the unit of a credits program.';
COMMENT ON COLUMN referrals.commission_ledger.event_kind IS 'What kind of event was rated, such as signup.';
COMMENT ON COLUMN referrals.commission_ledger.event_key IS 'Which event of that kind; for a signup the referee''s user_key.';
COMMENT ON COLUMN referrals.commission_ledger.payable_at IS 'End of the hold.';
COMMENT ON COLUMN referrals.commission_ledger.status IS 'on_hold; payable (the hold is over; a mock line is never paid all the same); in_payout; paid; reversed (nothing is left of the accrual, and none of it was paid).';
COMMENT ON COLUMN referrals.commission_ledger.reason IS 'Why a correction was made, or why the amount is less than a rate; NULL for an ordinary line.';
COMMENT ON COLUMN referrals.commission_ledger.mode IS 'mock or live.';
COMMENT ON COLUMN referrals.commission_ledger.side IS 'Whom the line is for: referrer or referee.';

CREATE VIEW referrals.audit_trail AS
SELECT
  audit.audit_id,
  audit.recorded_at,
  audit.actor,
  audit.application,
  audit.action,
  person.user_key AS participant,
  program.name AS program,
  CASE
    WHEN line.commission_id IS NULL THEN audit.detail
    ELSE jsonb_build_object(
      'amount', round(line.amount, referrals._decimals(line.program_id, line.plan_version)) || ' ' || line.currency,
      'tier', line.tier, 'referee', referee.user_key, 'plan_version', line.plan_version)
  END AS detail,
  audit.mode::text AS mode,
  audit.transaction_id
FROM referrals.audit_log AS audit
LEFT JOIN referrals.commission AS line ON line.commission_id = audit.audit_id
LEFT JOIN referrals.participant AS person ON person.participant_id = coalesce(audit.participant_id, line.referrer_id)
LEFT JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
LEFT JOIN referrals.program ON program.program_id = coalesce(audit.program_id, line.program_id);
COMMENT ON VIEW referrals.audit_trail IS 'Who did what, when. ORDER BY audit_id for the order of arrival; a line has the id of its audit row.';
COMMENT ON COLUMN referrals.audit_trail.audit_id IS 'Grows in order of arrival; a ledger line has the id of its audit row.';
COMMENT ON COLUMN referrals.audit_trail.recorded_at IS 'Transaction time of the recording.';
COMMENT ON COLUMN referrals.audit_trail.actor IS 'The session user.';
COMMENT ON COLUMN referrals.audit_trail.application IS 'The session''s application_name.';
COMMENT ON COLUMN referrals.audit_trail.action IS 'What happened, such as accrual, refused, untied, tier_changed, plan_defined.';
COMMENT ON COLUMN referrals.audit_trail.participant IS 'The user_key of the person it is about, for a line the referrer; NULL if about nobody, or once erased.';
COMMENT ON COLUMN referrals.audit_trail.program IS 'The program it is about; NULL if about none.';
COMMENT ON COLUMN referrals.audit_trail.detail IS 'Figures and reasons, as JSON; for a line the gist of it.';
COMMENT ON COLUMN referrals.audit_trail.mode IS 'mock or live for what concerns money; NULL for facts that hold in both.';
COMMENT ON COLUMN referrals.audit_trail.transaction_id IS 'The recording transaction, in the cluster that recorded it.';
