"""What must hold in the record at any moment, whoever wrote it: each query gives no row."""

SOUND = {
    "lines that do not have their audit row": """
        SELECT line.commission_id, line.kind, audit.action FROM referrals.commission AS line
        LEFT JOIN referrals.audit_log AS audit ON audit.audit_id = line.commission_id
        WHERE (audit.action, audit.mode) IS DISTINCT FROM (line.kind::text, line.mode)""",
    "audit rows of a line that is not there": """
        SELECT audit_id, action FROM referrals.audit_log
        WHERE action IN ('accrual', 'reversal', 'adjustment') AND audit_id NOT IN (SELECT commission_id FROM referrals.commission)""",
    "events with two lines of one side": """
        SELECT mode, event_kind, event_key, side FROM referrals.commission WHERE kind = 'accrual' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "corrections that correct nothing": """
        SELECT line.commission_id, line.kind, count(edge.commission_id) FROM referrals.commission AS line
        LEFT JOIN referrals.reversal AS edge ON edge.correction_id = line.commission_id AND edge.mode = line.mode
        GROUP BY line.commission_id, line.mode HAVING count(edge.commission_id) <> (line.kind <> 'accrual')::int""",
    "accruals of which more was taken back than there was, or of which something is left after all was": """
        SELECT line.commission_id, line.amount, sum(correction.amount) FROM referrals.commission AS line
        JOIN referrals.reversal AS edge ON edge.commission_id = line.commission_id AND edge.mode = line.mode
        JOIN referrals.commission AS correction ON correction.commission_id = edge.correction_id AND correction.mode = edge.mode
        GROUP BY line.commission_id, line.mode
        HAVING line.amount + sum(correction.amount) < 0 OR bool_or(edge.in_full) AND line.amount + sum(correction.amount) <> 0
          OR count(*) FILTER (WHERE edge.in_full AND correction.kind = 'reversal') > 1""",
    "sums of the dashboard that are not the sums of the lines": """
        SELECT * FROM (
          SELECT CASE side WHEN 'referrer' THEN referrer.code ELSE referee.code END AS code, line.mode::text, line.currency,
            sum(line.amount) FILTER (WHERE line.kind <> 'reversal') AS accrued,
            coalesce(-sum(line.amount) FILTER (WHERE line.kind = 'reversal'), 0) AS reversed,
            sum(line.amount) - coalesce(sum(line.amount) FILTER (WHERE payout.state = 'paid'), 0) AS balance
          FROM referrals.commission AS line
          JOIN referrals.participant AS referrer ON referrer.participant_id = line.referrer_id
          JOIN referrals.participant AS referee ON referee.participant_id = line.referee_id
          LEFT JOIN referrals.payout_line AS held ON held.commission_id = line.commission_id AND NOT held.released
          LEFT JOIN referrals.payout USING (payout_id)
          GROUP BY 1, 2, 3
        ) AS summed
        FULL JOIN (SELECT * FROM referrals.dashboard WHERE accrued <> 0 OR reversed <> 0) AS shown USING (code, mode, currency)
        WHERE (summed.accrued, summed.reversed, summed.balance) IS DISTINCT FROM (shown.accrued, shown.reversed, shown.balance)
          AND (coalesce(summed.accrued, 0) <> 0 OR coalesce(summed.reversed, 0) <> 0 OR shown.code IS NOT NULL)""",
    "referrals on the dashboard that are not the ties": """
        SELECT * FROM (
          SELECT referrer.code, tie.mode::text, count(*) AS ties FROM referrals.attribution AS tie
          JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id GROUP BY 1, 2
        ) AS counted
        JOIN referrals.dashboard AS shown USING (code, mode) WHERE counted.ties <> shown.referrals""",
    # Of every metric and window, from ties and lines alone.
    "standings that a recount does not give": """
        SELECT standing.participant_id, standing.mode, standing.volume, recount.volume
        FROM referrals.standing JOIN referrals.plan ON plan.program_id = standing.program_id AND plan.version = standing.plan_version
        CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE kind = 'accrual') AS events,
            count(*) FILTER (WHERE kind = 'reversal' AND in_full) AS events_back,
            count(*) FILTER (WHERE kind = 'reversal' AND in_full AND event_kind = 'signup') AS ties_back,
            coalesce(sum(base_amount) FILTER (WHERE kind <> 'adjustment' AND currency = plan.plan ->> 'currency'), 0) AS revenue
          FROM referrals.commission AS line
          LEFT JOIN referrals.reversal AS edge ON edge.correction_id = line.commission_id AND edge.mode = line.mode
          WHERE line.referrer_id = standing.participant_id AND line.mode = standing.mode AND side = 'referrer'
            AND occurred_at >= standing.window_start AND occurred_at < standing.window_end
        ) AS lines
        CROSS JOIN LATERAL (
          SELECT count(*) AS ties FROM referrals.attribution AS tie
          WHERE tie.referrer_id = standing.participant_id AND tie.mode = standing.mode
            AND attributed_at >= standing.window_start AND attributed_at < standing.window_end
            AND NOT EXISTS (SELECT FROM referrals.queue WHERE referee_id = tie.referee_id AND event_kind = 'signup' AND queue.mode = tie.mode)
        ) AS tied
        CROSS JOIN LATERAL (
          SELECT CASE coalesce(plan.plan ->> 'metric', 'referrals') WHEN 'revenue' THEN lines.revenue
            WHEN 'events' THEN lines.events - lines.events_back ELSE tied.ties - lines.ties_back END AS volume
        ) AS recount
        WHERE isfinite(standing.as_of) AND recount.volume <> standing.volume""",
    "tiers of standings that the audit trail does not lead to": """
        SELECT standing.participant_id, standing.mode, standing.tier, last.tier FROM referrals.standing
        LEFT JOIN LATERAL (
          SELECT detail ->> 'to' AS tier FROM referrals.audit_log AS audit
          WHERE audit.participant_id = standing.participant_id AND audit.mode = standing.mode AND action = 'tier_changed'
          ORDER BY audit_id DESC LIMIT 1
        ) AS last ON true
        WHERE isfinite(standing.as_of) AND standing.tier IS DISTINCT FROM last.tier""",
    "ties without an outcome of the sign-up": """
        SELECT tie.referee_id, tie.mode FROM referrals.attribution AS tie
        WHERE tie.mode = 'live'
          AND NOT EXISTS (SELECT FROM referrals.commission AS line WHERE line.event_kind = 'signup' AND line.event_key = tie.referee_id::text
            AND line.side = 'referrer' AND line.kind = 'accrual' AND line.referrer_id = tie.referrer_id)
          AND NOT EXISTS (SELECT FROM referrals.queue WHERE event_kind = 'signup' AND queue.referee_id = tie.referee_id)
          AND NOT EXISTS (SELECT FROM referrals.audit_log WHERE action = 'refused' AND participant_id = tie.referee_id
            AND detail ->> 'event_kind' = 'signup')""",
    "events that have a line and wait all the same": """
        SELECT event_kind, event_key FROM referrals.queue AS waiting WHERE EXISTS (
          SELECT FROM referrals.commission AS line WHERE line.mode = waiting.mode AND line.event_kind = waiting.event_kind
            AND line.event_key = waiting.event_key AND line.kind = 'accrual')""",
    "payouts whose lines do not add up, or are not theirs": """
        SELECT payout_id, payout.state, payout.amount, sum(line.amount) FROM referrals.payout
        LEFT JOIN referrals.payout_line AS held USING (payout_id)
        LEFT JOIN referrals.commission AS line ON line.commission_id = held.commission_id
        GROUP BY payout_id
        HAVING sum(line.amount) IS DISTINCT FROM payout.amount OR bool_or(line.mode <> 'live' OR line.currency <> payout.currency
          OR held.released <> (payout.state IN ('cancelled', 'failed'))
          OR payout.payee_id <> CASE line.side WHEN 'referrer' THEN line.referrer_id ELSE line.referee_id END)""",
    "lines in two payouts": """
        SELECT commission_id FROM referrals.payout_line WHERE NOT released GROUP BY 1 HAVING count(*) > 1""",
    "payouts whose state is not the last of the audit trail": """
        SELECT payout_id, state, last.action FROM referrals.payout
        LEFT JOIN LATERAL (
          SELECT action FROM referrals.audit_log WHERE action LIKE 'payout%' AND detail ->> 'payout' = payout_id::text
          ORDER BY audit_id DESC LIMIT 1
        ) AS last ON true
        WHERE last.action IS DISTINCT FROM 'payout_' || replace(state, 'draft', 'drafted')""",
}
# Of a plan that counts referrals over a lifetime: nobody's place is given twice, and none is left out.
IN_ORDER = """
    SELECT referrer_id, commission_id, volume_before, place FROM (
      SELECT referrer_id, commission_id, volume_before, row_number() OVER (PARTITION BY referrer_id ORDER BY commission_id) - 1 AS place
      FROM referrals.commission JOIN referrals.program USING (program_id)
      WHERE program.name = 'direct' AND event_kind = 'signup' AND kind = 'accrual' AND side = 'referrer'
    ) AS numbered WHERE volume_before <> place"""


def findings(session):
    """(what, rows) of every question; no rows is the right answer."""
    for what, sql in SOUND.items():
        yield what, session.query(sql)
    yield "what health() finds", session.query("SELECT check_name, detail FROM referrals.health() WHERE NOT ok")
    for function in ("verify", "reconcile"):
        yield f"what {function}() finds", session.query(f"SELECT * FROM referrals.{function}()")
