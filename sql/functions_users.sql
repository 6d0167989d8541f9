-- Users: register one, attach a table of them, move them between programs.
-- What records sets enable_seqscan = off: its plans are made while the tables may still be small, or without statistics,
-- and kept while they grow.
-- jit = off: before PostgreSQL 18 a plan that must read a table from end to end all the same counts as if it cost 10^10,
-- and would be compiled each time it runs, for seconds.

CREATE FUNCTION referrals.register(
  user_key text, referred_by text DEFAULT NULL, program text DEFAULT 'default', wanted_code text DEFAULT NULL,
  label text DEFAULT NULL, registered_at timestamptz DEFAULT now()
) RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'register_wrapper';
COMMENT ON FUNCTION referrals.register(text, text, text, text, text, timestamptz) IS
  'Registers a user, ties them to the owner of the code referred_by, accrues the commission, and returns the user''s code. A known user gets their code back, unchanged. A code that cannot be tied is recorded in the audit trail and is no error. NULL: referred_by none, wanted_code and label none, registered_at now. A missing program is made, with a NOTICE. Errors: 22004 user_key or program NULL, 22023 key or wanted code not valid, 23505 wanted code taken, 22008 time out of range, 54000 no free code, 25006 in a read-only transaction.';

CREATE FUNCTION referrals._on_sign_up() RETURNS trigger
LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'on_sign_up_wrapper';
COMMENT ON FUNCTION referrals._on_sign_up() IS
  'Trigger on a users table, made by attach: registers the users of an INSERT, COPY or MERGE in the order of their rows. Errors: 39P01 when fired in another way.';

CREATE FUNCTION referrals.attach(
  users regclass, key name DEFAULT NULL, referred_by name DEFAULT 'referred_by', program text DEFAULT 'default',
  code name DEFAULT NULL, label name DEFAULT NULL, registered_at name DEFAULT NULL, key_prefix text DEFAULT ''
) RETURNS bigint
-- Checks the caller's own rights first, so it is not SECURITY DEFINER.
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'attach_wrapper';
COMMENT ON FUNCTION referrals.attach(regclass, name, name, text, name, name, name, text) IS
  'Puts the sign-up trigger on a table and registers the users already there, oldest first (by registered_at if given, then by key); returns how many. Run again, it registers whoever is missing and takes over changed arguments. Columns: key identifies a user (NULL: the primary key), referred_by holds the code that a user signed up with (NULL, or the default where there is no such column: codes only), code one that the user wants or has, label a name to make a code from, registered_at the time (NULL: now). key_prefix is put before the keys. The caller needs the rights of the owner of the table. Errors: 22004 users or program NULL, 42809 no table to attach or unsuitable column, 42703 no such column, 22023 no single-column key, 42501 privilege, 40001 under REPEATABLE READ or SERIALIZABLE if anything was committed since the snapshot, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.detach(users regclass) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'detach_wrapper';
COMMENT ON FUNCTION referrals.detach(regclass) IS
  'Takes the triggers of attach and attach_events off a table; what was recorded stays. Nothing happens if there are none. Errors: 22004 users NULL, 42809 no such table, 42501 privilege, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.enroll(user_key text, program text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'enroll_wrapper';
COMMENT ON FUNCTION referrals.enroll(text, text) IS
  'Moves a participant, as referrer, to another program; only later events are touched. Audited. Errors: 22004 NULL, 42704 unknown user or program, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.attribute(referee text, code text, reason text) RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'attribute_late_wrapper';
COMMENT ON FUNCTION referrals.attribute(text, text, text) IS
  'Ties a known, so far untied participant to the owner of a code, once, from now on; the sign-up is then rated, with now as its time. True if the tie was made, false if it cannot be (already_tied, unknown_code, self_referral, retired_code, returning_person: see the audit trail). Audited with the reason. Under a plan with queued accrual what waits for the referrer is accrued first. Errors: 22004 NULL, 22023 reason blank, 42704 unknown referee, 25006 in a read-only transaction.';
