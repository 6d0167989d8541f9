-- What one person sees of themselves: whom referrals.user_key or the token's subject names, and nobody else. Security
-- barriers: no condition of the reader's own is tried on another person's row.

CREATE VIEW referrals.my_dashboard WITH (security_barrier) AS
SELECT * FROM referrals._my_dashboard();
COMMENT ON VIEW referrals.my_dashboard IS 'The rows of dashboard of whom the session speaks for (the setting referrals.user_key, or the claim sub in request.jwt.claims); none for nobody.';

CREATE VIEW referrals.my_commission_ledger WITH (security_barrier) AS
SELECT
  line.commission_id AS id,
  line.recorded_at,
  line.occurred_at,
  line.kind::text AS kind,
  program.name AS program,
  line.tier,
  line.basis::text AS basis,
  round(line.rate, CASE line.basis WHEN 'flat' THEN greatest(money.decimals, min_scale(line.rate)) ELSE min_scale(line.rate) END) AS rate,
  round(line.base_amount, greatest(money.decimals, min_scale(line.base_amount))) AS base_amount,
  round(line.amount, money.decimals) AS amount,
  line.currency,
  line.event_kind,
  line.payable_at,
  line.status,
  line.note,
  line.mode::text AS mode,
  line.side::text AS side
FROM referrals.participant AS myself
JOIN referrals._line AS line ON
  line.referrer_id = myself.participant_id AND line.side = 'referrer'
  OR line.referee_id = myself.participant_id AND line.side = 'referee'
JOIN referrals.program ON program.program_id = line.program_id
CROSS JOIN LATERAL (SELECT referrals._decimals(line.program_id, line.plan_version) AS decimals) AS money
WHERE myself.user_key = referrals._my_user_key();
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
