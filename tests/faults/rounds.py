"""A round: a shop in a database of its own, connections at work in it, something that goes wrong, and what is left."""

import random
import time

from aftermath import Checks, examine
from client import Client
from processes import PATIENCE
from psql import Failure
from shop import open_shop
from worker import Payer, QueueWorker, Sealer

AUTOVACUUM_ENDED = "57014", "ERROR", "canceling autovacuum task"
NO_ROOM = "File too large"  # an error for which Postgres has no SQLSTATE


class Round:
    """`refusals`: the SQLSTATEs that the fault explains to a client; `explained`: others that may be in the server's log."""

    def __init__(self, cluster, name, seed, live=True, refusals=(), signals=(), space=None, explained=()):
        self.cluster, self.name, self.live = cluster, name, live
        self.database = "faults_" + name.lower().replace(" ", "_")
        self.rng, self.seed = random.Random(f"{seed}/{name}"), f"{seed}/{name}"
        self.refusals, self.signals, self.space = set(refusals), set(signals), space
        self.explained = self.refusals | set(explained) | {"57P01", "57P02", "57P03"}  # somebody ends or starts the server
        self.checks, self.workers = Checks(), []

    def open(self):
        """The shop, in a database of its own."""
        tablespace = self.space and self.space.take(self.name)
        admin = self.cluster.session()
        admin.query(f"CREATE DATABASE {self.database}" + (f" TABLESPACE {tablespace}" if tablespace else ""))
        admin.close()
        session = self.cluster.session(self.database)
        open_shop(session, self.live)
        session.close()
        self.cluster.forget_log()

    def begin(self, clients=6, isolation=("read committed",)):
        arguments = self.cluster, self.database, self.seed, self.refusals
        self.workers = [Client(number, *arguments, isolation=isolation[number % len(isolation)]) for number in range(clients)]
        self.workers += [QueueWorker(f"queue worker {number}", *arguments, isolation=isolation[number % len(isolation)]) for number in range(2)]
        self.workers.append(Sealer("sealer", *arguments, isolation=isolation[0]))
        if self.live:
            self.workers.append(Payer("payer", *arguments, isolation=isolation[0]))
        for worker in self.workers:
            worker.start()

    @property
    def clients(self):
        return [worker for worker in self.workers if isinstance(worker, Client)]

    def acknowledged(self):
        return sum(client.acknowledged for client in self.clients)

    def refused(self):
        return sum(client.refused for client in self.clients)

    def until(self, condition, otherwise):
        """Wait for the workers to get that far; one that has failed ends the round."""
        until = time.monotonic() + PATIENCE
        while not condition():
            for worker in self.workers:
                if worker.error:
                    raise worker.error
            if time.monotonic() > until:
                raise Failure(f"{self.name}: {otherwise}")
            time.sleep(0.005)

    def progress(self, count):
        """Until so many more transactions are acknowledged."""
        wanted = self.acknowledged() + count
        self.until(lambda: self.acknowledged() >= wanted, f"less than {count} more transactions are acknowledged")

    def end(self):
        for worker in self.workers:
            worker.stop.set()
        for worker in self.workers:
            if worker.ident:
                worker.join()

    def close(self):
        """Leaves nothing behind, whatever has happened."""
        self.end()
        if not self.cluster.postmaster():
            self.cluster.start()
        admin = self.cluster.session()
        admin.query(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        admin.close()

    def examine(self):
        """What there is to tell; `checks` has what was wrong."""
        self.end()
        for worker in self.workers:
            if worker.error:
                raise worker.error
        session = self.cluster.session(self.database, ["SET timezone = 'UTC'"])
        self.log()
        told = examine(self.checks, session, self.workers)
        session.close()
        return told

    def log(self):
        """The server's own log holds no error that the fault does not explain, and no crash. Whoever waits for a table
        that autovacuum has ends it, and that is told as an error."""
        told = [line for line in self.cluster.told() if line != AUTOVACUUM_ENDED]
        self.checks.none("unexpected in the server's log", [
            line for line in told if line[1] in ("ERROR", "FATAL", "PANIC")
            and (line[0] not in self.explained or line[0].startswith("XX") and not line[2].endswith(NO_ROOM))])
        self.checks.none("processes that ended by a signal nobody sent", [
            line for line in told if "was terminated by signal" in line[2]
            and not any(f"was terminated by signal {number}:" in line[2] for number in self.signals)])
