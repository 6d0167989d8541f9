"""Connections that accrue, resend, reverse, tie late and pay out, each on its own, without a model."""

import itertools
import random
import threading
from decimal import Decimal

from events import Event
from ops import micro, stamp
from plan import DAY
from psql import Failure, Session, literal

REFERRERS, REFEREES, UNTIED, CONTESTED = 9, 45, 30, 40
WORK = {"accrue": 20, "contested": 14, "insert": 16, "update": 8, "reverse": 10, "reverse_event": 14, "together": 8, "attribute": 6,
        "draft": 3, "move": 5}


class Client(threading.Thread):
    """One connection with a stream of its own; `done` has what was acknowledged: (audit id or None, what to tell the model)."""

    def __init__(self, number, seed, database, statements):
        super().__init__(name=f"client {number}")
        self.number, self.rng, self.statements = number, random.Random(f"events {seed}/{number}"), statements
        self.isolation = {2: "repeatable read", 5: "serializable"}.get(number % 6, "read committed")
        self.session = Session(database, [f"SET default_transaction_isolation = '{self.isolation}'"])
        self.numbers, self.done, self.error, self.retries, self.given_up = itertools.count(), [], None, 0, 0
        self.mine, self.lines, self.opened, self.payouts = [], [], [], []  # keys, ids, (event, state of its row), ids

    def run(self):
        try:
            for _ in range(self.statements):
                getattr(self, self.rng.choices(list(WORK), list(WORK.values()))[0])()
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.session.close()

    def attempt(self, *statements, tolerated=()):
        """The last statement's rows; None if it was refused for a tolerated reason."""
        for _ in range(1000):
            for sql in statements:
                result = self.session.run(sql)
                if not result.ok:
                    break
            if not result.ok and len(statements) > 1:
                self.session.run("ROLLBACK")
            if result.ok:
                return result.rows
            if result.sqlstate in tolerated:
                self.given_up += 1
                return None
            if result.sqlstate != "40001" or self.isolation == "read committed":
                raise Failure(f"{self.name}: {sql[:500]}\n{result.messages}")
            self.retries += 1
        raise Failure(f"{self.name}: 40001 a thousand times: {statements[0][:500]}")

    def event(self, key=None):
        amount = self.rng.choice(["10", "49.99", "100", "333.33", "0.01", "-1"] if key is None else ["100"])
        at = micro("2024-03-01T05:00:00") + self.rng.choice([-1, 0, self.rng.randrange(-40 * DAY, 40 * DAY)])
        # Half of all goes to the people of two referrers.
        referee = self.rng.choice([0, 1, 9, 10]) if self.rng.random() < 0.5 else self.rng.randrange(REFEREES)
        return Event("payment", key or f"c{self.number}-{next(self.numbers)}", f"referee{referee}", Decimal(amount), None, at)

    def accrue(self):
        event = self.event()
        ((number,),) = self.attempt(call(event))
        self.told(number, event)

    def told(self, number, event):
        self.done.append((number and int(number), ("accrue", event)))
        if number:
            self.mine.append(event.key)
            self.lines.append(int(number))

    def contested(self):
        """The same event from everywhere, now and then with other content: one is the first, and holds."""
        number = self.rng.randrange(CONTESTED)
        event = self.event(f"contested{number}")
        event.referee, event.at = f"referee{number % REFEREES}", micro("2024-03-05T00:00:00")
        if self.rng.random() < 0.15:
            event.referee = f"referee{(number + 1) % REFEREES}"
        rows = self.attempt(call(event), tolerated=("23505",))
        if rows is not None:
            self.done.append((int(rows[0][0]), ("accrue", event)))

    def insert(self):
        events = [self.event() for _ in range(self.rng.choice([1, 1, 2, 5, 12]))]
        states = [self.rng.choice(["paid", "paid", "paid", "open", "refunded"]) for _ in events]
        tuples = ", ".join(f"({literal(e.key)}, {literal(e.referee)}, {e.amount}, {literal(stamp(e.at))}, '{state}')"
                           for e, state in zip(events, states))
        self.attempt(f"INSERT INTO sales VALUES {tuples}")
        self.done += [(None, ("row", event)) for event, state in zip(events, states) if state == "paid"]
        self.opened += [(event, state) for event, state in zip(events, states) if state != "refunded"]

    def update(self):
        """Some of the own rows are paid, others refunded, in one statement."""
        count = self.rng.choice([1, 2, 6])
        rows, self.opened = self.opened[:count], self.opened[count:]
        if not rows:
            return
        keys = ", ".join(literal(event.key) for event, _ in rows)
        self.attempt(f"UPDATE sales SET state = CASE state WHEN 'open' THEN 'paid' ELSE 'refunded' END WHERE id IN ({keys})")
        for event, state in rows:
            self.done.append((None, ("row" if state == "open" else "row back", event)))

    def reverse(self):
        line = self.rng.choice(self.lines or [0])
        amount = Decimal(self.rng.choice(["0.01", "1", "2.5"])) if self.rng.random() < 0.7 else None
        rows = self.attempt(f"SELECT referrals.reverse({line}, 'by hand', {literal(amount)})", tolerated=("22023", "42704", "55000"))
        if rows is not None:
            self.done.append((int(rows[0][0]), ("reverse", line, amount)))

    def reverse_event(self):
        key = f"contested{self.rng.randrange(CONTESTED)}" if self.rng.random() < 0.6 or not self.mine else self.rng.choice(self.mine)
        refunded = Decimal(self.rng.choice(["0.01", "10", "33.33"])) if self.rng.random() < 0.8 else None
        rows = self.attempt(f"SELECT referrals.reverse_event('payment', {literal(key)}, 'back', {literal(refunded)})", tolerated=("22023",))
        if rows:
            self.done.append((int(rows[0][0]), ("reverse_event", key, refunded)))

    def together(self):
        """Two events of one referee in a transaction, and perhaps none of them."""
        first, second = self.event(), self.event()
        second.referee = first.referee
        pause = f"SELECT pg_sleep({self.rng.choice([0, 0.002, 0.01])})"
        if self.rng.random() < 0.4:
            self.attempt("BEGIN", call(first), pause, call(second), "ROLLBACK")
            return
        self.attempt("BEGIN", call(first), pause, call(second), "COMMIT")
        self.done += [(None, ("row", event)) for event in (first, second)]

    def attribute(self):
        referee, code = f"untied{self.rng.randrange(UNTIED)}", f"REF{self.rng.randrange(REFERRERS)}"
        ((tied,),) = self.attempt(f"SELECT referrals.attribute({literal(referee)}, {literal(code)}, 'asked')")
        self.done.append((None, ("attribute", referee, code, tied)))

    def draft(self):
        as_of = literal(stamp(micro("2024-03-01T00:00:00") + self.rng.randrange(-30 * DAY, 60 * DAY)))
        self.payouts += [row[0] for row in self.attempt(f"SELECT referrals.draft_payouts({as_of}, {self.rng.choice([0, 5])})")]

    def move(self):
        if self.payouts:
            payout = self.rng.choice(self.payouts)
            call_ = self.rng.choice([f"approve_payout({payout})", f"approve_payout({payout})", f"cancel_payout({payout})",
                                     f"settle_payout({payout}, 'ref')", f"fail_payout({payout}, 'why')"])
            self.attempt(f"SELECT referrals.{call_}", tolerated=("55000",))


def call(event):
    return (f"SELECT referrals.accrue({literal(event.kind)}, {literal(event.key)}, {literal(event.referee)}, {event.amount}, "
            f"occurred_at => {literal(stamp(event.at))})")
