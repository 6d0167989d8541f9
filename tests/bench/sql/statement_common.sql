-- What the triggers once a statement share.

-- An audit row to be, with its place among those of the statement.
CREATE TYPE bench.note AS (
  place bigint, step integer, action text, mode text, participant_id bigint, program_id integer, detail jsonb
);

-- Plans are kept for a few rows: left to itself Postgres makes them anew for a single row, which takes longer than all
-- the rest. For many rows it is left to itself. For functions that SET plan_cache_mode = force_generic_plan, which put
-- back what was before when they end.
CREATE FUNCTION bench.plan_for(rows integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF rows > 50 THEN
    PERFORM set_config('plan_cache_mode', 'auto', true);
  END IF;
END
$$;

-- Makes and locks the standings of referrers, all in ascending order.
CREATE FUNCTION bench.lock_standings(referrers bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO referrals.standing (participant_id, mode)
  SELECT id, 'mock' FROM unnest(referrers) AS wanted (id)
  WHERE NOT EXISTS (SELECT FROM referrals.standing WHERE participant_id = id AND mode = 'mock')
  ORDER BY id
  ON CONFLICT DO NOTHING;
  PERFORM FROM referrals.standing WHERE participant_id = ANY (referrers) AND mode = 'mock'
  ORDER BY participant_id FOR NO KEY UPDATE;
END
$$;

-- Referrers with the plan in force now, its window, and the volume in it.
CREATE FUNCTION bench.accounts(referrers bigint[]) RETURNS TABLE (
  id bigint, program_id integer, paused boolean, version integer, plan jsonb, starts timestamptz, ends timestamptz,
  before numeric, tier text, is_late boolean
) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT owner.participant_id, owner.program_id, program.paused, in_force.version, in_force.plan,
    span.starts, span.ends,
    CASE WHEN standing.window_start = span.starts AND standing.window_end = span.ends THEN standing.volume
      ELSE bench.referrals_in(owner.participant_id, span.starts, span.ends) END,
    standing.tier, now() < standing.as_of OR in_force.version IS NULL
  FROM referrals.standing
  JOIN referrals.participant AS owner ON owner.participant_id = standing.participant_id
  JOIN referrals.program AS program ON program.program_id = owner.program_id
  LEFT JOIN LATERAL (
    SELECT plan.version, plan.plan FROM referrals.plan
    WHERE plan.program_id = owner.program_id AND plan.effective_from <= now()
    ORDER BY plan.effective_from DESC, plan.version DESC LIMIT 1
  ) AS in_force ON true
  CROSS JOIN LATERAL (
    SELECT
      CASE WHEN in_force.plan ->> 'window' = 'month' THEN date_trunc('month', now(), 'UTC')
        ELSE '-infinity' END AS starts,
      CASE WHEN in_force.plan ->> 'window' = 'month'
        THEN (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
        ELSE 'infinity' END AS ends
  ) AS span
  WHERE standing.participant_id = ANY (referrers) AND standing.mode = 'mock';
END;

-- The tiers of all plans in force now, each with the volume at which the next one begins, and its rate for a kind of
-- event.
CREATE FUNCTION bench.steps(event_kind text) RETURNS TABLE (
  program_id integer, from_volume numeric, to_volume numeric, tier text, basis text, rate numeric,
  floor numeric, ceiling numeric, currency text, hold interval, is_rated boolean, needs_amount boolean
) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT plan.program_id, step.from_volume,
    lead(step.from_volume) OVER (PARTITION BY plan.program_id ORDER BY step.from_volume),
    step.tier ->> 'name',
    CASE WHEN step.rate IS NULL THEN 'none' WHEN step.rate ? 'percent' THEN 'percent' ELSE 'flat' END,
    coalesce(step.rate ->> 'percent', step.rate ->> 'flat')::numeric,
    (step.rate ->> 'min')::numeric, (step.rate ->> 'max')::numeric,
    plan.plan ->> 'currency', coalesce((plan.plan ->> 'hold_days')::integer, 0) * interval '24 hours',
    count(step.rate) OVER (PARTITION BY plan.program_id) > 0,
    bool_or(step.rate ? 'percent') OVER (PARTITION BY plan.program_id)
  FROM (
    SELECT DISTINCT ON (program_id) program_id, plan FROM referrals.plan
    WHERE effective_from <= now() ORDER BY program_id, effective_from DESC, version DESC
  ) AS plan
  CROSS JOIN LATERAL (
    -- Below the first tier there is another, without a name.
    SELECT '-infinity'::numeric, NULL::jsonb, NULL::jsonb
    UNION ALL
    SELECT (tier ->> 'from')::numeric, tier, tier -> 'rates' -> steps.event_kind
    FROM jsonb_array_elements(plan.plan -> 'tiers') AS tiers (tier)
  ) AS step (from_volume, tier, rate);
END;
