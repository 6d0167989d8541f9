-- What the hand-written triggers share. They know what the bench's programs use and no more: volume counts referrals,
-- over a lifetime or a month of UTC; one tier rates an event, that of the volume with it; flat rates for sign-ups, flat
-- and percent rates for payments, with a minimum and a maximum, rounded half up to the cents of a currency; no limits,
-- no rewards for referees, one mode. That is to their advantage: the extension decides on all of it at every event.
CREATE SCHEMA bench;

-- A code as it is stored, of a code as somebody typed it.
CREATE FUNCTION bench.normal(typed text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN upper(translate(typed, E' -\t\n\x0b\f\r\u0085\u00a0\u2007\u202f\u3000', ''));

-- Eight characters that nobody can predict, without those that are misread or spell words: 48 random bits as base64,
-- its 64 digits brought down to 27.
CREATE FUNCTION bench.new_code() RETURNS text LANGUAGE sql VOLATILE
RETURN translate(left(encode(uuid_send(gen_random_uuid()), 'base64'), 8),
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  '23456789BCDFGHJKMNPQRSTVWXZ23456789BCDFGHJKMNPQRSTVWXZ23456789BC');

-- A time as the audit has it.
CREATE FUNCTION bench.in_words(moment timestamptz) RETURNS text LANGUAGE sql STABLE
RETURN rtrim(rtrim(to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z';

-- The name of the tier that a volume has reached in a plan version.
CREATE FUNCTION bench.tier_at(of_program integer, of_version integer, volume numeric) RETURNS text LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT tier ->> 'name'
  FROM referrals.plan, jsonb_array_elements(plan -> 'tiers') WITH ORDINALITY AS step (tier, place)
  WHERE program_id = of_program AND version = of_version AND (tier ->> 'from')::numeric <= volume
  ORDER BY place DESC LIMIT 1;
END;

-- The ties of a referrer in a window, less those whose sign-up was taken back.
CREATE FUNCTION bench.referrals_in(of_referrer bigint, from_time timestamptz, to_time timestamptz) RETURNS numeric
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (
    SELECT count(*) FROM referrals.attribution
    WHERE referrer_id = of_referrer AND mode = 'mock' AND attributed_at >= from_time AND attributed_at < to_time
  ) - (
    SELECT count(*)
    FROM referrals.commission AS line
    JOIN referrals.reversal AS edge ON edge.commission_id = line.commission_id AND edge.mode = line.mode
    WHERE line.referrer_id = of_referrer AND line.mode = 'mock' AND line.side = 'referrer' AND line.kind = 'accrual'
      AND line.event_kind = 'signup' AND line.occurred_at >= from_time AND line.occurred_at < to_time AND edge.in_full
  )::numeric;
END;

-- Says that a referrer has reached, or left, a tier.
CREATE FUNCTION bench.tier_changed(
  of_referrer bigint, of_program integer, of_version integer, tier_before text, tier_after text, volume numeric
) RETURNS void LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO referrals.audit_log (action, mode, participant_id, program_id, detail)
  VALUES ('tier_changed', 'mock', of_referrer, of_program, jsonb_build_object('from', tier_before, 'to', tier_after,
    'volume', trim_scale(volume)::text, 'plan_version', of_version));
END;

-- Counts something into the window that a standing is in, if it lies there: what is older than the standing, or taken
-- back.
CREATE FUNCTION bench.count_late(of_referrer bigint, happened_at timestamptz, change numeric) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  standing referrals.standing;
  new_tier text;
BEGIN
  SELECT * INTO standing FROM referrals.standing WHERE participant_id = of_referrer AND mode = 'mock';
  IF happened_at >= standing.window_start AND happened_at < standing.window_end THEN
    new_tier := bench.tier_at(standing.program_id, standing.plan_version, standing.volume + change);
    UPDATE referrals.standing AS counted SET volume = counted.volume + change, tier = new_tier
    WHERE counted.participant_id = of_referrer AND counted.mode = 'mock';
    IF new_tier IS DISTINCT FROM standing.tier THEN
      PERFORM bench.tier_changed(of_referrer, standing.program_id, standing.plan_version, standing.tier, new_tier,
        standing.volume + change);
    END IF;
  END IF;
END
$$;

-- What is to be said of a payment that has its line: nothing, which is an empty object, if it is sent again as it was;
-- NULL if it has none.
CREATE FUNCTION bench.of_known(this_key text, sent_referee bigint,
  sent_amount numeric) RETURNS jsonb LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN line.referee_id = sent_referee AND line.base_amount IS NOT DISTINCT FROM sent_amount THEN '{}'
    ELSE jsonb_build_object('event_kind', 'payment', 'event_key', this_key, 'reason', 'conflicting_event',
      'recorded', jsonb_build_object('referee', line.referee_id, 'amount', trim_scale(line.base_amount)::text,
        'currency', line.currency, 'occurred_at', bench.in_words(line.occurred_at)),
      'sent', jsonb_build_object('referee', sent_referee, 'amount', trim_scale(sent_amount)::text,
        'currency', NULL, 'occurred_at', NULL)) END
  FROM referrals.commission AS line
  WHERE line.event_key = this_key AND line.event_kind = 'payment' AND line.mode = 'mock' AND line.side = 'referrer'
    AND line.kind = 'accrual';
END;
