SELECT 'participants', count(*) FROM referrals.participant
UNION ALL
SELECT 'ties', count(*) FROM referrals.attribution
UNION ALL
SELECT 'accruals', count(*) FROM referrals.commission WHERE kind = 'accrual'
UNION ALL
SELECT 'reversals', count(*) FROM referrals.commission WHERE kind = 'reversal'
UNION ALL
SELECT 'lines that are not live', count(*) FROM referrals.commission WHERE mode <> 'live'
UNION ALL
SELECT 'lines in the audit', count(*) FROM referrals.audit_log WHERE action IN ('accrual', 'reversal', 'adjustment')
UNION ALL
SELECT 'tier changes in the audit', count(*) FROM referrals.audit_log WHERE action = 'tier_changed'
UNION ALL
SELECT 'refused: no_referrer', count(*) FROM referrals.audit_log
WHERE action = 'refused' AND detail ->> 'reason' = 'no_referrer'
UNION ALL
SELECT 'other refusals, sign-ups skipped or untied', count(*) FROM referrals.audit_log
WHERE action IN ('skipped', 'untied', 'refused', 'code_refused', 'time_refused')
  AND detail ->> 'reason' IS DISTINCT FROM 'no_referrer'
UNION ALL
SELECT 'payouts', count(*) FROM referrals.payout
UNION ALL
SELECT 'lines in payouts', count(*) FROM referrals.payout_line
