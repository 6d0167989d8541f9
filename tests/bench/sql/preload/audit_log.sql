-- The id of a line is that of its audit row. The first few are those of the plan and the like.
INSERT INTO referrals.audit_log (audit_id, recorded_at, action, mode)
SELECT 1000 + id, :'began'::timestamptz + id * interval '1 microsecond', 'accrual', 'mock'
FROM (SELECT generate_series(1, :people::bigint) AS id) AS person;
