-- Payouts, for people.

CREATE VIEW referrals.payouts AS
SELECT
  payout.payout_id AS id,
  payee.user_key AS payee,
  round(payout.amount, money.decimals) AS amount,
  payout.currency,
  payout.state,
  money.lines,
  payout.reference,
  payout.reason,
  payout.created_at
FROM referrals.payout
JOIN referrals.participant AS payee ON payee.participant_id = payout.payee_id
CROSS JOIN LATERAL (
  SELECT count(*) AS lines, max(referrals._decimals(line.program_id, line.plan_version)) AS decimals
  FROM referrals.payout_line AS held
  JOIN referrals.commission AS line ON line.commission_id = held.commission_id AND line.mode = held.mode
  WHERE held.payout_id = payout.payout_id
) AS money;
COMMENT ON VIEW referrals.payouts IS 'Payouts and where each stands. Every change of state is in audit_trail.';
COMMENT ON COLUMN referrals.payouts.id IS 'The payout''s id.';
COMMENT ON COLUMN referrals.payouts.payee IS 'The user_key of who is to be paid; NULL once erased.';
COMMENT ON COLUMN referrals.payouts.amount IS 'The sum of its lines, in the currency.';
COMMENT ON COLUMN referrals.payouts.currency IS 'Currency of the amount.';
COMMENT ON COLUMN referrals.payouts.state IS 'draft, approved, paid, failed or cancelled.';
COMMENT ON COLUMN referrals.payouts.lines IS 'How many ledger lines it pays, or would have paid.';
COMMENT ON COLUMN referrals.payouts.reference IS 'The bank''s reference once paid; NULL else.';
COMMENT ON COLUMN referrals.payouts.reason IS 'Why it failed; NULL else.';
COMMENT ON COLUMN referrals.payouts.created_at IS 'When it was drafted (transaction time).';
