-- Everybody who earned or brought somebody: a row a person, mode and currency, the currency NULL for those who earned
-- nothing. Welcome rewards count to whom they are for.
WITH money AS (
  SELECT line.mode, line.payee_id AS participant_id, line.currency,
    coalesce(sum(line.amount) FILTER (WHERE line.kind <> 'reversal'), 0) AS accrued,
    coalesce(-sum(line.amount) FILTER (WHERE line.kind = 'reversal'), 0) AS reversed,
    coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'on_hold'), 0) AS on_hold,
    coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'payable'), 0) AS payable,
    coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'in_payout'), 0) AS in_payout,
    coalesce(sum(line.amount) FILTER (WHERE line.settlement = 'paid'), 0) AS paid
  FROM referrals._line AS line
  WHERE ($1 IS NULL OR line.program_id = $1) AND line.occurred_at >= $2 AND line.occurred_at < $3
  GROUP BY line.mode, line.payee_id, line.currency
), ties AS (
  SELECT tie.mode, tie.referrer_id AS participant_id, count(*) AS referrals, max(tie.attributed_at) AS last_referral_at
  FROM referrals.attribution AS tie
  JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id
  WHERE ($1 IS NULL OR referrer.program_id = $1) AND tie.attributed_at >= $2 AND tie.attributed_at < $3
  GROUP BY tie.mode, tie.referrer_id
)
SELECT coalesce(money.mode, ties.mode), person.participant_id, person.program_id, money.currency,
  coalesce(ties.referrals, 0), ties.last_referral_at,
  coalesce(money.accrued, 0), coalesce(money.reversed, 0), coalesce(money.on_hold, 0), coalesce(money.payable, 0),
  coalesce(money.in_payout, 0), coalesce(money.paid, 0)
FROM money
FULL JOIN ties ON ties.mode = money.mode AND ties.participant_id = money.participant_id
JOIN referrals.participant AS person ON person.participant_id = coalesce(money.participant_id, ties.participant_id)
