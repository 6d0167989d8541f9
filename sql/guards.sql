-- What keeps the record a record, and the caches honest.

CREATE FUNCTION referrals._append_only() RETURNS trigger
LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'append_only_wrapper';
COMMENT ON FUNCTION referrals._append_only() IS 'Trigger: refuses UPDATE, DELETE and TRUNCATE for everyone (55000), but the deletions of purge_mock.';

CREATE FUNCTION referrals._forget_cached() RETURNS trigger
LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'forget_cached_wrapper';
COMMENT ON FUNCTION referrals._forget_cached() IS 'Trigger: makes every session reread programs, plans and mode after this transaction commits. Harmless during a restore.';

-- ENABLE ALWAYS: session_replication_role = replica must not be a way round.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.commission
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.commission ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.reversal
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.reversal ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.audit_log ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.attribution
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.attribution ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.plan
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.plan ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.epoch
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.epoch ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.block
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.block ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON referrals.erased
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.erased ENABLE ALWAYS TRIGGER append_only;

-- A payout changes its state, and is never deleted: its lines could be paid again.
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON referrals.payout
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.payout ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON referrals.payout_line
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.payout_line ENABLE ALWAYS TRIGGER append_only;

-- An event waits until it is accrued: nobody changes it meanwhile.
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON referrals.queue
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.queue ENABLE ALWAYS TRIGGER append_only;

-- A participant changes program and, one day, loses the user_key by referrals.erase; nothing else ever changes.
CREATE TRIGGER append_only BEFORE UPDATE OF participant_id, user_key, code, is_by_hand, registered_at OR DELETE OR TRUNCATE ON referrals.participant
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._append_only();
ALTER TABLE referrals.participant ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER forget_cached AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON referrals.program
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.program ENABLE ALWAYS TRIGGER forget_cached;
CREATE TRIGGER forget_cached AFTER INSERT ON referrals.plan
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.plan ENABLE ALWAYS TRIGGER forget_cached;
CREATE TRIGGER forget_cached AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON referrals.environment
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.environment ENABLE ALWAYS TRIGGER forget_cached;
CREATE TRIGGER forget_cached AFTER INSERT ON referrals.erased
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.erased ENABLE ALWAYS TRIGGER forget_cached;
CREATE TRIGGER forget_cached AFTER INSERT ON referrals.epoch
  FOR EACH STATEMENT EXECUTE FUNCTION referrals._forget_cached();
ALTER TABLE referrals.epoch ENABLE ALWAYS TRIGGER forget_cached;

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
