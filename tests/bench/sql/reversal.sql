-- Taking back what an event earned, for both kinds of triggers: a line at a time, as a refund comes.
CREATE FUNCTION bench.reverse_event(of_kind text, of_key text, why text) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  line referrals.commission;
  left_amount numeric;
  left_base numeric;
  was_in_full boolean;
  line_id bigint;
BEGIN
  IF of_kind = 'signup' THEN
    -- The ledger names a sign-up by the number of the person.
    SELECT participant_id::text INTO of_key FROM referrals.participant WHERE user_key = of_key;
  END IF;
  FOR line IN
    SELECT accrued.*
    FROM referrals.commission AS accrued
    JOIN referrals.standing AS standing ON standing.participant_id = accrued.referrer_id
      AND standing.mode = accrued.mode
    WHERE accrued.event_key = of_key AND accrued.event_kind = of_kind AND accrued.mode = 'mock'
      AND accrued.kind = 'accrual'
    ORDER BY accrued.commission_id
    FOR NO KEY UPDATE OF standing
  LOOP
    -- Under the lock: what others have taken back meanwhile is committed.
    SELECT line.amount + coalesce(sum(made.amount), 0), line.base_amount + coalesce(sum(made.base_amount), 0),
      coalesce(bool_or(edge.in_full), false)
    INTO left_amount, left_base, was_in_full
    FROM referrals.reversal AS edge
    JOIN referrals.commission AS made ON made.commission_id = edge.correction_id AND made.mode = edge.mode
    WHERE edge.commission_id = line.commission_id AND edge.mode = line.mode;
    CONTINUE WHEN was_in_full;
    WITH audit AS (
      INSERT INTO referrals.audit_log (action, mode) VALUES ('reversal', 'mock') RETURNING audit_id
    ), edge AS (
      INSERT INTO referrals.reversal (correction_id, commission_id, mode, in_full)
      SELECT audit_id, line.commission_id, 'mock', true FROM audit
    )
    INSERT INTO referrals.commission (
      commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
      volume_before, tier, basis, rate, base_amount, amount, currency, occurred_at, payable_at, reason
    )
    SELECT audit_id, 'mock', 'reversal', line.side, line.program_id, line.plan_version, line.referrer_id,
      line.referee_id, line.event_kind, line.event_key, line.volume_before, line.tier, line.basis, line.rate,
      -left_base, -left_amount, line.currency, line.occurred_at, line.payable_at, why
    FROM audit
    RETURNING commission_id INTO line_id;
    IF line.event_kind = 'signup' THEN
      PERFORM bench.count_late(line.referrer_id, line.occurred_at, -1);
    END IF;
    RETURN NEXT line_id;
  END LOOP;
END
$$;
