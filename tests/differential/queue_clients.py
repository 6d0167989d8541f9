"""Connections that sign up, pay and refund for a few referrers, workers that process what waits, and one who ends them."""

import itertools
import random
import threading
from decimal import Decimal

from events import Event
from ops import micro, stamp
from plan import DAY
from psql import Failure, Session, literal
from signups import SignUp

REFERRERS = 6
WORK = {"sign_up": 34, "pay": 40, "refund": 5, "accrue": 3, "undone": 6, "together": 8}


class Client(threading.Thread):
    """One connection with a stream of its own; `done` has what was acknowledged, as the model is to be told."""

    def __init__(self, number, seed, database, statements):
        super().__init__(name=f"client {number}")
        self.number, self.rng, self.statements = number, random.Random(f"queue {seed}/{number}"), statements
        self.isolation = {2: "repeatable read", 5: "serializable"}.get(number % 6, "read committed")
        self.session = Session(database, [f"SET default_transaction_isolation = '{self.isolation}'"])
        self.numbers, self.done, self.error, self.retries = itertools.count(), [], None, 0
        self.friends, self.paid = [], []  # keys of who signed up here, and payments that may be refunded

    def run(self):
        try:
            for _ in range(self.statements):
                work = self.rng.choices(list(WORK), list(WORK.values()))[0]
                getattr(self, work if self.friends else "sign_up")()
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.session.close()

    def attempt(self, *statements):
        """What the server refuses a stricter transaction for (40001) is tried again, as applications do."""
        for _ in range(1000):
            for sql in statements:
                result = self.session.run(sql)
                if not result.ok:
                    break
            if result.ok:
                return
            if len(statements) > 1:
                self.session.run("ROLLBACK")
            if result.sqlstate != "40001" or self.isolation == "read committed":
                raise Failure(f"{self.name}: {sql[:500]}\n{result.messages}")
            self.retries += 1
        raise Failure(f"{self.name}: 40001 a thousand times: {statements[0][:500]}")

    def time(self):
        return micro("2024-03-01T05:00:00") + self.rng.choice([-1, 0, self.rng.randrange(-40 * DAY, 40 * DAY)])

    def rows(self, count):
        referrers = [self.rng.choice([0, 1]) if self.rng.random() < 0.5 else self.rng.randrange(REFERRERS) for _ in range(count)]
        return [SignUp(f"c{self.number}-{next(self.numbers)}", f"REF{referrer}", None, None, self.time()) for referrer in referrers]

    @staticmethod
    def insert(rows):
        tuples = ", ".join(f"({literal(row.key)}, {literal(row.referred_by)}, {literal(stamp(row.at))})" for row in rows)
        return f"INSERT INTO signups VALUES {tuples}"

    def sign_up(self):
        rows = self.rows(self.rng.choice([1, 1, 1, 2, 5, 20]))
        if len(rows) == 20:
            lines = "\n".join("\t".join((row.key, row.referred_by, stamp(row.at))) for row in rows)
            self.attempt(f"COPY signups FROM STDIN;\n{lines}\n\\.")
        else:
            self.attempt(self.insert(rows))
        self.done += [("sign up", row) for row in rows]
        self.friends += [row.key for row in rows]

    def event(self, referee=None):
        amount = self.rng.choice(["10", "49.99", "100", "333.33", "0.01", "-1"])
        return Event("payment", f"p{self.number}-{next(self.numbers)}", referee or self.rng.choice(self.friends), Decimal(amount), None, self.time())

    @staticmethod
    def payments(events):
        tuples = ", ".join(f"({literal(e.key)}, {literal(e.referee)}, {e.amount}, {literal(stamp(e.at))}, 'paid')" for e in events)
        return f"INSERT INTO sales VALUES {tuples}"

    def pay(self):
        events = [self.event() for _ in range(self.rng.choice([1, 1, 2, 5, 12]))]
        self.attempt(self.payments(events))
        self.done += [("pay", event) for event in events]
        self.paid += events

    def refund(self):
        """Takes back rows of which some still wait: they are settled in the same statement."""
        events = [self.paid.pop(self.rng.randrange(len(self.paid))) for _ in range(self.rng.choice([1, 2, 4])) if self.paid]
        if events:
            self.attempt(f"UPDATE sales SET state = 'refunded' WHERE id IN ({', '.join(literal(event.key) for event in events)})")
            self.done += [("back", event) for event in events]

    def accrue(self):
        """At once, after all that waits for the same referrer."""
        event = self.event()
        self.attempt(f"SELECT referrals.accrue('payment', {literal(event.key)}, {literal(event.referee)}, {event.amount}, "
                     f"occurred_at => {literal(stamp(event.at))})")
        self.done.append(("pay", event))

    def undone(self):
        rows = self.rows(2)
        self.attempt("BEGIN", self.insert(rows), self.payments([self.event(rows[0].key)]), "SELECT pg_sleep(0.005)", "ROLLBACK")

    def together(self):
        """A sign-up and its first payment in a transaction that stays open for a while: others overtake it."""
        rows = self.rows(1)
        event = self.event(rows[0].key)
        self.attempt("BEGIN", self.insert(rows), f"SELECT pg_sleep({self.rng.choice([0, 0.005, 0.03])})", self.payments([event]), "COMMIT")
        self.done += [("sign up", rows[0]), ("pay", event)]
        self.friends.append(rows[0].key)


