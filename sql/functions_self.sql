-- What the views of one person read: whom the session speaks for, and that person's rows.

CREATE FUNCTION referrals._my_user_key() RETURNS text
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', '_my_user_key_wrapper';
COMMENT ON FUNCTION referrals._my_user_key() IS
  'For the views my_*: the user_key that the session speaks for. The setting referrals.user_key where it is set, and else the claim sub in request.jwt.claims; NULL where neither names anybody. Errors: 22023 if the claims are no JSON object with at most one sub, a string.';

-- The function that reckons a standing does so for whomever it is asked about, and Postgres lets everybody who may read a
-- view with it call it directly. So these read for one person alone, and lend nobody that function.
CREATE FUNCTION referrals._my_dashboard() RETURNS SETOF referrals.dashboard
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.dashboard WHERE user_key = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_dashboard() IS
  'For the view my_dashboard: the rows of dashboard of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';

CREATE FUNCTION referrals._my_tier_progress() RETURNS SETOF referrals.tier_progress
LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 2
AS $$ SELECT * FROM referrals.tier_progress WHERE referrer = referrals._my_user_key() $$;
COMMENT ON FUNCTION referrals._my_tier_progress() IS
  'For the view my_tier_progress: the rows of tier_progress of whom the session speaks for; none for nobody. Errors: as referrals._my_user_key().';
