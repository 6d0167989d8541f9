-- A rehearsal in mock mode, undone at the end: a referral earns its line, and then every way to money is tried.
-- Fed to psql's standard input, which goes on after an error.
BEGIN;
SELECT referrals.register('rehearsal-1', wanted_code => 'REHEARSAL') AS code \gset
SELECT referrals.register('rehearsal-2', referred_by => :'code');
SELECT count(*) AS drafted FROM referrals.draft_payouts('infinity') \gset
\echo drafted: :drafted
SELECT commission_id AS line, mode FROM referrals.commission \gset
INSERT INTO referrals.payout (payee_id, currency, amount)
SELECT referrer_id, currency, amount FROM referrals.commission
RETURNING payout_id AS payout \gset
INSERT INTO referrals.payout_line (payout_id, commission_id) VALUES (:payout, :line);
ROLLBACK;
SELECT referrals.go_live();
