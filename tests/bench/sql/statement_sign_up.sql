-- The sign-ups of a statement at once, from the transition table, in sets. Ids are drawn in the order of the rows and
-- say which of two rows came first. The argument is the program_id of new participants.
CREATE FUNCTION bench.on_sign_ups() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  ids bigint[];
  keys text[];
  wanted text[];
  named text[];
  inserted bigint;
  referees bigint[];
  owners bigint[];
  referrers bigint[];
  notes bench.note[] := '{}';
  known bigint;
  refused text;
BEGIN
  WITH given AS MATERIALIZED (
    SELECT nextval('referrals.participant_participant_id_seq') AS id, arrived.id::text AS user_key,
      nullif(bench.normal(arrived.code), '') AS wanted, bench.normal(arrived.referred_by) AS named
    FROM arrived
  ), person AS (
    INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
    SELECT id, user_key, CASE WHEN given.wanted ~ '^[A-Z0-9_]{3,32}$' THEN given.wanted ELSE bench.new_code() END,
      TG_ARGV[0]::integer, now()
    FROM given
    ON CONFLICT DO NOTHING
    RETURNING 1
  )
  SELECT array_agg(given.id), array_agg(given.user_key), array_agg(given.wanted), array_agg(given.named),
    (SELECT count(*) FROM person)
  INTO ids, keys, wanted, named, inserted
  FROM given;
  IF ids IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM bench.plan_for(cardinality(ids));

  -- The rare rows, one by one: a wanted code that cannot be had, a user who is known, a made code that was taken.
  IF inserted < cardinality(ids) OR cardinality(array_remove(wanted, NULL)) > 0 THEN
    FOR place IN 1 .. cardinality(ids) LOOP
      refused := CASE WHEN wanted[place] !~ '^[A-Z0-9_]{3,32}$' THEN 'invalid' END;
      FOR attempt IN 0..8 LOOP
        EXIT WHEN EXISTS (SELECT FROM referrals.participant WHERE participant_id = ids[place]);
        SELECT participant_id INTO known FROM referrals.participant WHERE user_key = keys[place];
        IF FOUND THEN
          IF named[place] <> '' THEN
            notes := notes || (ids[place], 1, 'untied', NULL, known, NULL,
              jsonb_build_object('reason', 'already_registered', 'code', left(named[place], 40)))::bench.note;
          END IF;
          named[place] := NULL;
          refused := NULL;
          EXIT;
        END IF;
        IF wanted[place] IS NOT NULL AND refused IS NULL THEN
          refused := 'taken';
        END IF;
        INSERT INTO referrals.participant (participant_id, user_key, code, program_id, registered_at)
        VALUES (ids[place], keys[place], bench.new_code(), TG_ARGV[0]::integer, now())
        ON CONFLICT DO NOTHING;
        IF attempt = 8 THEN
          RAISE EXCEPTION 'no free code was found' USING ERRCODE = 'program_limit_exceeded';
        END IF;
      END LOOP;
      IF refused IS NOT NULL THEN
        notes := notes || (ids[place], 0, 'code_refused', NULL, ids[place], NULL,
          jsonb_build_object('reason', refused, 'wanted', left(wanted[place], 40)))::bench.note;
      END IF;
    END LOOP;
  END IF;

  -- Whose the codes are. Those of later rows of this statement do not count yet.
  WITH sign_up AS MATERIALIZED (
    SELECT id, code FROM unnest(ids, named) AS sent (id, code) WHERE code <> ''
  ), owner AS MATERIALIZED (
    SELECT owner.participant_id AS id, owner.code, owner.user_key IS NULL AS erased
    FROM (SELECT DISTINCT code FROM sign_up) AS asked
    JOIN referrals.participant AS owner ON owner.code = asked.code
  ), decided AS MATERIALIZED (
    SELECT sign_up.id, sign_up.code, owner.id AS owner_id, CASE
        WHEN owner.id IS NULL OR owner.id > sign_up.id AND owner.id = ANY (ids) THEN 'unknown_code'
        WHEN owner.id = sign_up.id THEN 'self_referral'
        WHEN owner.erased THEN 'retired_code'
      END AS reason
    FROM sign_up LEFT JOIN owner USING (code)
  )
  SELECT array_agg(id) FILTER (WHERE reason IS NULL), array_agg(owner_id) FILTER (WHERE reason IS NULL),
    array_agg(DISTINCT owner_id) FILTER (WHERE reason IS NULL),
    notes || coalesce(array_agg((id, 1, 'untied', NULL, id, NULL,
      jsonb_build_object('reason', reason, 'code', left(code, 40)))::bench.note) FILTER (WHERE reason IS NOT NULL),
        '{}')
  INTO referees, owners, referrers, notes
  FROM decided;

  IF referees IS NULL THEN
    INSERT INTO referrals.audit_log (action, mode, participant_id, program_id, detail)
    SELECT action, mode, participant_id, program_id, detail FROM unnest(notes) ORDER BY place, step;
    RETURN NULL;
  END IF;
  PERFORM bench.lock_standings(referrers);
  PERFORM bench.tie_all(referees, owners, referrers, notes);
  RETURN NULL;
