-- The words that columns of the record may hold. Domains, not CHECK constraints of each table: a session reads a domain's
-- rule once, a table's at every statement, which would be a tenth of a single sign-up.

CREATE DOMAIN referrals._mode AS text CHECK (VALUE IN ('mock', 'live'));
COMMENT ON DOMAIN referrals._mode IS 'Practice or real money: mock or live.';

CREATE DOMAIN referrals._kind AS text CHECK (VALUE IN ('accrual', 'reversal', 'adjustment'));
COMMENT ON DOMAIN referrals._kind IS 'What a line of the ledger is: accrual, reversal or adjustment.';

CREATE DOMAIN referrals._side AS text CHECK (VALUE IN ('referrer', 'referee'));
COMMENT ON DOMAIN referrals._side IS 'Whom a line is for: the referrer, or the referee.';

CREATE DOMAIN referrals._basis AS text CHECK (VALUE IN ('flat', 'percent', 'bands', 'none'));
COMMENT ON DOMAIN referrals._basis IS 'What a line is reckoned from: flat, percent, bands or none.';
