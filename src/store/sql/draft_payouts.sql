-- A payout for everybody whose due lines add up to enough, each currency by itself, with its lines. The caller keeps
-- other drafts out.
WITH due AS MATERIALIZED (
  SELECT
    CASE line.side WHEN 'referrer' THEN line.referrer_id ELSE line.referee_id END AS payee_id,
    line.currency, line.commission_id, line.amount
  FROM referrals.commission AS line
  WHERE line.mode = 'live' AND line.payable_at <= $1 AND ($3::integer IS NULL OR line.program_id = $3)
    AND NOT EXISTS (
      SELECT FROM referrals.payout_line AS held
      WHERE held.commission_id = line.commission_id AND NOT held.released
    )
), net AS (
  SELECT payee_id, currency, sum(amount) AS amount
  FROM due
  GROUP BY payee_id, currency
  HAVING sum(amount) > 0 AND sum(amount) >= $2
), drafted AS (
  INSERT INTO referrals.payout (payee_id, currency, amount)
  SELECT payee_id, currency, amount FROM net ORDER BY payee_id, currency
  RETURNING payout_id, payee_id, currency, amount
), held AS (
  INSERT INTO referrals.payout_line (payout_id, commission_id)
  SELECT drafted.payout_id, due.commission_id
  FROM drafted JOIN due USING (payee_id, currency)
  ORDER BY due.commission_id
  -- Under a fixed snapshot a line may be held unseen: then this fails as a serialization failure, and can be tried again.
  ON CONFLICT (commission_id) WHERE NOT released DO NOTHING
  RETURNING payout_id
)
SELECT drafted.payout_id, drafted.payee_id, drafted.currency, drafted.amount, count(*)
FROM drafted JOIN held USING (payout_id)
GROUP BY drafted.payout_id, drafted.payee_id, drafted.currency, drafted.amount
ORDER BY drafted.payout_id
