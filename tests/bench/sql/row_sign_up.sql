-- The sign-up as a trigger for each row, as a careful DBA writes it: static statements, so that their plans are kept,
-- and as few of them as possible. The argument is the program_id of new participants.
CREATE FUNCTION bench.on_sign_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  this_key CONSTANT text := NEW.id;
  named CONSTANT text := bench.normal(NEW.referred_by);
  wanted text := nullif(bench.normal(NEW.code), '');
  new_code text;
  refused text;
  referee bigint;
  known bigint;
  referrer record;
  tiers jsonb;
  tier jsonb;
  rate jsonb;
  new_tier text;
  earned numeric;
  starts timestamptz := '-infinity';
  ends timestamptz := 'infinity';
  before numeric;
BEGIN
  IF wanted !~ '^[A-Z0-9_]{3,32}$' THEN
    refused := 'invalid';
    wanted := NULL;
  END IF;
  new_code := coalesce(wanted, bench.new_code());
  FOR attempt IN 0..8 LOOP
    INSERT INTO referrals.participant (user_key, code, program_id, registered_at)
    VALUES (this_key, new_code, TG_ARGV[0]::integer, now())
    ON CONFLICT DO NOTHING
    RETURNING participant_id INTO referee;
    EXIT WHEN referee IS NOT NULL;
    SELECT participant_id INTO known FROM referrals.participant WHERE user_key = this_key;
    IF FOUND THEN
      IF named <> '' THEN
        INSERT INTO referrals.audit_log (action, participant_id, detail)
        VALUES ('untied', known, jsonb_build_object('reason', 'already_registered', 'code', left(named, 40)));
      END IF;
      RETURN NULL;
    END IF;
    IF new_code = wanted THEN
      refused := 'taken';
    END IF;
    new_code := bench.new_code();
  END LOOP;
  IF referee IS NULL THEN
    RAISE EXCEPTION 'no free code was found' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  IF refused IS NOT NULL THEN
    INSERT INTO referrals.audit_log (action, participant_id, detail)
    VALUES ('code_refused', referee, jsonb_build_object('reason', refused, 'wanted', left(bench.normal(NEW.code), 40)));
  END IF;
  IF named IS NULL OR named = '' THEN
    RETURN NULL;
  END IF;

  LOOP
    -- All that is needed of the referrer, whose standing is locked: from here on the order of arrival is fixed.
    SELECT owner.participant_id AS id, owner.program_id, program.paused, in_force.version, in_force.plan,
      standing.as_of, standing.volume, standing.tier, standing.window_start, standing.window_end
    INTO referrer
    FROM referrals.participant AS owner
    JOIN referrals.program AS program ON program.program_id = owner.program_id
    JOIN referrals.standing AS standing ON standing.participant_id = owner.participant_id AND standing.mode = 'mock'
    LEFT JOIN LATERAL (
      SELECT plan.version, plan.plan FROM referrals.plan
      WHERE plan.program_id = owner.program_id AND plan.effective_from <= now()
      ORDER BY plan.effective_from DESC, plan.version DESC LIMIT 1
    ) AS in_force ON true
    WHERE owner.code = named AND owner.user_key IS NOT NULL AND owner.participant_id <> referee
    FOR NO KEY UPDATE OF standing;
    EXIT WHEN FOUND;
    -- The code is nobody's, or this is its owner's first referral.
    SELECT participant_id AS id, user_key INTO referrer FROM referrals.participant WHERE code = named;
    IF NOT FOUND OR referrer.id = referee OR referrer.user_key IS NULL THEN
      INSERT INTO referrals.audit_log (action, participant_id, detail)
      VALUES ('untied', referee, jsonb_build_object('code', left(named, 40), 'reason', CASE
        WHEN referrer.id IS NULL THEN 'unknown_code' WHEN referrer.id = referee THEN 'self_referral'
          ELSE 'retired_code' END));
      RETURN NULL;
    END IF;
    INSERT INTO referrals.standing (participant_id, mode) VALUES (referrer.id, 'mock') ON CONFLICT DO NOTHING;
  END LOOP;

  IF referrer.plan ->> 'window' = 'month' THEN
    starts := date_trunc('month', now(), 'UTC');
    ends := (starts AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
  END IF;
  IF referrer.window_start = starts AND referrer.window_end = ends THEN
    before := referrer.volume;
  ELSE
    before := bench.referrals_in(referrer.id, starts, ends);
  END IF;
  tiers := referrer.plan -> 'tiers';
  FOR place IN REVERSE coalesce(jsonb_array_length(tiers), 0) - 1 .. 0 LOOP
    tier := tiers -> place;
    EXIT WHEN (tier ->> 'from')::numeric <= before + 1;
    tier := NULL;
  END LOOP;
  new_tier := tier ->> 'name';
  rate := tier -> 'rates' -> 'signup';
  earned := (rate ->> 'flat')::numeric;

  IF NOT referrer.paused AND referrer.version IS NOT NULL
    AND (rate IS NOT NULL OR referrer.plan @? '$.tiers[*].rates.signup')
  THEN
    WITH tie AS (
      INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
      VALUES (referee, referrer.id, 'mock', now())
    ), audit AS (
      INSERT INTO referrals.audit_log (action, mode) VALUES ('accrual', 'mock') RETURNING audit_id
    )
    INSERT INTO referrals.commission (
      commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
      volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at, note
    )
    SELECT audit_id, 'mock', 'accrual', 'referrer', referrer.program_id, referrer.version, referrer.id, referee,
      'signup', referee::text, before, new_tier, CASE WHEN rate IS NULL THEN 'none' ELSE 'flat' END, earned,
      round(coalesce(earned, 0), 2), referrer.plan ->> 'currency', now(),
      now() + coalesce((referrer.plan ->> 'hold_days')::integer, 0) * interval '24 hours',
      CASE WHEN new_tier IS NULL THEN 'below_first_tier' WHEN rate IS NULL THEN 'no_rate_at_tier' END
    FROM audit;
  ELSE
    INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
    VALUES (referee, referrer.id, 'mock', now());
    IF referrer.paused OR referrer.version IS NULL THEN
      INSERT INTO referrals.audit_log (action, mode, participant_id, program_id, detail)
      VALUES ('refused', 'mock', referee, referrer.program_id, jsonb_build_object('event_kind', 'signup', 'event_key',
        referee::text, 'reason', CASE WHEN referrer.paused THEN 'program_paused' ELSE 'no_plan' END));
    END IF;
  END IF;

  IF referrer.version IS NULL OR now() < referrer.as_of THEN
    PERFORM bench.count_late(referrer.id, now(), 1);
    RETURN NULL;
  END IF;
  UPDATE referrals.standing
  SET as_of = now(), program_id = referrer.program_id, plan_version = referrer.version, window_start = starts,
    window_end = ends, volume = before + 1, tier = new_tier
  WHERE participant_id = referrer.id AND mode = 'mock';
  IF new_tier IS DISTINCT FROM referrer.tier THEN
    PERFORM bench.tier_changed(referrer.id, referrer.program_id, referrer.version, referrer.tier, new_tier, before + 1);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER sign_up AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION bench.on_sign_up('1');
