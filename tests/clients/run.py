#!/usr/bin/env python3
"""Real clients, each straight to the server and through pgbouncer in transaction mode, all of them at once.

  run.py [CLIENT...]     only these: django, psycopg, sqlalchemy, node, rust

Needs a throw-away server (PGHOST, PGPORT, PGUSER: a superuser) with the extension installed. Fetches the clients and
pgbouncer (tests/clients/install); what is not to be had is left out, and told, or a failure if REQUIRED=1. With
UPDATE=1 it takes the examples of doc/clients/ from the files that it has run. Last line: N passed, N failed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "differential"), str(HERE.parent / "dump")]

import page  # noqa: E402
import state  # noqa: E402
from bouncer import PORT, POOL, Bouncer  # noqa: E402
from checks import REQUIRED  # noqa: E402
from psql import Failure, Session  # noqa: E402

ROLES = ["postgres", "clients_owner", "clients_app", "clients_web"]
LIMIT = 240


class Suite:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, holds, detail=""):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        print(f"ok      {what}" if holds else f"FAILED  {what}: {detail}", flush=True)

    def install(self, part):
        """What tests/clients/install says; None if there is no such thing here."""
        done = subprocess.run([HERE / "install", part], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode == 3 and not REQUIRED:
            print(f"left out: {part}: {done.stderr.strip()}", flush=True)
            return None
        if done.returncode != 0:
            raise Failure(f"{part} could not be had:\n{done.stderr[-3000:]}")
        return done.stdout.splitlines()

    def clients(self, wanted):
        """name: (command, environment) of each client that can be had here."""
        clients = {}
        if python := self.install("python"):
            path = {"PYTHONPATH": f"{python[-1]}:{HERE}"}
            clients["django"] = [sys.executable, HERE / "django" / "client.py"], path
            clients["psycopg"] = [sys.executable, HERE / "psycopg_client.py"], path
            clients["sqlalchemy"] = [sys.executable, HERE / "sqlalchemy_client.py"], path
        if node := self.install("node"):
            clients["node"] = ["node", HERE / "node" / "client.js"], {"NODE_PATH": f"{node[-1]}/node_modules"}
        if rust := self.install("rust"):
            clients["rust"] = [rust[-1]], {}
        return {name: client for name, client in clients.items() if not wanted or name in wanted}

    def run(self, way, port, clients, bouncer=None):
        """All clients at once on a new database; then whether the record is what they say."""
        database, began = f"clients_{way}", time.monotonic()
        admin = Session("postgres")
        admin.query(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        admin.query(f"CREATE DATABASE {database}")
        admin.close()
        subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", HERE / "setup.sql"], check=True,
                       stdout=subprocess.DEVNULL)
        running = {name: self.start(client, database, port) for name, client in clients.items()}
        told = {name: self.told(f"{way}: {name}", process) for name, process in running.items()}
        self.record(way, database, told)
        replaced = bouncer.replaced(database, "clients_app") if bouncer else 0
        self.backends(way, {name: words["backends"] for name, words in told.items()}, replaced)
        print(f"{way} took {time.monotonic() - began:.1f} s", flush=True)

    @staticmethod
    def start(client, database, port):
        command, more = client
        environment = {**os.environ, **more, "PGPORT": str(port), "PGDATABASE": database, "CLIENTS_PLAN": str(HERE / "plan.json")}
        for name in ("PGUSER", "CLIENTS_POOLED"):
            environment.pop(name, None)
        if port == PORT:
            environment["CLIENTS_POOLED"] = "1"
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def told(self, title, process):
        """Counts a client's checks; what it says that it made, and which server processes it met."""
        try:
            output, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            output += f"\nit was stopped after {LIMIT} s"
        words = {"made": [], "backends": []}
        for line in output.splitlines():
            first, _, rest = line.partition(" ")
            if first in ("ok", "FAILED"):
                what, _, detail = rest.partition(": ") if first == "FAILED" else (rest, "", "")
                self.check(f"{title}: {what}", first == "ok", detail)
            elif first in words:
                words[first] = rest.split()
        self.check(f"{title}: it came to its end", process.returncode == 0 and words["made"],
                   f"status {process.returncode}\n{output[-3000:]}")
        return words

    def record(self, way, database, told):
        session = Session(database)
        # Django's own users have no prefix, those of its other table have one.
        owner = "CASE WHEN {0} LIKE '%:%' AND {0} NOT LIKE 'member:%' THEN split_part({0}, ':', 1) ELSE 'django' END"
        people = dict(session.query(f"SELECT {owner.format('user_key')}, count(*) FROM referrals.participant GROUP BY 1"))
        lines = {name: rest for name, *rest in session.query(
            f"SELECT {owner.format('referrer')}, count(*), sum(amount) FROM referrals.commission_ledger GROUP BY 1")}
        for name, words in told.items():
            self.check(f"{way}: {name}: the record is what the client made", [people.get(name), *lines.get(name, [])] == words["made"],
                       f"recorded {[people.get(name), *lines.get(name, [])]}, made {words['made']}")
        self.check(f"{way}: nobody else is there", set(people) == set(told) == set(lines), f"{people} {lines}")
        for what in ("verify", "reconcile"):
            found = session.query(f"SELECT * FROM referrals.{what}()")
            self.check(f"{way}: {what}() finds nothing", not found, found)
        unwell = session.query("SELECT * FROM referrals.health() WHERE NOT ok AND check_name <> 'seal'")
        self.check(f"{way}: health() is well", not unwell, unwell)
        session.close()

    def backends(self, way, met, replaced):
        """Through pgbouncer each server process has served several clients, but for those that it has replaced."""
        processes = set().union(*met.values())
        if way == "direct":
            self.check("direct: every connection has a server process of its own", len(processes) > POOL, processes)
            return
        shared = [process for process in processes if sum(process in of_one for of_one in met.values()) > 1]
        self.check(f"pooled: at most {POOL} server processes for all", 0 < len(processes) <= POOL + replaced,
                   f"{processes}, and {replaced} were replaced")
        self.check("pooled: clients shared them", len(met) == 1 or shared, met)


def main(wanted):
    began, suite = time.monotonic(), Suite()
    bouncer = None
    try:
        clients = suite.clients(wanted)
        if pgbouncer := suite.install("pgbouncer"):
            bouncer = Bouncer(*pgbouncer)
            bouncer.start(ROLES)
            state.check(suite.check)
            suite.run("pooled", PORT, clients, bouncer)
        suite.run("direct", int(os.environ["PGPORT"]), clients)
        page.check(suite.check, os.environ.get("UPDATE"))
    except (Failure, RuntimeError, subprocess.CalledProcessError) as problem:
        suite.check("the suite came to its end", False, problem)
    finally:
        if bouncer:
            bouncer.stop()
    print(f"took {time.monotonic() - began:.1f} s")
    print(f"{suite.passed} passed, {suite.failed} failed")
    sys.exit(1 if suite.failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
