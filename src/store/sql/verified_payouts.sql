-- Payouts beside what their lines add up to, and what the audit trail says of each; those of which only the trail knows too.
SELECT
  coalesce(payout.payout_id::text, drafted.payout, '?'), payout.amount::text, coalesce(lines.amount, 0)::text, payout.state, latest.action,
  coalesce(lines.are_theirs, true), coalesce(lines.are_held, true),
  payout.payee_id = drafted.participant_id AND coalesce(lines.count, 0)::text = drafted.lines
    AND payout.amount = CASE WHEN drafted.amount ~ '^[0-9]{1,30}([.][0-9]{1,9})? ' THEN split_part(drafted.amount, ' ', 1)::numeric END
    AND coalesce(payout.reference, payout.reason) IS NOT DISTINCT FROM latest.said
    AND payout.created_at = drafted.recorded_at
FROM referrals.payout AS payout
FULL JOIN (
  SELECT audit.detail ->> 'payout' AS payout, audit.participant_id, audit.recorded_at,
    audit.detail ->> 'lines' AS lines, audit.detail ->> 'amount' AS amount
  FROM referrals.audit_log AS audit
  WHERE audit.action = 'payout_drafted'
) AS drafted ON drafted.payout = payout.payout_id::text
LEFT JOIN (
  SELECT DISTINCT ON (audit.detail ->> 'payout') audit.detail ->> 'payout' AS payout, audit.action,
    coalesce(audit.detail ->> 'reference', audit.detail ->> 'reason') AS said
  FROM referrals.audit_log AS audit
  WHERE audit.action LIKE 'payout\_%'
  ORDER BY audit.detail ->> 'payout', audit.audit_id DESC
) AS latest ON latest.payout = coalesce(payout.payout_id::text, drafted.payout)
LEFT JOIN LATERAL (
  SELECT
    sum(line.amount) AS amount,
    count(*) AS count,
    bool_and(line.currency = payout.currency AND line.mode = 'live'
      AND payout.payee_id = CASE line.side WHEN 'referrer' THEN line.referrer_id ELSE line.referee_id END) AS are_theirs,
    bool_and(held.released = (payout.state IN ('failed', 'cancelled'))) AS are_held
  FROM referrals.payout_line AS held
  LEFT JOIN referrals.commission AS line ON line.commission_id = held.commission_id AND line.mode = held.mode
  WHERE held.payout_id = payout.payout_id
) AS lines ON true
ORDER BY payout.payout_id, drafted.payout
