"""What measures: databases to run SQL and pgbench in, and rounds that interleave what is compared. Decides nothing
about what is measured."""

import contextlib
import os
import random
import re
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds
_options = {}
_most_transactions = None


class Failure(Exception):
    """SQL or pgbench failed."""


class Database:
    def __init__(self, name):
        self.name = name

    @staticmethod
    def create(name):
        """An empty database; one of this name that was left behind goes first."""
        Database(name).drop()
        Database("postgres").sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return Database(name)

    @staticmethod
    def copy_of(template, name):
        """A copy of a database (or of that name), file by file: much faster here than through the WAL."""
        Database(name).drop()
        template = getattr(template, "name", template)
        Database("postgres").sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return Database(name)

    def drop(self):
        Database("postgres").sql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def sql(self, text):
        """Run statements, each a transaction of its own; what they print, unaligned."""
        return run(self._psql(), text).rstrip("\n")

    def wait_until_alone(self):
        """Until the sessions whose clients have ended are gone, too."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        until = time.monotonic() + PATIENCE
        while self.sql(f"{others} AND backend_type = 'client backend'") != "0":
            if time.monotonic() > until:
                raise Failure(f"sessions of {self.name} do not end")
            time.sleep(0.02)

    def seconds(self, sql, before=""):
        """The time of statements with their commits, as the client sees it. `before` is not timed: it prepares the
        session."""
        output = run(self._psql(), f"{before}\n\\o /dev/null\n\\timing on\n{sql}\n")
        times = re.findall(r"^Time: ([0-9.]+) ms", output, re.MULTILINE)
        if not times:
            raise Failure(f"nothing was timed: {sql}\n{output}")
        return sum(map(float, times)) / 1000

    def pgbench(self, script, clients, seconds, prepared=True, define=None, transactions=None):
        """Transactions a second, the time to connect left out; of so many seconds, or of so many transactions of each
        client."""
        with tempfile.NamedTemporaryFile("w", suffix=".pgbench", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            output = run(
                ["pgbench", "-n", "-M", "prepared" if prepared else "simple", "-c", str(clients), "-j",
                 str(min(clients, os.cpu_count() or 1)), "-f", file.name,
                 *length(seconds, transactions),
                 *(f"-D{name}={value}" for name, value in (define or {}).items()), self.name])
        failed = re.search(r"number of failed transactions: ([0-9]+)", output)
        if failed and int(failed[1]):
            raise Failure(f"pgbench had failed transactions\n{output}")
        return float(re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)[1])

    def _psql(self):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.name, "-f", "-"]


def length(seconds, transactions=None, scripts=1):
    """What tells pgbench how long to run, with so many scripts in turn."""
    transactions = transactions or _most_transactions and _most_transactions * scripts
    return ["-t", str(transactions)] if transactions else ["-T", str(seconds)]


def be_brief(transactions):
    """From here on runs of pgbench last for so many transactions and not for their time: where speed does not matter."""
    global _most_transactions
    _most_transactions = transactions


@contextlib.contextmanager
def settings(**values):
    """Settings of all sessions that begin in this block, such as synchronous_commit="off"."""
    before = dict(_options)
    _options.update(values)
    try:
        yield
    finally:
        _options.clear()
        _options.update(before)


def rounds(cells, count):
    """Runs all cells `count` times, each time in a new order: a drift of the machine meets them all alike. Gives for each cell what it returned, round by round."""
    results = {name: [] for name in cells}
    for _ in range(count):
        for name in random.sample(list(cells), len(cells)):
            results[name].append(cells[name]())
    return results


def run(command, text=None):
    """Runs a client program with the settings of this block; what it prints."""
    options = " ".join(f"-c {name}={value}" for name, value in {"client_min_messages": "warning", **_options}.items())
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          env={**os.environ, "PGOPTIONS": options})
    if done.returncode:
        raise Failure(f"{' '.join(command)}\n{done.stderr[-2000:]}\n{(text or '')[:500]}")
    return done.stdout
