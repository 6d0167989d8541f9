"""Load on both shards, while one is killed, and then the head office."""

import itertools
import threading
import time

from cluster import wait_until
from history import PLAN
from office import SUBSCRIPTION, wait_for_office
from processes import wait_for
from psql import Failure, Session, literal

# What load may be told: it waits for others, or comes too late.
EXPECTED = {"00000", "40001", "40P01", "55P03", "55000"}


class Worker(threading.Thread):
    """Goes through its statements over and over, connecting anew when the server is back; remembers sign-ups acknowledged.
    One that `forgets` erases them again."""

    def __init__(self, shard, number, statements, forgets=False):
        super().__init__()
        self.shard, self.ids, self.statements, self.forgets = shard, itertools.count(1_000_000 * (number + 1)), statements, forgets
        self.users, self.unexpected, self.done, self.stopped = [], [], 0, threading.Event()

    def run(self):
        while not self.stopped.is_set():
            try:
                session = Session(self.shard.database("shop"))
                while not self.stopped.is_set():
                    user = next(self.ids)
                    for statement in self.statements:
                        told = session.run(statement.format(user=user))
                        if told.sqlstate not in EXPECTED:
                            self.unexpected.append(f"{statement}: {told.messages}")
                        elif told.ok and statement.startswith("INSERT INTO shop.users (id, referred_by, name) VALUES ({user}"):
                            self.users.append(str(user))
                        self.done += told.ok
                session.close()
            except Failure:
                time.sleep(0.05)  # The server is gone, and comes back.


SHOPPING = [
    "INSERT INTO shop.users (id, referred_by, name) VALUES ({user}, 'anna', 'load')",
    """INSERT INTO shop."Paid \\ Orders" VALUES ('load {user}', {user}, 10, 'USD', now(), 'it''s paid\\')""",
    "INSERT INTO shop.users (id, referred_by, name) VALUES (-{user}, 'pat', 'queued')",
    """UPDATE shop."Paid \\ Orders" SET state = 'refunded' WHERE no = 'load {user}' AND {user} % 3 = 0""",
    "SELECT referrals.process_queue(5)",
]
OFFICE_HOURS = [
    "SELECT referrals.seal()",
    "SELECT referrals.approve_payout(p), referrals.settle_payout(p, 'bank/' || p) FROM referrals.draft_payouts('9999-01-01 00:00:00+00') AS p",
    "SELECT referrals.go_mock()",
    f"SELECT referrals.define_program('customers', {literal(PLAN).replace('{', '{{').replace('}', '}}')})",
    "SELECT referrals.go_live()",
    "SELECT referrals.cancel_payout(p) FROM referrals.draft_payouts('9999-01-01 00:00:00+00', 0.01) AS p",
    "SELECT referrals.purge_mock()",
    "INSERT INTO shop.users (id, referred_by, name) VALUES ({user}, 'anna', 'to be forgotten')",
    "SELECT referrals.erase('{user}')",
    "SELECT referrals.pause_program('reps')", "SELECT referrals.resume_program('reps')",
]


class Auditor(threading.Thread):
    """Verifies at the head office over and over, whatever has arrived so far."""

    def __init__(self, office, name):
        super().__init__()
        self.office, self.name, self.times, self.problems, self.stopped = office, name, 0, [], threading.Event()

    def run(self):
        while not self.stopped.is_set():
            try:
                session = Session(self.office.database(self.name))
                while not self.stopped.is_set():
                    self.problems += session.query("SELECT * FROM referrals.verify()")
                    self.times += 1
                    time.sleep(0.05)
                session.close()
            except Failure:
                time.sleep(0.05)


def check_storm(checks, shards, office):
    workers = {name: [Worker(shard, 0, SHOPPING), Worker(shard, 1, SHOPPING), Worker(shard, 2, OFFICE_HOURS, forgets=True)]
               for name, shard in shards.items()}
    auditors = [Auditor(office, name) for name in shards]
    threads = [thread for several in workers.values() for thread in several] + auditors
    for thread in threads:
        thread.start()
    try:
        (name, shard), (other, _) = shards.items()
        wait_for(lambda: all(worker.done >= 20 for worker in all_of(workers)), "there is no load on both shards")
        check_shard_killed(checks, shard, name, other, workers, office)
        wait_for(lambda: all(worker.done >= 50 for worker in all_of(workers)), "there is no load after the shard is back")
        office.kill()
        before = [worker.done for worker in all_of(workers)]
        wait_for(lambda: all(worker.done > done for worker, done in zip(all_of(workers), before)), "the shards do not go on without a head office")
        checks.true("the shards go on without a head office", True)
        office.start()
        seen = [auditor.times for auditor in auditors]
        wait_for(lambda: all(auditor.times > times + 3 for auditor, times in zip(auditors, seen)), "the head office does not verify again")
    finally:
        for thread in threads:
            thread.stopped.set()
        for thread in threads:
            thread.join()
    for name, shard in shards.items():
        wait_for_office(shard, name)
        check_nothing_lost(checks, name, office, workers[name])
    print(f"storm: {sum(worker.done for worker in all_of(workers))} statements, verified {[auditor.times for auditor in auditors]} times")
    checks.equal("storm: whatever has arrived is sound at all times", [], [problem for auditor in auditors for problem in auditor.problems][:5])
    checks.equal("storm: nothing unexpected", [], [told for worker in all_of(workers) for told in worker.unexpected][:5])


def check_shard_killed(checks, shard, name, other, workers, office):
    """Without one shard the head office has the other, and says that it does not hear of the first."""
    shard.kill()
    here, there = office.session(name), office.session(other)
    wait_until(here, f"bool_and(NOT ok AND detail LIKE '%not connected%') FROM ({SUBSCRIPTION}) AS told", "health() does not notice")
    checks.equal(f"{name} is gone: what has arrived of it is sound", [], here.query("SELECT * FROM referrals.verify()"))
    users = len(workers[other][0].users)
    wait_for(lambda: len(workers[other][0].users) > users + 3, f"there is no load on {other}")
    newest = workers[other][0].users[users + 1]
    wait_until(there, f"referrals.code_of('{newest}') IS NOT NULL", f"{other} does not arrive while {name} is gone")
    # A plan that this session has read, and one that it has not read yet.
    plan = there.value("SELECT max(version) FROM referrals.plan JOIN referrals.program USING (program_id) WHERE name = 'customers'")
    wait_until(there, f"max(version) > {plan} FROM referrals.plan JOIN referrals.program USING (program_id) WHERE name = 'customers'",
               "a new plan version does not arrive")
    here.close()
    there.close()
    shard.start()


def check_nothing_lost(checks, name, office, workers):
    users = [user for worker in workers for user in worker.users]
    kept = {user for worker in workers if not worker.forgets for user in worker.users}
    here = office.session(name)
    arrived = [row[0] for row in here.query("SELECT user_key FROM referrals.participant WHERE user_key IS NOT NULL")]
    checks.true(f"{name}: there was load", len(users) > 20, str(len(users)))
    checks.equal(f"{name}: every sign-up that was acknowledged has arrived", [], sorted(kept - set(arrived)))
    checks.equal(f"{name}: and once", len(arrived), len(set(arrived)))
    here.close()


def all_of(workers):
    return [worker for several in workers.values() for worker in several]