class Worker(threading.Thread):
    """Processes the queue, notes what it could see before it did, and rolls back now and then. May be terminated."""

    def __init__(self, number, seed, database, may_end):
        super().__init__(name=f"worker {number}")
        self.rng, self.database, self.may_end = random.Random(f"{seed}/worker {number}"), database, may_end
        self.isolation = {1: "repeatable read", 2: "serializable"}.get(number, "read committed")
        self.stop, self.error, self.retries, self.taken, self.seen, self.pid = threading.Event(), None, 0, 0, [], None

    def run(self):
        try:
            while not self.stop.is_set():
                self.work()
        except Exception as error:  # reported by the main thread
            self.error = error

    def work(self):
        session = Session(self.database, [f"SET default_transaction_isolation = '{self.isolation}'"])
        try:
            self.pid = session.value("SELECT pg_backend_pid()")
            while not self.stop.wait(self.rng.choice([0, 0, 0.01, 0.05])):
                self.process(session)
        except Failure as failure:
            if not self.may_end or not any(told in str(failure) for told in ("psql ended", "terminating connection", "57P01")):
                raise
        finally:
            self.pid = None
            session.close()

    def process(self, session):
        session.query("BEGIN")
        ((xid, snapshot),) = session.query("SELECT pg_current_xact_id(), pg_current_snapshot()")
        result = session.run(f"SELECT referrals.process_queue({self.rng.choice([1, 3, 10, 40, 1000])})")
        if result.ok and self.rng.random() < 0.8:
            taken = int(result.value)
            self.seen.append((xid, snapshot))  # a worker that is terminated now has done it, or has not
            result = session.run("COMMIT")
            if result.ok:
                self.taken += taken
                return
            self.seen.pop()
        if result.sqlstate == "40001" and self.isolation != "read committed":
            self.retries += 1
        elif not result.ok:
            raise Failure(f"{self.name}: {result.messages}")
        session.query("ROLLBACK")


class Killer(threading.Thread):
    """Terminates the workers, at any moment."""

    def __init__(self, seed, database, workers):
        super().__init__(name="killer")
        self.rng, self.session, self.workers = random.Random(f"{seed}/killer"), Session(database), workers
        self.stop, self.error, self.killed = threading.Event(), None, 0

    def run(self):
        try:
            while not self.stop.wait(self.rng.uniform(0.01, 0.15)):
                pid = self.rng.choice(self.workers).pid
                if pid and self.session.value(f"SELECT pg_terminate_backend({pid})") == "t":
                    self.killed += 1
        except Exception as error:
            self.error = error
        finally:
            self.session.close()
