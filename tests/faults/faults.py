"""What goes wrong: processes that are killed, a server that is stopped, statements that are cancelled, sessions that are ended."""

import threading
import time

from processes import kill, wait_for

STRIKES_APART = 50, 130  # transactions acknowledged between two of them


def strike(round_, blows):
    """Each blow in the midst of the load, and some load after the last."""
    round_.begin()
    for blow in blows:
        round_.progress(round_.rng.randint(*STRIKES_APART))
        time.sleep(round_.rng.uniform(0, 0.02))
        blow()
    round_.progress(STRIKES_APART[0])


def kill_backends(round_):
    """SIGKILL of a process of the server; the postmaster ends all others and recovers."""
    cluster, killed = round_.cluster, []

    def blow(kind):
        session = cluster.session()
        running = session.query(
            f"SELECT pid FROM pg_stat_activity WHERE backend_type = '{kind}' AND pid <> pg_backend_pid() "
            f"AND (datname IS NULL OR datname = '{round_.database}') ORDER BY state <> 'active', pid")
        pid = int(round_.rng.choice(running[:3])[0])
        session.close()
        kill(pid)
        killed.append(kind)
        wait_for(lambda: len(restarts(cluster)) == len(killed), "the postmaster does not notice that a process is gone")

    others = ["checkpointer", "walwriter", "background writer"]
    strike(round_, [lambda kind=kind: blow(kind) for kind in [*["client backend"] * 3, round_.rng.choice(others)] * 2])
    return f"SIGKILL of {len(killed)} processes ({', '.join(f'{killed.count(kind)} x {kind}' for kind in sorted(set(killed)))})"


def restarts(cluster):
    return [line for line in cluster.told() if "all server processes terminated; reinitializing" in line[2]]


def kill_postmasters(round_):
    """SIGKILL of the postmaster, with its children or without: then these finish what they are at, and end."""
    def blow(children_too):
        round_.cluster.kill_postmaster(children_too)
        round_.cluster.start()

    strike(round_, [lambda: blow(True), lambda: blow(False), lambda: blow(True)] * 2)
    return "SIGKILL of the postmaster six times, four times with all its children"


def stop_servers(round_):
    def blow(mode):
        round_.cluster.stop(mode)
        round_.cluster.start()

    strike(round_, [lambda: blow("immediate"), lambda: blow("fast"), lambda: blow("immediate")] * 2)
    return "shutdown six times, four times immediate and twice fast"


class Tormentor(threading.Thread):
    """Calls a function on the backend of some client, again and again."""

    def __init__(self, round_, function, pauses):
        super().__init__(name="tormentor", daemon=True)
        self.round, self.function, self.pauses = round_, function, pauses
        self.stop, self.error, self.count = threading.Event(), None, 0
        self.session = round_.cluster.session()

    def run(self):
        try:
            while not self.stop.wait(self.round.rng.uniform(*self.pauses)):
                pids = self.session.query(
                    f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.round.database}' AND state = 'active' ORDER BY pid")
                if pids:
                    self.session.query(f"SELECT {self.function}({self.round.rng.choice(pids)[0]})")
                    self.count += 1
        except Exception as error:
            self.error = error
        finally:
            self.session.close()


def torment(round_, function, pauses, times):
    tormentor = Tormentor(round_, function, pauses)
    round_.begin()
    tormentor.start()
    try:
        round_.until(lambda: tormentor.error or tormentor.count >= times, f"less than {times} calls of {function}")
        round_.progress(STRIKES_APART[0])
    finally:
        tormentor.stop.set()
        tormentor.join()
    if tormentor.error:
        raise tormentor.error
    round_.progress(STRIKES_APART[0])
    return tormentor.count


def cancel(round_):
    """pg_cancel_backend at any moment, while each client sets itself time limits that it cannot keep."""
    limits = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    session = round_.cluster.session()
    if int(session.value("SHOW server_version_num")) >= 170000:
        limits.append("transaction_timeout")
    session.close()
    count = torment_with_limits(round_, limits)
    return f"{count} cancels, and limits of {', '.join(limits)}; {round_.refused()} statements refused"


def torment_with_limits(round_, limits):
    begin = round_.begin

    def begin_limited():
        begin()
        for client in round_.clients:
            client.before_each = lambda worker: limit(worker, limits)
    round_.begin = begin_limited
    return torment(round_, "pg_cancel_backend", (0.001, 0.006), 600)


def limit(worker, limits):
    """Another limit for the next transaction; now and then the client dawdles within one."""
    name = worker.rng.choice(limits)
    worker.connection.quietly("RESET ALL")
    worker.connection.quietly(f"SET {name} = '{worker.rng.choice([1, 2, 3, 5, 10, 30])}ms'")
    worker.connection.pause = (lambda: time.sleep(worker.rng.choice([0, 0, 0.01, 0.03]))) if worker.rng.random() < 0.3 else None


def terminate(round_):
    count = torment(round_, "pg_terminate_backend", (0.005, 0.02), 200)
    return f"{count} sessions terminated"


def serialize(round_):
    """No fault, but stricter isolation: a transaction that lost a race fails with 40001, and is sent again until it does not."""
    round_.begin(8, ("serializable", "repeatable read"))
    round_.progress(700)
    round_.end()
    retries = sum(worker.retries for worker in round_.workers)
    round_.checks.true("something lost a race", retries > 0)
    return f"REPEATABLE READ and SERIALIZABLE; {retries} times 40001 and sent again"
