-- What the views of one person read: whom the session speaks for, and that person's rows.

CREATE FUNCTION referrals._my_user_key() RETURNS text
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', '_my_user_key_wrapper';
COMMENT ON FUNCTION referrals._my_user_key() IS
  'For the views my_*: the user_key that the session speaks for. The setting referrals.user_key where it is set, and else the claim sub in request.jwt.claims; NULL where neither names anybody. Errors: 22023 if the claims are no JSON object with at most one sub, a string.';

-- Functions, and not views alone: a security barrier lets conditions through that cannot raise an error, and EXPLAIN counts
-- the rows that they take away, other people's too. Of what a function does inside nothing shows, and nothing that it calls
-- need be lent to whoever reads.

CREATE FUNCTION referrals._my_dashboard() RETURNS SETOF referrals.dashboard
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.dashboard WHERE user_key = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_dashboard() IS
  'For the view my_dashboard: the rows of dashboard of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';

CREATE FUNCTION referrals._my_commission_ledger() RETURNS TABLE (
  id bigint, recorded_at timestamptz, occurred_at timestamptz, kind text, program text, tier text, basis text, rate numeric,
  base_amount numeric, amount numeric, currency text, event_kind text, payable_at timestamptz, status text, note text,
  mode text, side text
)
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT
  shown.id, shown.recorded_at, shown.occurred_at, shown.kind, shown.program, shown.tier, shown.basis, shown.rate,
  shown.base_amount, shown.amount, shown.currency, shown.event_kind, shown.payable_at, shown.status, line.note,
  shown.mode, shown.side
FROM referrals.participant AS myself
JOIN referrals.commission AS line ON
  line.referrer_id = myself.participant_id AND line.side = 'referrer'
  OR line.referee_id = myself.participant_id AND line.side = 'referee'
JOIN referrals.commission_ledger AS shown ON shown.id = line.commission_id
WHERE myself.user_key = referrals._my_user_key()
$$;
COMMENT ON FUNCTION referrals._my_commission_ledger() IS
  'For the view my_commission_ledger: the lines that are for whom the session speaks for, without what is about others; none for nobody. Errors: as referrals._my_user_key().';

CREATE FUNCTION referrals._my_tier_progress() RETURNS SETOF referrals.tier_progress
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.tier_progress WHERE referrer = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_tier_progress() IS
  'For the view my_tier_progress: the rows of tier_progress of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';
