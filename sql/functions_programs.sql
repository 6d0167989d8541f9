-- Programs and plans: define, pause, ask.

CREATE FUNCTION referrals.define_program(name text, plan jsonb, effective_from timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'define_program_wrapper';
COMMENT ON FUNCTION referrals.define_program(text, jsonb, timestamptz) IS
  'Creates a program, or adds a plan version to it; returns the version. The version rates events from effective_from on; NULL: a first version from the beginning of time, a later one from now. Lines already written never change. Errors: 22004 name or plan NULL, 22023 name or plan not valid (the message names the JSON path), 22008 effective_from out of range.';

CREATE FUNCTION referrals.program_plan(name text, at timestamptz DEFAULT now()) RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'program_plan_wrapper';
COMMENT ON FUNCTION referrals.program_plan(text, timestamptz) IS
  'The plan of a program in force at a time, as it was defined. NULL for NULL, for an unknown program, and for a time before its first plan.';

CREATE FUNCTION referrals.pause_program(name text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'pause_program_wrapper';
COMMENT ON FUNCTION referrals.pause_program(text) IS
  'Pauses a program: sign-ups are still tied, their events are refused (program_paused). Audited; nothing happens if it is paused already. Errors: 22004 NULL, 42704 unknown program.';

CREATE FUNCTION referrals.resume_program(name text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'resume_program_wrapper';
COMMENT ON FUNCTION referrals.resume_program(text) IS
  'Ends the pause of a program; what was refused meanwhile stays refused. Audited; nothing happens if it is not paused. Errors: 22004 NULL, 42704 unknown program.';

CREATE FUNCTION referrals.tier_of(user_key text, at timestamptz DEFAULT now()) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'tier_of_wrapper';
COMMENT ON FUNCTION referrals.tier_of(text, timestamptz) IS
  'The tier that a user has or had as referrer: by the ties of the current mode up to that time, in the window that holds it, under the plan then in force of the program that the user is in now. NULL for NULL, for an unknown user, without a plan, and below the first tier. Errors: 22008 time out of range.';

CREATE FUNCTION referrals.quote(plan jsonb, event_kind text, volume numeric, amount numeric DEFAULT NULL) RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'quote_wrapper';
COMMENT ON FUNCTION referrals.quote(jsonb, text, numeric, numeric) IS
  'What one event would earn its referrer, in the currency of the plan, when the volume before it is `volume`. NULL if no tier rates the kind, so that the event would earn no line. amount is the event''s own amount (NULL: it has none); flat rates do not depend on it. Errors: 22004 plan, event_kind or volume NULL; 22023 plan not valid, volume negative, NaN or infinite; 22003 number out of range.';
