-- Which tables sign users up, and which are sources of events.

CREATE VIEW referrals.attachments AS
SELECT
  attached.tgrelid::regclass AS users,
  attachment.key,
  attachment.referred_by,
  attachment.program,
  attachment.code,
  attachment.label,
  attachment.registered_at,
  attachment.key_prefix,
  attached.tgenabled NOT IN ('D', 'R') AS enabled
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL referrals._attachment(attached.tgargs) AS attachment
WHERE attached.tgfoid = 'referrals._on_sign_up'::regproc AND NOT attached.tgisinternal;
COMMENT ON VIEW referrals.attachments IS 'Which tables sign users up, and how; read from pg_trigger, so it cannot drift.';
COMMENT ON COLUMN referrals.attachments.users IS 'The attached table.';
COMMENT ON COLUMN referrals.attachments.key IS 'The column that identifies a user.';
COMMENT ON COLUMN referrals.attachments.referred_by IS 'The column with the code that a user signed up with; NULL for none.';
COMMENT ON COLUMN referrals.attachments.program IS 'The program that users join as referrers.';
COMMENT ON COLUMN referrals.attachments.code IS 'The column with the code that a user wants; NULL for none.';
COMMENT ON COLUMN referrals.attachments.label IS 'The column that codes are made from; NULL for none.';
COMMENT ON COLUMN referrals.attachments.registered_at IS 'The column with the time of the sign-up; NULL for none.';
COMMENT ON COLUMN referrals.attachments.key_prefix IS 'What is put before the keys.';
COMMENT ON COLUMN referrals.attachments.enabled IS 'Whether the trigger fires.';

CREATE VIEW referrals.event_sources AS
SELECT
  attached.tgrelid::regclass AS source,
  events.kind,
  events.key,
  events.referee,
  events.amount,
  events.currency,
  events.occurred_at,
  events.accrue_when,
  events.reverse_when,
  bool_and(attached.tgenabled NOT IN ('D', 'R')) AS enabled
FROM pg_catalog.pg_trigger AS attached
CROSS JOIN LATERAL referrals._event_source(attached.tgargs) AS events
WHERE attached.tgfoid = 'referrals._on_event'::regproc AND NOT attached.tgisinternal
GROUP BY attached.tgrelid, events.kind, events.key, events.referee, events.amount, events.currency,
  events.occurred_at, events.accrue_when, events.reverse_when;
COMMENT ON VIEW referrals.event_sources IS 'Which tables are sources of events, and how; read from pg_trigger, so it cannot drift.';
COMMENT ON COLUMN referrals.event_sources.source IS 'The attached table.';
COMMENT ON COLUMN referrals.event_sources.kind IS 'The kind of its events.';
COMMENT ON COLUMN referrals.event_sources.key IS 'The column that identifies an event.';
COMMENT ON COLUMN referrals.event_sources.referee IS 'The column with the user_key of whose event it is.';
COMMENT ON COLUMN referrals.event_sources.amount IS 'The column with the event''s own amount; NULL for none.';
COMMENT ON COLUMN referrals.event_sources.currency IS 'The column with the currency of the amount; NULL for that of the plan.';
COMMENT ON COLUMN referrals.event_sources.occurred_at IS 'The column with the time of the event; NULL for now.';
COMMENT ON COLUMN referrals.event_sources.accrue_when IS 'The condition under which a row accrues; NULL for every new row.';
COMMENT ON COLUMN referrals.event_sources.reverse_when IS 'The condition under which all of it is taken back; NULL for none.';
COMMENT ON COLUMN referrals.event_sources.enabled IS 'Whether its triggers fire.';
