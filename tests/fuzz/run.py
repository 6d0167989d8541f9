#!/usr/bin/env python3
"""The fuzz: hostile values, roles and queries must end in no crash, no internal error (XX000) and no broken invariant.

  run.py              all parts, with seed 1
  run.py --seed N     the same with this seed; --only PART for one part: calls, triggers, queries, sqlsmith
  run.py --careful    checks the invariants after every call, to find the one that breaks them
  run.py --verbose    prints all SQL

Needs a running, throw-away server (PGHOST, PGPORT, PGUSER: a superuser; its log in
REFERRALS_SERVER_LOG) with the extension installed. Makes databases and roles of its
own and drops them.
"""

import argparse
import contextlib
import sys
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "differential"), str(TESTS / "dump")]

import smith  # noqa: E402
import states  # noqa: E402
from calls import Calls, Found  # noqa: E402
from checks import REQUIRED  # noqa: E402
from live import set_allow_live  # noqa: E402
from psql import Failure, Session  # noqa: E402
from queries import Queries  # noqa: E402
from triggers import Triggers  # noqa: E402
from verdict import ServerLog, broken  # noqa: E402

SEEDS = [1]
PARTS = ["planted", "calls", "triggers", "queries", "sqlsmith"]
SMITHS = {"fuzz_admin": 500, "fuzz_app": 300, "fuzz_reader": 300, "postgres": 400}
ROUNDS = {"empty": 15, "mock": 40, "live": 40}

PLANTED = {
    "an internal error": ["CREATE FUNCTION referrals._planted(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE internal_error; END $$"],
    "a rule of our tables that stops a call": ["CREATE FUNCTION referrals._planted(name) RETURNS void LANGUAGE plpgsql AS "
                                               "$$ BEGIN INSERT INTO referrals.standing VALUES (0, 'mock'); END $$"],
    "a volume": ["UPDATE referrals.standing SET volume = volume + 1 WHERE volume > 0"],
    "an amount": ["ALTER TABLE referrals.commission DISABLE TRIGGER ALL",
                  "UPDATE referrals.commission SET amount = amount + 0.01 WHERE event_key = 'p6'"],
}


class Runner:
    def __init__(self, options):
        self.options, self.admin, self.log = options, Session("postgres"), ServerLog()
        self.passed = self.failed = 0
        self.outcomes = {}
        for role in states.ROLES:
            if self.admin.value(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'") is None:
                self.admin.query(f"CREATE ROLE {role} LOGIN")
        set_allow_live(self.admin, True)

    def say(self, sql):
        if self.options.verbose:
            print(f"{sql};", flush=True)

    def part(self, name, state, work):
        """Runs work(database, session) in a fresh database in a state; keeps it for a look if something is found."""
        database, began = f"fuzz_{name}".replace(" ", "_"), time.monotonic()
        self.admin.query(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.admin.query(f"CREATE DATABASE {database}")
        try:
            session = Session(database)
            session.query("CREATE EXTENSION referrals")
            states.prepare(session, state)
            count, told = work(database, session)
            found, proofs = broken(session)
            session.close()
            self.passed += count + proofs
            if found:
                raise Found("\n".join(found))
            if self.log.crashes():
                raise Found("\n".join(self.log.crashes()))
        except (Found, Failure, LookupError) as error:
            self.failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {error}")
            print(f"  the database {database} is kept; made in state {state}", flush=True)
            return
        print(f"ok     {name}: {told} ({time.monotonic() - began:.0f} s)", flush=True)
        self.admin.query(f"DROP DATABASE {database} WITH (FORCE)")

    def planted(self, seed):
        """Defects that are put there must be found."""
        def work(database, session):
            for what, change in PLANTED.items():
                session.query("BEGIN")
                for statement in change:
                    session.query(statement)
                try:
                    calls = Calls(seed, session, "mock", self.say, careful=False)
                    calls.functions = [function for function in calls.functions if function[0] == "_planted"]
                    for function in calls.functions * 20:
                        calls.ask("_planted", calls.call(function))
                    calls.check()
                except Found:
                    session.query("ROLLBACK")
                    continue
                raise Found(f"not found: {what}")
            return len(PLANTED), f"{len(PLANTED)} defects were found"
        self.part("planted", "mock", work)

    def calls(self, seed):
        for state in states.STATES:
            def work(database, session):
                calls = Calls(seed, session, state, self.say, self.options.careful)
                for name, counter in calls.outcomes.items():
                    self.outcomes.setdefault(name, Counter())
                try:
                    count = calls.run(ROUNDS[state])
                except Found as found:
                    raise Found(f"again: run.py --seed {seed} --only calls\n{found}") from found
                for name, counter in calls.outcomes.items():
                    self.outcomes[name] += counter
                return count, f"{len(calls.functions)} functions, {count} calls"
            self.part(f"calls {state} {seed}", state, work)

    def triggers(self, seed):
        def work(database, session):
            triggers = Triggers(seed, session, self.say)
            try:
                count = triggers.run(tables=10, statements=600)
            except Found as found:
                raise Found(f"again: run.py --seed {seed} --only triggers\n{found}") from found
            lines = session.value("SELECT count(*) FROM referrals.commission")
            return count, f"{count} statements, {triggers.rows} rows, {triggers.refused} refused by the table itself, {lines} lines"
        self.part(f"triggers {seed}", "live", work)

    def queries(self, seed):
        def work(database, session):
            queries = Queries(seed, session, self.say)
            try:
                count = queries.run(500)
            except Found as found:
                raise Found(f"again: run.py --seed {seed} --only queries\n{found}") from found
            return count, f"{count} queries, {queries.outcomes['00000']} went through"
        self.part(f"queries {seed}", "live", work)

    def sqlsmith(self, seed):
        why = smith.unavailable()
        if why:
            print(f"NOT RUN sqlsmith: {why}", flush=True)
            # Where it must be there, its absence is a failure.
            self.failed += REQUIRED
            return

        def work(database, session):
            smith.prepare(session, database)
            log, told = ServerLog(), []
            for role, queries in SMITHS.items():
                told.append(f"{smith.run(seed, database, role, queries, self.say)} of {queries} as {role}")
            errors = [entry for entry in log.internal_errors(database) if "referrals" in entry]
            if errors:
                raise Found(f"again: run.py --seed {seed} --only sqlsmith\n" + "\n".join(errors[:3]))
            return sum(SMITHS.values()), "queries that went through: " + ", ".join(told)
        self.part(f"sqlsmith {seed}", "mock", work)

    def finish(self):
        for name, counter in sorted(self.outcomes.items()):
            print(f"       {name}: " + ", ".join(f"{number} x {'ok' if sqlstate == '00000' else sqlstate}" for sqlstate,
                                                 number in counter.most_common()))
        set_allow_live(self.admin, None)
        with contextlib.suppress(Failure):  # not possible while databases are kept
            for role in states.ROLES:
                self.admin.query(f"DROP ROLE {role}")
        self.admin.close()
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--careful", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    runner = Runner(options)
    for seed in SEEDS if options.seed is None else [options.seed]:
        for part in PARTS if options.only is None else [options.only]:
            getattr(runner, part)(seed)
    runner.finish()


if __name__ == "__main__":
    main()
