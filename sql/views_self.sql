-- What one person sees of themselves: whom referrals.user_key or the token's subject names, and nobody else.

CREATE VIEW referrals.my_dashboard WITH (security_barrier) AS
SELECT * FROM referrals._my_dashboard();
COMMENT ON VIEW referrals.my_dashboard IS 'The rows of dashboard of whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims); none for nobody.';

CREATE VIEW referrals.my_commission_ledger WITH (security_barrier) AS
SELECT * FROM referrals._my_commission_ledger();
COMMENT ON VIEW referrals.my_commission_ledger IS 'The lines of commission_ledger that are for whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims), welcome rewards among them; none for nobody. Without what is about others: their user_keys, the keys of their events, and the words of the staff.';
COMMENT ON COLUMN referrals.my_commission_ledger.note IS 'Why the amount is less than the rate: below_first_tier, no_rate_at_tier, capped (by a limit of the plan); else NULL.';

CREATE VIEW referrals.my_tier_progress WITH (security_barrier) AS
SELECT * FROM referrals._my_tier_progress();
COMMENT ON VIEW referrals.my_tier_progress IS 'The rows of tier_progress of whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims); none for nobody.';

DO $$
DECLARE
  described record;
BEGIN
  -- The columns are those of the views for everybody, and so are their descriptions.
  FOR described IN
    SELECT mine.attrelid::regclass AS view, mine.attname, pg_catalog.col_description(whole.attrelid, whole.attnum) AS text
    FROM pg_catalog.pg_attribute AS mine
    JOIN pg_catalog.pg_class AS view ON view.oid = mine.attrelid
    JOIN pg_catalog.pg_class AS everybody ON everybody.relnamespace = view.relnamespace AND 'my_' || everybody.relname = view.relname
    JOIN pg_catalog.pg_attribute AS whole ON whole.attrelid = everybody.oid AND whole.attname = mine.attname
    WHERE view.relnamespace = 'referrals'::regnamespace AND mine.attnum > 0
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', described.view, described.attname, described.text);
  END LOOP;
END
$$;
