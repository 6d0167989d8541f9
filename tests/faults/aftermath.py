"""After a fault: what the clients' logs say was acknowledged, beside what is in the database."""

from collections import Counter

from client import Client
from connection import ACKNOWLEDGED, REJECTED, UNKNOWN
from effects import first_parts, found
from processes import wait_until_alone
from soundness import IN_ORDER, findings
from worker import Payer, Sealer


class Checks:
    def __init__(self):
        self.passed, self.problems = 0, []

    def none(self, what, rows):
        if rows:
            self.problems.append(f"{what}: {len(rows)}, such as {'; '.join(map(str, rows[:3]))}")
        else:
            self.passed += 1

    def true(self, what, condition):
        self.none(what, [] if condition else ["it is not so"])


def examine(checks, session, workers):
    """Everything that must hold now. Says what was lost; sends again what is not there, as an application would."""
    units = [unit for worker in workers if isinstance(worker, Client) for unit in worker.log]
    number = Counter(unit.fate for unit in units)
    lost, half, doubtful = judge(checks, units, found(session))
    again = send_again(checks, session, units, doubtful)
    drain(checks, session)
    still = judge(checks, units, found(session))
    extra(checks, units, found(session))
    for what, rows in findings(session):
        checks.none(what, rows)
    checks.none("places among a referrer's sign-ups that are given twice, or to nobody", session.query(IN_ORDER))
    payouts(checks, session, workers)
    seals(checks, session, workers)
    there = len(doubtful) - again
    return (f"{number[ACKNOWLEDGED]} transactions acknowledged, {number[UNKNOWN]} of unknown fate "
            f"({there} there, {again} not, and sent again), {number[REJECTED]} refused or undone, "
            f"lost {lost + still[0]}, half there {half + still[1]}")


def judge(checks, units, parts):
    """How many are lost and half there, and the units of unknown fate, each with whether it is there."""
    lost, half, doubtful = 0, 0, []
    for unit in units:
        times = [parts[label][identity] for label, identity in unit.parts]
        there, absent = all(n == 1 for n in times), not any(times)
        half += not there and not absent
        lost += absent and unit.fate == ACKNOWLEDGED
        if unit.fate == UNKNOWN:
            doubtful.append((unit, there))
        # Of an event that others send too, a refusal says nothing.
        right = there if unit.fate == ACKNOWLEDGED else there or absent if unit.fate == UNKNOWN or unit.contested else absent
        checks.none(f"{unit.fate}, but not so in the database",
                    [] if right else [(unit.statements, [(*part, n) for part, n in zip(unit.parts, times)])])
    return lost, half, doubtful


def send_again(checks, session, units, doubtful):
    """What is not there is sent again, and then is. An event that is there gives the line that it has. How many were not there?"""
    missing = [unit for unit, there in doubtful if not there]
    for unit in missing:
        for sql in unit.statements:
            result = session.run(sql)
            checks.none("sent again and refused", [] if result.ok else [(sql, result.messages)])
        unit.fate = ACKNOWLEDGED
        if unit.earns:
            unit.answer = result.value
    answers = {}
    for unit in units:
        if unit.earns and unit.fate != REJECTED:
            line = answers.setdefault(unit.event, session.value(unit.statements[0]))
            checks.none("events that have another line when they are sent again",
                        [] if unit.answer in (None, line) else [(unit.event, unit.answer, line)])
    return len(missing)


def drain(checks, session):
    """All that waits is accrued. Nobody may hold a referrer, who would be passed over."""
    wait_until_alone(session)
    while session.value("SELECT referrals.process_queue()") != "0":
        pass
    checks.none("events that wait though the queue was processed", session.query("SELECT * FROM referrals.queue"))


def extra(checks, units, parts):
    """Nothing is there that nobody sent."""
    expected = {*first_parts(), *(part for unit in units if unit.fate != REJECTED for part in unit.parts)}
    checks.none("in the database, but sent by nobody",
                [(label, identity) for label, identities in parts.items() for identity in identities if (label, identity) not in expected])


def payouts(checks, session, workers):
    """Payouts are in the state that was acknowledged, or in the one whose fate is unknown."""
    states = dict(session.query("SELECT payout_id, state FROM referrals.payout"))
    for worker in workers:
        if isinstance(worker, Payer):
            checks.none("payouts that are not in the state that was acknowledged", [
                (payout, state, states.get(str(payout))) for payout, state in worker.states.items()
                if states.get(str(payout)) not in (state, worker.doubtful.get(payout))])


def seals(checks, session, workers):
    """The first root that was acknowledged and the last ones still vouch for what they sealed."""
    for worker in workers:
        if isinstance(worker, Sealer):
            for root in {*worker.roots[:1], *worker.roots[-3:]}:
                checks.none(f"what verify('{root}') finds", session.query(f"SELECT * FROM referrals.verify('{root}')"))
