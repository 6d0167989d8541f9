"""What must not happen: a crash, an internal error, a broken invariant."""

import os
import re

# Nobody else is at work, so nothing can collide or be waited for; and no rule of our tables may be what stops a call.
FORBIDDEN = re.compile("XX...|57P0.|57014|58...|40...|2350[0123]|23514|23P01|22021|53...")

PROOFS = {
    "the dashboard's sums against the lines": """
        SELECT * FROM (SELECT mode, currency, sum(accrued) AS accrued, sum(reversed) AS reversed, sum(balance + paid) AS total
                       FROM referrals.dashboard WHERE currency IS NOT NULL GROUP BY mode, currency) AS shown
        FULL JOIN (SELECT mode::text, currency, coalesce(sum(amount) FILTER (WHERE kind <> 'reversal'), 0) AS accrued,
                          coalesce(-sum(amount) FILTER (WHERE kind = 'reversal'), 0) AS reversed, sum(amount) AS total
                   FROM referrals.commission GROUP BY mode, currency) AS lines USING (mode, currency)
        WHERE coalesce(shown.accrued, 0) <> coalesce(lines.accrued, 0) OR coalesce(shown.reversed, 0) <> coalesce(lines.reversed, 0)
          OR coalesce(shown.total, 0) <> coalesce(lines.total, 0)""",
    "standings counted again": """
        SELECT participant_id, mode, volume, counted FROM (
          SELECT s.*, CASE coalesce(plan ->> 'metric', 'referrals')
            WHEN 'referrals' THEN (SELECT count(*) FROM referrals.attribution t WHERE t.referrer_id = s.participant_id AND t.mode = s.mode
                AND t.attributed_at >= window_start AND t.attributed_at < window_end)
              - (SELECT count(*) FROM referrals.queue q WHERE q.referrer_id = s.participant_id AND q.mode = s.mode AND q.event_kind = 'signup'
                AND q.occurred_at >= window_start AND q.occurred_at < window_end)
              - (SELECT count(*) FROM referrals.reversal e JOIN referrals.commission c ON c.commission_id = e.correction_id AND c.mode = e.mode
                JOIN referrals.attribution t ON t.referee_id = c.referee_id AND t.mode = c.mode
                WHERE e.in_full AND lowers AND c.kind = 'reversal' AND c.side = 'referrer' AND c.event_kind = 'signup'
                  AND c.referrer_id = s.participant_id
                  AND c.mode = s.mode AND c.occurred_at >= window_start AND c.occurred_at < window_end)
            WHEN 'events' THEN (SELECT count(*) FILTER (WHERE c.kind = 'accrual') - count(*) FILTER (WHERE lowers AND c.kind = 'reversal' AND e.in_full)
                FROM referrals.commission c LEFT JOIN referrals.reversal e ON e.correction_id = c.commission_id AND e.mode = c.mode
                WHERE c.side = 'referrer' AND c.referrer_id = s.participant_id AND c.mode = s.mode
                  AND c.occurred_at >= window_start AND c.occurred_at < window_end)
            ELSE (SELECT coalesce(sum(c.base_amount), 0) FROM referrals.commission c
                WHERE c.side = 'referrer' AND c.referrer_id = s.participant_id AND c.mode = s.mode AND c.occurred_at >= window_start AND c.occurred_at < window_end
                  AND (c.kind = 'accrual' OR lowers AND c.kind = 'reversal')
                  AND c.currency = coalesce(plan -> 'currency' ->> 'unit', plan ->> 'currency')) END AS counted
          FROM (SELECT s.*, p.plan, coalesce((p.plan ->> 'reversal_lowers_volume')::boolean, true) AS lowers
                FROM referrals.standing s JOIN referrals.plan p ON p.program_id = s.program_id AND p.version = s.plan_version
                WHERE p.plan -> 'window' IS NULL OR p.plan ->> 'window' IN ('lifetime', 'month', 'quarter', 'year')) AS s
        ) AS s WHERE volume <> counted""",
    "payouts against their lines": """
        SELECT payout_id, p.amount, sum(c.amount) FROM referrals.payout p LEFT JOIN referrals.payout_line l USING (payout_id)
        LEFT JOIN referrals.commission c USING (commission_id) GROUP BY payout_id HAVING sum(c.amount) IS DISTINCT FROM p.amount""",
    "an audit row for each line": """
        SELECT commission_id, kind, action FROM referrals.commission LEFT JOIN referrals.audit_log ON audit_id = commission_id
        WHERE action IS DISTINCT FROM kind::text""",
    "the form of codes": "SELECT code FROM referrals.participant WHERE code !~ '^[A-Z0-9_]{3,32}$'",
    "reversals of accruals alone": """
        SELECT edge.correction_id FROM referrals.reversal edge JOIN referrals.commission c USING (commission_id, mode) WHERE c.kind <> 'accrual'""",
    "verify()": "SELECT * FROM referrals.verify()",
}


def broken(session):
    """The invariants that do not hold, in words; and how many were checked."""
    found = []
    for what, sql in PROOFS.items():
        result = session.run(sql)
        if not result.ok:
            found.append(f"{what}: {result.messages}")
        elif result.rows:
            found.append(f"{what}: {result.rows[:5]}")
    return found, len(PROOFS)


class ServerLog:
    """The server's log from here on."""

    def __init__(self):
        self.path = os.environ["REFERRALS_SERVER_LOG"]
        self.begin = os.path.getsize(self.path)

    def text(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.begin)
            return log.read()

    def crashes(self):
        return [line for line in self.text().splitlines() if re.search(r"PANIC|terminated by signal|was terminated by exception|TRAP:", line)]

    def internal_errors(self, database):
        """Errors of class XX in a database that logs verbosely: the message and what follows it, up to the statement."""
        entries = re.split(r"\n(?=\d{4}-\d\d-\d\d \d\d:)", self.text())
        return ["\n".join(entry[:3000] for entry in entries[number:number + 4])
                for number, entry in enumerate(entries) if f"@{database} ERROR:  XX" in entry]
