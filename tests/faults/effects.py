"""What a transaction ought to leave behind, as parts that can be looked for one by one.

A part is (label, identity). Of a transaction all parts are there, each exactly
once, or none is.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from connection import UNKNOWN
from shop import REFERRERS, SHARED

REFUND = "reverse_when: status = 'refunded'"


@dataclass
class Unit:
    """A transaction: what was sent, what it should leave, and what the client knows of its fate."""
    statements: list
    parts: list
    event: str = None  # its key, if all of this is one call of accrue(): it can be sent again
    contested: bool = False  # and others send it too
    fate: str = UNKNOWN
    answer: str = None  # the line that accrue() gave

    @property
    def earns(self):
        """Whether it can be sent again and only gives the line once more. A refusal would be noted anew."""
        return self.event is not None and self.parts[0][0] == "line"


@dataclass
class Person:
    """A user, and what leads from them to a line."""
    key: str
    referrer: str = None
    rewarded: bool = False  # the referrer's plan pays referees too

    @property
    def sides(self):
        return ("referrer", "referee") if self.rewarded else ("referrer",)


def sign_up(person, named, wanted):
    parts = [("user", person.key), ("participant", person.key)]
    if wanted:
        parts.append(("code", wanted))
    if person.referrer:
        return [*parts, ("tie", (person.key, person.referrer)), *lines("signup", person.key, person)]
    return [*parts, ("untied", (person.key, "unknown_code"))] if named else parts


def lines(kind, key, person):
    return [("line", (kind, key, side)) for side in person.sides]


def outcome(key, person, amount):
    """What an event comes to: lines, or a refusal."""
    if person.referrer is None:
        return [("refused", (key, "no_referrer"))]
    return [("refused", (key, "invalid_amount"))] if amount < 0 else lines("payment", key, person)


def row(key, state):
    return [("payment", key), ("paid", key)] if state == "paid" else [("payment", key)]


def reversal(key, person, reason):
    return [("reversal", (key, side, reason)) for side in person.sides]


def first_parts():
    """What opening the shop has left."""
    parts = [part for key, _, _ in REFERRERS for part in (("user", key), ("participant", key))]
    for number in range(SHARED):
        referrer, code, program = REFERRERS[number]
        parts += sign_up(Person(f"shared{number}", referrer, program == "direct"), code, None)
    return parts


# What waits in the queue counts as what it will be.
PARTS = """
SELECT 'user', id, NULL, NULL FROM users
UNION ALL SELECT 'participant', user_key, NULL, NULL FROM referrals.participant
UNION ALL SELECT 'code', code, NULL, NULL FROM referrals.participant WHERE code LIKE 'WANT%'
UNION ALL SELECT 'tie', referee.user_key, referrer.user_key, NULL
FROM referrals.attribution AS tie
JOIN referrals.participant AS referee ON referee.participant_id = tie.referee_id
JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id
UNION ALL SELECT 'line', event.kind, CASE event.kind WHEN 'signup' THEN referee.user_key ELSE event.key END, event.side
FROM (
  SELECT event_kind, event_key, side::text, referee_id FROM referrals.commission WHERE kind = 'accrual'
  UNION ALL SELECT event_kind, event_key, 'referrer', referee_id FROM referrals.queue WHERE coalesce(amount, 0) >= 0
) AS event (kind, key, side, referee_id)
JOIN referrals.participant AS referee ON referee.participant_id = event.referee_id
UNION ALL SELECT 'refused', event_key, 'invalid_amount', NULL FROM referrals.queue WHERE amount < 0
UNION ALL SELECT 'refused', detail ->> 'event_key', detail ->> 'reason', NULL FROM referrals.audit_log WHERE action = 'refused'
UNION ALL SELECT 'untied', person.user_key, audit.detail ->> 'reason', NULL
FROM referrals.audit_log AS audit JOIN referrals.participant AS person USING (participant_id) WHERE audit.action = 'untied'
UNION ALL SELECT 'reversal', event_key, side::text, reason FROM referrals.commission WHERE kind = 'reversal'
UNION ALL SELECT 'payment', id, NULL, NULL FROM payments
UNION ALL SELECT 'paid', id, NULL, NULL FROM payments WHERE status <> 'pending'
UNION ALL SELECT 'refunded', id, NULL, NULL FROM payments WHERE status = 'refunded'
"""


def found(session):
    """What is in the database: label -> identity -> how often."""
    parts = defaultdict(Counter)
    for label, *columns in session.query(PARTS):
        values = tuple(value for value in columns if value is not None)
        parts[label][values if len(values) > 1 else values[0]] += 1
    return parts