END
$$;

-- Ties, lines, audit rows and standings, once the standings are locked.
CREATE FUNCTION bench.tie_all(referees bigint[], owners bigint[], referrers bigint[], notes bench.note[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  late record;
BEGIN
  WITH account AS MATERIALIZED (
    SELECT * FROM bench.accounts(referrers)
  ), step AS MATERIALIZED (
    SELECT * FROM bench.steps('signup')
  ), numbered AS MATERIALIZED (
    SELECT referee, owner, row_number() OVER (PARTITION BY owner ORDER BY referee) AS number
    FROM unnest(referees, owners) AS tie (referee, owner)
  ), rated AS MATERIALIZED (
    SELECT numbered.referee, account.id, account.program_id, account.paused, account.version, account.is_late,
      account.starts, account.ends, account.before + numbered.number - 1 AS before,
      step.tier, step.basis, step.rate, step.currency, step.hold, step.is_rated,
      lag(step.tier, 1, account.tier) OVER same_account AS tier_before,
      lead(numbered.number) OVER same_account IS NULL AS is_last
    FROM numbered
    JOIN account ON account.id = numbered.owner
    LEFT JOIN step ON step.program_id = account.program_id AND step.from_volume <= account.before + numbered.number
      AND (step.to_volume IS NULL OR account.before + numbered.number < step.to_volume)
    WINDOW same_account AS (PARTITION BY account.id ORDER BY numbered.number)
  ), entry AS (
    SELECT referee AS place, 2 AS step, 'accrual' AS action, 'mock' AS mode, NULL::bigint AS participant_id,
      NULL::integer AS program_id, NULL::jsonb AS detail
    FROM rated WHERE NOT paused AND is_rated
    UNION ALL
    SELECT referee, 2, 'refused', 'mock', referee, program_id, jsonb_build_object('event_kind', 'signup', 'event_key',
      referee::text, 'reason', CASE WHEN paused THEN 'program_paused' ELSE 'no_plan' END)
    FROM rated WHERE paused OR version IS NULL
    UNION ALL
    SELECT referee, 3, 'tier_changed', 'mock', id, program_id, jsonb_build_object('from', tier_before, 'to', tier,
      'volume', trim_scale(before + 1)::text, 'plan_version', version)
    FROM rated WHERE NOT is_late AND tier IS DISTINCT FROM tier_before
    UNION ALL
    SELECT * FROM unnest(notes)
  ), record AS MATERIALIZED (
    SELECT nextval('referrals.audit_log_audit_id_seq') AS id, ordered.*
    FROM (SELECT * FROM entry ORDER BY place, step) AS ordered
  ), tie AS (
    INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
    SELECT referee, owner, 'mock', now() FROM numbered
  ), audit AS (
    INSERT INTO referrals.audit_log (audit_id, action, mode, participant_id, program_id, detail)
    SELECT id, action, mode, participant_id, program_id, detail FROM record
  ), line AS (
    INSERT INTO referrals.commission (
      commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
      volume_before, tier, basis, rate, amount, currency, occurred_at, payable_at, note
    )
    SELECT record.id, 'mock', 'accrual', 'referrer', rated.program_id, rated.version, rated.id, rated.referee,
      'signup', rated.referee::text, rated.before, rated.tier, rated.basis, rated.rate, round(coalesce(rated.rate, 0),
        2),
      rated.currency, now(), now() + rated.hold,
      CASE WHEN rated.tier IS NULL THEN 'below_first_tier' WHEN rated.rate IS NULL THEN 'no_rate_at_tier' END
    FROM record JOIN rated ON rated.referee = record.place
    WHERE record.action = 'accrual'
  )
  UPDATE referrals.standing AS standing
  SET as_of = now(), program_id = rated.program_id, plan_version = rated.version, window_start = rated.starts,
    window_end = rated.ends, volume = rated.before + 1, tier = rated.tier
  FROM rated
  WHERE rated.is_last AND NOT rated.is_late AND standing.participant_id = rated.id AND standing.mode = 'mock';

  FOR late IN
    SELECT id, count(*) AS ties FROM bench.accounts(referrers) JOIN unnest(owners) AS tie (owner) ON owner = id
    WHERE is_late GROUP BY id ORDER BY id
  LOOP
    PERFORM bench.count_late(late.id, now(), late.ties);
  END LOOP;
END
$$;

CREATE TRIGGER sign_up AFTER INSERT ON users REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION bench.on_sign_ups('1');
