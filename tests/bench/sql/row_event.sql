-- Payments as triggers for each row, under conditions that Postgres itself evaluates.
CREATE FUNCTION bench.on_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  this_key CONSTANT text := NEW.id;
  event record;
  refused text;
  said jsonb;
  tiers jsonb;
  tier jsonb;
  rate jsonb;
  new_tier text;
  earned numeric := 0;
  starts timestamptz := '-infinity';
  ends timestamptz := 'infinity';
  before numeric;
BEGIN
  LOOP
    -- All that is needed of referee and referrer, whose standing is locked: from here on the order of arrival is fixed.
    SELECT referee.participant_id AS referee_id, owner.participant_id AS id, owner.program_id, program.paused,
      in_force.version, in_force.plan,
      standing.as_of, standing.volume, standing.tier, standing.window_start, standing.window_end
    INTO event
    FROM referrals.participant AS referee
    JOIN referrals.attribution AS tie ON tie.referee_id = referee.participant_id
    JOIN referrals.participant AS owner ON owner.participant_id = tie.referrer_id
    JOIN referrals.program AS program ON program.program_id = owner.program_id
    JOIN referrals.standing AS standing ON standing.participant_id = owner.participant_id AND standing.mode = 'mock'
    LEFT JOIN LATERAL (
      SELECT plan.version, plan.plan FROM referrals.plan
      WHERE plan.program_id = owner.program_id AND plan.effective_from <= now()
      ORDER BY plan.effective_from DESC, plan.version DESC LIMIT 1
    ) AS in_force ON true
    WHERE referee.user_key = NEW.user_id::text
    FOR NO KEY UPDATE OF standing;
    EXIT WHEN FOUND;
    -- Somebody whom nobody brought, or a referrer who has no standing yet.
    SELECT referee.participant_id AS referee_id, tie.referrer_id AS id, NULL::integer AS program_id INTO event
    FROM referrals.participant AS referee
    LEFT JOIN referrals.attribution AS tie ON tie.referee_id = referee.participant_id
    WHERE referee.user_key = NEW.user_id::text;
    refused := CASE WHEN NOT FOUND THEN 'unknown_referee' WHEN event.id IS NULL THEN 'no_referrer' END;
    EXIT WHEN refused IS NOT NULL;
    INSERT INTO referrals.standing (participant_id, mode) VALUES (event.id, 'mock') ON CONFLICT DO NOTHING;
  END LOOP;

  IF refused IS NULL THEN
    refused := CASE
      WHEN event.paused THEN 'program_paused'
      WHEN event.version IS NULL THEN 'no_plan'
      WHEN event.plan @? '$.tiers[*].rates.payment' IS NOT TRUE THEN 'no_rate'
      WHEN NEW.amount < 0 OR NEW.amount IS NULL
        AND event.plan @? '$.tiers[*].rates.payment.percent' THEN 'invalid_amount'
    END;
  END IF;
  IF refused IS NOT NULL THEN
    -- What has its line is not refused afterwards.
    said := coalesce(bench.of_known(this_key, event.referee_id, NEW.amount), jsonb_strip_nulls(jsonb_build_object(
      'event_kind', 'payment', 'event_key', this_key, 'amount', trim_scale(NEW.amount)::text, 'reason', refused)));
    INSERT INTO referrals.audit_log (action, mode, participant_id, program_id, detail)
    SELECT 'refused', 'mock', event.referee_id, CASE WHEN said ? 'sent' THEN NULL ELSE event.program_id END, said
    WHERE said <> '{}';
    RETURN NULL;
  END IF;

  IF event.plan ->> 'window' = 'month' THEN
    starts := date_trunc('month', now(), 'UTC');
    ends := (starts AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
  END IF;
  IF event.window_start = starts AND event.window_end = ends THEN
    before := event.volume;
  ELSE
    before := bench.referrals_in(event.id, starts, ends);
  END IF;
  tiers := event.plan -> 'tiers';
  FOR place IN REVERSE coalesce(jsonb_array_length(tiers), 0) - 1 .. 0 LOOP
    tier := tiers -> place;
    EXIT WHEN (tier ->> 'from')::numeric <= before;
    tier := NULL;
  END LOOP;
  new_tier := tier ->> 'name';
  rate := tier -> 'rates' -> 'payment';
  IF rate ? 'percent' THEN
    -- least and greatest leave out what is NULL.
    earned := round(least(greatest(NEW.amount * (rate ->> 'percent')::numeric / 100, (rate ->> 'min')::numeric),
      (rate ->> 'max')::numeric), 2);
  ELSIF rate IS NOT NULL THEN
    earned := round((rate ->> 'flat')::numeric, 2);
  END IF;

  WITH line AS (
    INSERT INTO referrals.commission (
      commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
      volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note
    )
    VALUES (nextval('referrals.audit_log_audit_id_seq'), 'mock', 'accrual', 'referrer', event.program_id, event.version,
      event.id, event.referee_id, 'payment', this_key, before, new_tier,
      CASE WHEN rate IS NULL THEN 'none' WHEN rate ? 'percent' THEN 'percent' ELSE 'flat' END,
      coalesce(rate ->> 'percent', rate ->> 'flat')::numeric, NEW.amount, earned, event.plan ->> 'currency', now(),
      now() + coalesce((event.plan ->> 'hold_days')::integer, 0) * interval '24 hours',
      CASE WHEN new_tier IS NULL THEN 'below_first_tier' WHEN rate IS NULL THEN 'no_rate_at_tier' END)
    ON CONFLICT (event_key, event_kind, mode, side) WHERE kind = 'accrual' DO NOTHING
    RETURNING commission_id
  )
  INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT commission_id, 'accrual', 'mock' FROM line;
  IF NOT FOUND THEN
    said := bench.of_known(this_key, event.referee_id, NEW.amount);
    INSERT INTO referrals.audit_log (action, mode, participant_id, detail)
    SELECT 'refused', 'mock', event.referee_id, said WHERE said <> '{}';
    RETURN NULL;
  END IF;
  IF now() < event.as_of THEN
    PERFORM bench.count_late(event.id, now(), 0);
    RETURN NULL;
  END IF;
  UPDATE referrals.standing
  SET as_of = now(), program_id = event.program_id, plan_version = event.version, window_start = starts,
    window_end = ends,
    volume = before, tier = new_tier
  WHERE participant_id = event.id AND mode = 'mock';
  IF new_tier IS DISTINCT FROM event.tier THEN
    PERFORM bench.tier_changed(event.id, event.program_id, event.version, event.tier, new_tier, before);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION bench.on_refund() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM bench.reverse_event('payment', NEW.id::text, 'reverse_when: status = ''refunded''');
  RETURN NULL;
END
$$;

CREATE TRIGGER paid AFTER INSERT ON payments FOR EACH ROW WHEN (NEW.status = 'paid')
  EXECUTE FUNCTION bench.on_payment();
CREATE TRIGGER became_paid AFTER UPDATE ON payments FOR EACH ROW
  WHEN (NEW.status = 'paid' AND OLD.status IS DISTINCT FROM 'paid') EXECUTE FUNCTION bench.on_payment();
CREATE TRIGGER refunded AFTER UPDATE ON payments FOR EACH ROW
  WHEN (NEW.status = 'refunded' AND OLD.status IS DISTINCT FROM 'refunded') EXECUTE FUNCTION bench.on_refund();
