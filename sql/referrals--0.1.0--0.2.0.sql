\echo Use "ALTER EXTENSION referrals UPDATE TO '0.2.0'" to load this file. \quit

-- From 0.1.0 to 0.2.0. Nothing that is recorded changes. What is new stands in the same words in the files of this
-- directory that make a fresh install.

-- What logical replication applies fires triggers of rows alone.
CREATE TRIGGER forget_received AFTER INSERT OR UPDATE OR DELETE ON referrals.program
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.program ENABLE ALWAYS TRIGGER forget_received;
CREATE TRIGGER forget_received AFTER INSERT ON referrals.plan
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.plan ENABLE ALWAYS TRIGGER forget_received;
CREATE TRIGGER forget_received AFTER INSERT OR UPDATE OR DELETE ON referrals.environment
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.environment ENABLE ALWAYS TRIGGER forget_received;
CREATE TRIGGER forget_received AFTER INSERT ON referrals.epoch
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.epoch ENABLE ALWAYS TRIGGER forget_received;
CREATE TRIGGER forget_received AFTER INSERT ON referrals.erased
  FOR EACH ROW EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.erased ENABLE ALWAYS TRIGGER forget_received;

COMMENT ON FUNCTION referrals.health() IS
  'What an operator should know, one row a check: mode (not ok if live was chosen but does not hold here), attachments (a trigger of a users table or of a source of events is disabled, reads a column that is gone, has a condition that fails, or is that of a table that has become a partition), append_only (a guard of the record is missing or not ENABLE ALWAYS), queue (what waits to be accrued; not ok if something has waited for more than an hour, or is live while the mode is mock), seal (what is recorded and not sealed yet, and who holds it back; not ok if sealing is in use and something has waited for more than a day), and where the record of another database is received by logical replication, subscription (not ok if it is disabled, not connected, or has not copied everything yet).';

COMMENT ON SCHEMA referrals IS
  'Partner programs: codes, attribution, commissions and their audit trail. Names that begin with _ are not meant to be called. Where the record of another database is received by logical replication, whatever writes raises 55000.';
