SELECT 'participants', count(*) FROM referrals.participant
UNION ALL
SELECT 'ties', count(*) FROM referrals.attribution
UNION ALL
SELECT 'lines', count(*) FROM referrals.commission
UNION ALL
SELECT 'lines that are not mock', count(*) FROM referrals.commission WHERE mode <> 'mock'
UNION ALL
SELECT 'lines in the audit', count(*) FROM referrals.audit_log WHERE action = 'accrual'
UNION ALL
SELECT 'tier changes in the audit', count(*) FROM referrals.audit_log WHERE action = 'tier_changed'
UNION ALL
SELECT 'sign-ups skipped, untied or refused', count(*) FROM referrals.audit_log
WHERE action IN ('skipped', 'untied', 'refused', 'code_refused', 'time_refused')
UNION ALL
SELECT 'lines in payouts', count(*) FROM referrals.payout_line
