"""Connections that work until they are told to stop; those that process the queue, pay out and seal."""

import random
import threading

from connection import ACKNOWLEDGED, UNKNOWN, Connection
from psql import Failure


class Worker(threading.Thread):
    """One connection. `refusals` are the SQLSTATEs that the round's fault explains; any other is a failure of the test."""

    def __init__(self, name, cluster, database, seed, refusals=(), isolation="read committed"):
        super().__init__(name=name, daemon=True)
        self.rng, self.refusals, self.isolation = random.Random(f"{seed}/{name}"), refusals, isolation
        self.connection = Connection(cluster, database, [f"SET application_name = '{name}'",
                                                         f"SET default_transaction_isolation = '{isolation}'"])
        self.stop, self.error, self.before_each = threading.Event(), None, None
        self.acknowledged = self.retries = self.refused = 0

    def run(self):
        try:
            while not self.stop.is_set():
                self.step()
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.connection.close()

    def send(self, statements):
        """A transaction: its fate and its last value. What lost a race (40001) is sent again, as applications do."""
        if self.before_each:
            self.before_each(self)
        for _ in range(1000):
            fate, sqlstate, value = self.connection.transaction(statements)
            if sqlstate != "40001" or self.isolation == "read committed":
                break
            self.retries += 1
        if sqlstate is not None:
            self.refused += 1
            if sqlstate not in self.refusals:
                raise Failure(f"{self.name}: {sqlstate}: {statements[:3]}\n{value}")
        self.acknowledged += fate == ACKNOWLEDGED
        return fate, value


class QueueWorker(Worker):
    """Accrues what waits, a few events at a time; now and then it thinks better of it."""

    def step(self):
        call = f"SELECT referrals.process_queue({self.rng.choice([1, 5, 40, 1000])})"
        self.send(["BEGIN", call, "ROLLBACK"] if self.rng.random() < 0.1 else [call])
        self.stop.wait(self.rng.uniform(0, 0.04))


class Payer(Worker):
    """Drafts payouts and leads them on. `states` has what was acknowledged of each, `doubtful` what may have followed."""

    CALLS = {"approved": "approve_payout({})", "cancelled": "cancel_payout({})", "paid": "settle_payout({0}, 'bank/{0}')",
             "failed": "fail_payout({}, 'no such account')"}
    NEXT = {"draft": ["approved", "approved", "cancelled"], "approved": ["paid", "paid", "failed", "cancelled"]}

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.states, self.doubtful = {}, {}

    def step(self):
        self.stop.wait(self.rng.uniform(0, 0.05))
        open_ones = [payout for payout, state in self.states.items() if state in self.NEXT and payout not in self.doubtful]
        if not open_ones:
            minimum = self.rng.choice([0, 20, 200])
            fate, drafted = self.send([f"SELECT string_agg(p::text, ',') FROM referrals.draft_payouts(minimum => {minimum}) AS p"])
            if fate == ACKNOWLEDGED and drafted:
                self.states.update({int(payout): "draft" for payout in drafted.split(",")})
            return
        payout = self.rng.choice(open_ones)
        state = self.rng.choice(self.NEXT[self.states[payout]])
        fate, _ = self.send([f"SELECT referrals.{self.CALLS[state].format(payout)}"])
        if fate == ACKNOWLEDGED:
            self.states[payout] = state
        elif fate == UNKNOWN:
            self.doubtful[payout] = state


class Sealer(Worker):
    """Seals, and keeps the roots that were acknowledged; now and then it asks whether all is as it was."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.roots = []

    def step(self):
        self.stop.wait(self.rng.uniform(0, 0.1))
        fate, root = self.send(["SELECT root FROM referrals.seal() ORDER BY block DESC LIMIT 1"])
        if fate == ACKNOWLEDGED and root:
            self.roots.append(root)
            if self.rng.random() < 0.2:
                fate, problem = self.send([f"SELECT problem || ': ' || detail FROM referrals.verify('{self.rng.choice(self.roots)}')"])
                if fate == ACKNOWLEDGED and problem:
                    raise Failure(f"{self.name}: under load verify() finds {problem}")
