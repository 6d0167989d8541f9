-- Every value of every row that the refunds of payments :first to :last write, ready to be inserted.
DROP TABLE IF EXISTS given;
CREATE UNLOGGED TABLE given AS
SELECT audit.last_value + row_number() OVER (ORDER BY line.commission_id) AS audit_id, payment.id AS payment_id, line.*
FROM payments AS payment
JOIN referrals.commission AS line ON line.event_key = payment.id::text AND line.event_kind = 'payment'
  AND line.mode = 'mock' AND line.side = 'referrer' AND line.kind = 'accrual',
  referrals.audit_log_audit_id_seq AS audit
WHERE payment.id BETWEEN :first AND :last
ORDER BY line.commission_id;
ANALYZE given;
