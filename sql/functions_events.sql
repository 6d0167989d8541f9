-- Events: accrue them, take back what they earned, explain a line.
-- What records sets enable_seqscan = off: its plans are made while the tables may still be small, or without statistics,
-- and kept while they grow.
-- jit = off: before PostgreSQL 18 a plan that must read a table from end to end all the same counts as if it cost 10^10,
-- and would be compiled each time it runs, for seconds.

CREATE FUNCTION referrals.accrue(
  event_kind text, event_key text, referee text, amount numeric DEFAULT NULL, currency text DEFAULT NULL,
  occurred_at timestamptz DEFAULT now()
) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'accrue_event_wrapper';
COMMENT ON FUNCTION referrals.accrue(text, text, text, numeric, text, timestamptz) IS
  'Rates an event of a referee, such as a payment, for whoever referred them; returns the line''s id, NULL when refused (the audit trail says why; a refused event may be sent again). An event earns once, for ever: sent again it returns the same id. amount is the event''s own, in currency (NULL: that of the plan); occurred_at now(), or NULL, leaves the time open. Kind signup sends a refused sign-up again: event_key and referee are the user_key, the time is that of the tie. Under a plan with queued accrual what waits for the referrer is accrued first. Errors: 22004 kind, key or referee NULL; 22023 kind or key not valid, amount NaN or infinite; 22003 amount or result out of range; 22008 time out of range; 23505 the event is recorded with other content; 25006 in a read-only transaction.';

CREATE FUNCTION referrals.reverse(commission bigint, reason text, amount numeric DEFAULT NULL) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'reverse_line_wrapper';
COMMENT ON FUNCTION referrals.reverse(bigint, text, numeric) IS
  'Takes back an accrual, or amount of it in its currency (NULL: all that is left); returns the reversal line. Never past the original. Under a plan with queued accrual what waits for the referrer is accrued first. Errors: 22004 commission or reason NULL; 22023 reason blank, line is itself a correction, amount zero, negative, NaN, finer than the currency or more than is left; 22003 amount of more than 28 digits; 42704 no such line; 55000 nothing is left, or the line is of the other mode; 25006 in a read-only transaction.';

CREATE FUNCTION referrals.reverse_event(event_kind text, event_key text, reason text, refunded numeric DEFAULT NULL)
RETURNS SETOF bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
AS 'MODULE_PATHNAME', 'reverse_event_wrapper';
COMMENT ON FUNCTION referrals.reverse_event(text, text, text, numeric) IS
  'Takes back what an event earned, for referrer and referee; returns the reversal lines, none if the event earned nothing or nothing is left. refunded is the part of the event''s own amount that was given back in this step: the commission falls in the same share, rounded on the total. NULL: all that is left. The key of a signup is the referee''s user_key. Under a plan with queued accrual what waits for the referrer is accrued first. Errors: 22004 kind, key or reason NULL; 22023 reason blank, refunded zero, negative, NaN or more than the event''s amount less earlier refunds, or the event has no amount; 22003 refunded out of range; 25006 in a read-only transaction.';

CREATE FUNCTION referrals.explain(commission bigint) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'explain_line_wrapper';
COMMENT ON FUNCTION referrals.explain(bigint) IS
  'How a line came about, in words and figures: event, plan version, window, volume, tier, rate, rounding, limits, hold, and what was corrected since. NULL for NULL. Errors: 42704 no such line.';

-- Conditions are read anew by each session: the settings that say how SQL is read must not be the session's. With
-- standard_conforming_strings off a backslash would end a string elsewhere, and whoever inserts could choose what the
-- condition says.
CREATE FUNCTION referrals._on_event() RETURNS trigger
LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
  SET standard_conforming_strings = on SET transform_null_equals = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres'
AS 'MODULE_PATHNAME', 'on_event_wrapper';
COMMENT ON FUNCTION referrals._on_event() IS
  'Trigger on a table of events, made by attach_events: accrues and reverses the events of an INSERT, COPY, MERGE or UPDATE in the order of their rows. Errors: 39P01 when fired in another way.';

CREATE FUNCTION referrals.attach_events(
  source regclass, kind text, key name, referee name, amount name DEFAULT NULL, currency name DEFAULT NULL,
  occurred_at name DEFAULT NULL, accrue_when text DEFAULT NULL, reverse_when text DEFAULT NULL
) RETURNS void
-- Checks the caller's own rights first, so it is not SECURITY DEFINER.
LANGUAGE c VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on SET transform_null_equals = off SET datestyle = 'ISO, MDY' SET intervalstyle = 'postgres'
AS 'MODULE_PATHNAME', 'attach_events_wrapper';
COMMENT ON FUNCTION referrals.attach_events(regclass, text, name, name, name, name, name, text, text) IS
  'Puts triggers on a table of payments, orders or the like: its new rows accrue as events of the kind. Columns: key identifies the event, referee holds the user_key, amount the event''s own amount (NULL: none), currency its currency (NULL: that of the plan), occurred_at the time (NULL: now). accrue_when, a condition on the row''s columns, is when it accrues: at the INSERT, or the UPDATE that makes it true (NULL: at the INSERT). reverse_when is when all of it is taken back. Conditions are evaluated as the table''s owner, can only read, and see pg_catalog alone: write other functions and operators with their schema. Rows there already are left alone. Called again for the same kind it takes over the arguments; detach takes the triggers off. The caller needs the rights of the owner. Errors: 22004 source, kind, key or referee NULL; 22023 kind not valid, or a condition that is not one expression; what Postgres says of a condition (42601, 42703, 42804, 42883, 0A000); 42809 no table to attach or unsuitable column; 42703 no such column; 42501 privilege; 25006 in a read-only transaction.';

CREATE FUNCTION referrals._event_source(arguments bytea) RETURNS TABLE (
  kind text, key text, referee text, amount text, currency text, occurred_at text, accrue_when text, reverse_when text
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', '_event_source_wrapper';
COMMENT ON FUNCTION referrals._event_source(bytea) IS
  'For the views: what the arguments of an event trigger (pg_trigger.tgargs) say; no row if they are not of such a trigger.';
