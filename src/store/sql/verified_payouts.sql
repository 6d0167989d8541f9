-- Payouts beside what their lines add up to, and the last that was recorded of each.
SELECT
  payout.payout_id, payout.amount::text, coalesce(lines.amount, 0)::text, payout.state, recorded.action,
  coalesce(lines.are_theirs, true), coalesce(lines.are_held, true)
FROM referrals.payout AS payout
LEFT JOIN LATERAL (
  SELECT
    sum(line.amount) AS amount,
    bool_and(line.currency = payout.currency AND line.mode = 'live'
      AND payout.payee_id = CASE line.side WHEN 'referrer' THEN line.referrer_id ELSE line.referee_id END) AS are_theirs,
    bool_and(held.released = (payout.state IN ('failed', 'cancelled'))) AS are_held
  FROM referrals.payout_line AS held
  LEFT JOIN referrals.commission AS line ON line.commission_id = held.commission_id AND line.mode = held.mode
  WHERE held.payout_id = payout.payout_id
) AS lines ON true
LEFT JOIN (
  SELECT DISTINCT ON (audit.detail ->> 'payout') audit.detail ->> 'payout' AS payout, audit.action
  FROM referrals.audit_log AS audit
  WHERE audit.action LIKE 'payout\_%'
  ORDER BY audit.detail ->> 'payout', audit.audit_id DESC
) AS recorded ON recorded.payout = payout.payout_id::text
ORDER BY payout.payout_id
