"""Whether the check sees what it is for: each damage is done in a transaction, looked for, and undone."""

from aftermath import Checks, drain, extra, judge
from connection import ACKNOWLEDGED
from effects import found
from soundness import findings

GUARDED = "commission", "audit_log", "participant"
UNGUARD = ["SET LOCAL session_replication_role = replica",  # no trigger of the application's tables, no foreign key
           *(f"ALTER TABLE referrals.{table} DISABLE TRIGGER append_only" for table in GUARDED)]
GUARD = ["SET LOCAL session_replication_role = origin",
         *(f"ALTER TABLE referrals.{table} ENABLE ALWAYS TRIGGER append_only" for table in GUARDED)]
LINE = "(SELECT commission_id FROM referrals.commission WHERE event_key = '{event}' AND kind = 'accrual' AND side = 'referrer')"
DAMAGES = {
    "a lost event": "DELETE FROM referrals.commission WHERE event_key = '{event}'",
    "a lost audit row": f"DELETE FROM referrals.audit_log WHERE audit_id = {LINE}",
    "an event that earned twice": "INSERT INTO referrals.commission SELECT (jsonb_populate_record(line, '{{\"mode\": \"mock\"}}')).* "
                                  f"FROM referrals.commission AS line WHERE commission_id = {LINE}",
    "a user who is nobody": "UPDATE referrals.participant SET user_key = user_key || '?' WHERE user_key = '{user}'",
    "a sign-up without its row": "DELETE FROM users WHERE id = '{user}'",
    "a refund that is not in the ledger": "DELETE FROM referrals.commission WHERE kind = 'reversal' AND commission_id = "
                                          "(SELECT max(commission_id) FROM referrals.commission WHERE kind = 'reversal')",
    "a payment that nobody sent": "INSERT INTO payments SELECT 'stray', id, 1, 'paid', now() FROM users LIMIT 1",
    "a volume that is not so": "UPDATE referrals.standing SET volume = volume + 1 WHERE participant_id = 1",
    "a payout that does not add up": "UPDATE referrals.payout SET amount = amount + 0.01 WHERE payout_id = 1",
    "a line in two payouts": "UPDATE referrals.payout SET state = 'draft' WHERE state = 'cancelled'",
}


def look(round_):
    """A round without a fault, and then with everything that a fault must not do."""
    round_.begin()
    round_.progress(250)
    round_.until(lambda: {"cancelled", "paid"} <= set(round_.workers[-1].states.values()), "no payout gets that far")
    round_.end()
    units = [unit for client in round_.clients for unit in client.log if unit.fate == ACKNOWLEDGED]
    names = {"event": next(unit.event for unit in units if unit.contested),
             "user": next(identity[0] for unit in units for label, identity in unit.parts if label == "tie")}
    session = round_.cluster.session(round_.database)
    drain(round_.checks, session)  # what still waits has no line to damage
    for what, damage in {"nothing": "SELECT 1", **DAMAGES}.items():
        for sql in ["BEGIN", *UNGUARD, damage.format(**names), *GUARD]:
            session.query(sql)
        seen = Checks()
        parts = found(session)
        judge(seen, units, parts)
        extra(seen, units, parts)
        for question, rows in findings(session):
            seen.none(question, rows)
        session.query("ROLLBACK")
        round_.checks.true(f"the check sees {what}: {seen.problems}", bool(seen.problems) == (what in DAMAGES))
    session.close()
    return f"no fault, but {len(DAMAGES)} damages done by hand, and seen"
