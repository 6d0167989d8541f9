-- The payments of a statement at once, from the transition tables, in sets: first what accrues, then what is taken
-- back.
CREATE FUNCTION bench.on_payments_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  keys text[];
  users text[];
  amounts numeric[];
BEGIN
  SELECT array_agg(id::text), array_agg(user_id::text), array_agg(amount) INTO keys, users, amounts
  FROM arrived WHERE status = 'paid';
  IF keys IS NOT NULL THEN
    PERFORM bench.plan_for(cardinality(keys));
    PERFORM bench.accrue_payments(keys, users, amounts);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION bench.on_payments_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  keys text[];
  users text[];
  amounts numeric[];
  refunds text[];
BEGIN
  SELECT
    array_agg(key ORDER BY place) FILTER (WHERE status = 'paid'),
    array_agg(user_key ORDER BY place) FILTER (WHERE status = 'paid'),
    array_agg(amount ORDER BY place) FILTER (WHERE status = 'paid'),
    array_agg(key ORDER BY place) FILTER (WHERE status = 'refunded')
  INTO keys, users, amounts, refunds
  FROM (
    SELECT changed.id::text, changed.user_id::text, changed.amount, changed.status, changed.place
    FROM (SELECT *, row_number() OVER () AS place FROM arrived) AS changed
    JOIN gone AS was ON was.id = changed.id
    WHERE changed.status IN ('paid', 'refunded') AND was.status IS DISTINCT FROM changed.status
  ) AS changed (key, user_key, amount, status, place);
  IF keys IS NOT NULL THEN
    PERFORM bench.plan_for(cardinality(keys));
    PERFORM bench.accrue_payments(keys, users, amounts);
  END IF;
  IF refunds IS NOT NULL THEN
    PERFORM bench.plan_for(cardinality(refunds));
    PERFORM bench.reverse_payments(refunds, 'reverse_when: status = ''refunded''');
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION bench.accrue_payments(keys text[], users text[], amounts numeric[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  referrers bigint[];
BEGIN
  SELECT array_agg(DISTINCT tie.referrer_id) INTO referrers
  FROM referrals.participant AS referee JOIN referrals.attribution AS tie ON tie.referee_id = referee.participant_id
  WHERE referee.user_key = ANY (users);
  IF referrers IS NOT NULL THEN
    PERFORM bench.lock_standings(referrers);
  END IF;
  WITH account AS MATERIALIZED (
    SELECT * FROM bench.accounts(coalesce(referrers, '{}'))
  ), step AS MATERIALIZED (
    SELECT * FROM bench.steps('payment')
  ), payment AS MATERIALIZED (
    SELECT sent.place, sent.key, sent.amount, referee.participant_id AS referee, account.*,
      step.tier AS new_tier, step.basis, step.rate, step.currency, step.hold, step.floor, step.ceiling, CASE
        WHEN referee.participant_id IS NULL THEN 'unknown_referee'
        WHEN account.id IS NULL THEN 'no_referrer'
        WHEN account.paused THEN 'program_paused'
        WHEN account.version IS NULL THEN 'no_plan'
        WHEN NOT step.is_rated THEN 'no_rate'
        WHEN sent.amount < 0 OR sent.amount IS NULL AND step.needs_amount THEN 'invalid_amount'
      END AS refused
    FROM unnest(keys, users, amounts) WITH ORDINALITY AS sent (key, user_key, amount, place)
    LEFT JOIN referrals.participant AS referee ON referee.user_key = sent.user_key
    LEFT JOIN referrals.attribution AS tie ON tie.referee_id = referee.participant_id
    LEFT JOIN account ON account.id = tie.referrer_id
    LEFT JOIN step ON step.program_id = account.program_id AND step.from_volume <= account.before
      AND (step.to_volume IS NULL OR account.before < step.to_volume)
  ), known AS MATERIALIZED (
    SELECT payment.place, payment.referee, bench.of_known(payment.key, payment.referee, payment.amount) AS said
    FROM payment
    WHERE EXISTS (
      SELECT FROM referrals.commission AS line
      WHERE line.event_key = payment.key AND line.event_kind = 'payment' AND line.mode = 'mock'
        AND line.side = 'referrer' AND line.kind = 'accrual'
    )
  ), fresh AS MATERIALIZED (
    SELECT * FROM payment WHERE place NOT IN (SELECT place FROM known)
  ), moved AS MATERIALIZED (
    -- The first payment in a new window moves the standing there, and may so change the tier.
    SELECT DISTINCT ON (id) * FROM fresh WHERE refused IS NULL ORDER BY id, place
  ), entry AS (
    SELECT place, 1 AS step, 'accrual' AS action, NULL::bigint AS participant_id, NULL::integer AS program_id,
      NULL::jsonb AS detail
    FROM fresh WHERE refused IS NULL
    UNION ALL
    SELECT place, 1, 'refused', referee, program_id, jsonb_strip_nulls(jsonb_build_object('event_kind', 'payment',
      'event_key', key, 'amount', trim_scale(amount)::text, 'reason', refused))
    FROM fresh WHERE refused IS NOT NULL
    UNION ALL
    SELECT place, 1, 'refused', referee, NULL, said FROM known WHERE said <> '{}'
    UNION ALL
    SELECT place, 2, 'tier_changed', id, program_id, jsonb_build_object('from', tier, 'to', new_tier,
      'volume', trim_scale(before)::text, 'plan_version', version)
    FROM moved WHERE NOT is_late AND new_tier IS DISTINCT FROM tier
  ), record AS MATERIALIZED (
    SELECT nextval('referrals.audit_log_audit_id_seq') AS id, ordered.*
    FROM (SELECT * FROM entry ORDER BY place, step) AS ordered
  ), line AS (
    INSERT INTO referrals.commission (
      commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
      volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, note
    )
    SELECT record.id, 'mock', 'accrual', 'referrer', fresh.program_id, fresh.version, fresh.id, fresh.referee,
      'payment', fresh.key, fresh.before, fresh.new_tier, fresh.basis, fresh.rate, fresh.amount,
      CASE fresh.basis
        -- least and greatest leave out what is NULL.
        WHEN 'percent' THEN round(least(greatest(fresh.amount * fresh.rate / 100, fresh.floor), fresh.ceiling), 2)
        ELSE round(coalesce(fresh.rate, 0), 2)
      END,
      fresh.currency, now(), now() + fresh.hold,
      CASE WHEN fresh.new_tier IS NULL THEN 'below_first_tier' WHEN fresh.rate IS NULL THEN 'no_rate_at_tier' END
    FROM record JOIN fresh USING (place)
    WHERE record.action = 'accrual'
  ), audit AS (
    INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
    SELECT id, action, 'mock', participant_id, program_id, detail FROM record
  )
  UPDATE referrals.standing AS standing
  SET as_of = now(), program_id = moved.program_id, plan_version = moved.version, window_start = moved.starts,
    window_end = moved.ends, volume = moved.before, tier = moved.new_tier
  FROM moved
  WHERE NOT moved.is_late AND standing.participant_id = moved.id AND standing.mode = 'mock';
END
$$;

CREATE FUNCTION bench.reverse_payments(keys text[], why text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM bench.lock_standings(array_agg(DISTINCT referrer_id)) FROM referrals.commission
  WHERE event_key = ANY (keys) AND event_kind = 'payment' AND mode = 'mock' AND side = 'referrer' AND kind = 'accrual';
  WITH line AS MATERIALIZED (
    SELECT accrued.*, taken.amount AS amount_taken, taken.base_amount AS base_taken, sent.place
    FROM unnest(keys) WITH ORDINALITY AS sent (key, place)
    JOIN referrals.commission AS accrued ON accrued.event_key = sent.key AND accrued.event_kind = 'payment'
      AND accrued.mode = 'mock' AND accrued.side = 'referrer' AND accrued.kind = 'accrual'
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(made.amount), 0) AS amount, coalesce(sum(made.base_amount), 0) AS base_amount,
        coalesce(bool_or(edge.in_full), false) AS in_full
      FROM referrals.reversal AS edge
      JOIN referrals.commission AS made ON made.commission_id = edge.correction_id AND made.mode = edge.mode
      WHERE edge.commission_id = accrued.commission_id AND edge.mode = accrued.mode
    ) AS taken
    WHERE NOT taken.in_full
  ), record AS MATERIALIZED (
    SELECT nextval('referrals.audit_log_audit_id_seq') AS id, ordered.*
    FROM (SELECT * FROM line ORDER BY place) AS ordered
  ), audit AS (
    INSERT INTO referrals.audit_log (audit_id, action, mode) SELECT id, 'reversal', 'mock' FROM record
  ), edge AS (
    INSERT INTO referrals.reversal (correction_id, commission_id, mode, in_full)
    SELECT id, commission_id, 'mock', true FROM record
  )
  INSERT INTO referrals.commission (
    commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, reason
  )
  SELECT id, 'mock', 'reversal', side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
    volume_before, tier, basis, rate, -(base_amount + base_taken), -(amount + amount_taken), currency, occurred_at,
    payable_at, why
  FROM record;
END
$$;

CREATE TRIGGER paid AFTER INSERT ON payments REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION bench.on_payments_inserted();
CREATE TRIGGER changed AFTER UPDATE ON payments REFERENCING OLD TABLE AS gone NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION bench.on_payments_updated();
