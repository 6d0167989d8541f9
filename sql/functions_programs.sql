-- Programs and plans: define, pause, ask.

CREATE FUNCTION referrals.define_program(name text, plan jsonb, effective_from timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'define_program_wrapper';
COMMENT ON FUNCTION referrals.define_program(text, jsonb, timestamptz) IS
  'Creates a program, or adds a plan version to it; returns the version. The keys of a plan are described at the column referrals.plan.plan. The version rates events from effective_from on; NULL: a first version from the beginning of time, a later one from now. Lines already written never change. Errors: 22004 name or plan NULL, 22023 name or plan not valid (the message names the JSON path), 22008 effective_from out of range, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.program_plan(name text, at timestamptz DEFAULT now()) RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'program_plan_wrapper';
COMMENT ON FUNCTION referrals.program_plan(text, timestamptz) IS
  'The plan of a program in force at a time, as it was defined. NULL for NULL, for an unknown program, and for a time before its first plan.';

CREATE FUNCTION referrals.pause_program(name text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pause_program_wrapper';
COMMENT ON FUNCTION referrals.pause_program(text) IS
  'Pauses a program: sign-ups are still tied, and all events are refused (program_paused). Audited; nothing happens if it is paused already. Errors: 22004 NULL, 42704 unknown program, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.resume_program(name text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'resume_program_wrapper';
COMMENT ON FUNCTION referrals.resume_program(text) IS
  'Ends the pause of a program; what was refused meanwhile stays refused until it is sent again (accrue). Audited; nothing happens if it is not paused. Errors: 22004 NULL, 42704 unknown program, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.tier_of(user_key text, at timestamptz DEFAULT now()) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'tier_of_wrapper';
COMMENT ON FUNCTION referrals.tier_of(text, timestamptz) IS
  'The tier that a user has or had as referrer: by the volume of the current mode up to that time, in the window that holds it, under the plan then in force of the program that the user is in now. Later reversals are taken out. NULL for NULL, for an unknown user, without a plan, and below the first tier. Errors: 22008 time out of range.';

CREATE FUNCTION referrals.quote(plan jsonb, event_kind text, volume numeric, amount numeric DEFAULT NULL) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'quote_wrapper';
COMMENT ON FUNCTION referrals.quote(jsonb, text, numeric, numeric) IS
  'What one event would earn its referrer, in the currency of the plan, when the volume before it is `volume`. NULL if the plan does not rate the kind, so that the event would earn no line. Under window "event" the volume does not matter. amount is the event''s own amount (NULL: it has none). Limits are left aside, since nothing is known of other lines. Errors: 22004 plan, event_kind or volume NULL, or amount NULL where the kind is rated by percent; 22023 plan not valid, volume or amount negative, NaN or infinite; 22003 number out of range.';

CREATE FUNCTION referrals.simulate(
  program text, plan jsonb, since timestamptz DEFAULT '-infinity', until timestamptz DEFAULT 'infinity'
) RETURNS TABLE (referrer text, actual numeric, simulated numeric)
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'simulate_wrapper';
COMMENT ON FUNCTION referrals.simulate(text, jsonb, timestamptz, timestamptz) IS
  'What a plan would have made of the history of a program in the current mode: for each referrer (user_key; NULL once erased) the sum of the ledger''s lines of events from since to before until, and that of the lines under the plan, each in its own currency; welcome rewards are left aside. The whole history counts towards volume and limits, in its order of arrival; reversals take back the same share. Writes nothing; usable in a read-only transaction. Errors: 22004 NULL, 22023 plan not valid, 42704 unknown program.';
