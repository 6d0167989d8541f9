#!/usr/bin/env python3
"""The differential test: random histories against an independent model of the rules.

  run.py                     a few fixed seeds, one random seed, other plans, many connections
  run.py --seed N --steps M  one story again (with --verbose: its SQL)
  run.py --simulation N, --contention N, --events N, --labels N, --queue N   one of these again
  run.py --self-test         the model against worked examples, the comparison against errors

Needs a running, throw-away server (PGHOST, PGPORT, PGUSER: a superuser) with the
extension installed. Makes databases of its own and drops them.
"""

import argparse
import contextlib
import os
import random
import sys
import time

import contention
import contention_events
import contention_labels
import contention_queue
import selftest
import simulation
from compare import compare_sound
from live import set_allow_live
from psql import Failure, Session
from story import APP_ROLE, Story
from tally import Mismatch, Tally

FIXED_SEEDS = list(range(1, 9))
SIMULATION_SEEDS = [1, 2]
CONTENTION_SEEDS = [(1, 8), (2, 6), (3, 4)]  # seed and number of connections
EVENT_SEEDS = [(1, 8), (2, 6)]
LABEL_SEEDS = [(1, 6), (2, 3)]
QUEUE_SEEDS = [(1, 8, False), (2, 5, False), (3, 6, True)]  # and whether the workers are terminated


class Runner:
    def __init__(self, options):
        self.options = options
        self.admin = Session("postgres")
        self.passed = self.failed = 0
        if self.admin.value(f"SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}'") is None:
            self.admin.query(f"CREATE ROLE {APP_ROLE}")

    def in_database(self, name, work):
        """Run work(database) in a fresh database with the extension; keep it for a look if it fails."""
        name = f"differential_{name}"
        self.admin.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.admin.query(f"CREATE DATABASE {name}")
        began = time.monotonic()
        try:
            session = Session(name)
            session.query("CREATE EXTENSION referrals")
            session.close()
            told = work(name)
            self.verify(name)
        except (Mismatch, Failure, LookupError, AssertionError) as error:
            self.failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {error}")
            print(f"  the database {name} is kept")
            return
        print(f"ok     {name}: {told} ({time.monotonic() - began:.0f} s)", flush=True)
        self.admin.query(f"DROP DATABASE {name} WITH (FORCE)")

    def verify(self, database):
        """Whatever was done there, the record is sound."""
        session, tally = Session(database), Tally()
        compare_sound(tally, session)
        self.passed += tally.count
        session.close()

    def story(self, seed, steps, allow_live):
        log = Log(self.options.verbose)

        def work(database):
            story = Story(seed, database, allow_live, log)
            try:
                story.run(steps)
            except (Mismatch, Failure, LookupError, AssertionError) as error:
                again = f"run.py --seed {seed} --steps {steps}" + (" --live" if allow_live else "")
                raise type(error)(f"step {story.step} of seed {seed}; again: {again}\n{error}\n  the last statements:\n{log.tail()}")
            finally:
                with contextlib.suppress(Failure):  # it would hide the reason
                    if allow_live:
                        set_allow_live(story.check, None)
                    story.close()
            self.passed += story.tally.count
            world = story.world
            return (f"{story.step} units, {len(world.people)} people, {len(world.attributions)} ties, {len(world.lines())} lines, "
                    f"{len(world.corrections)} corrections, {world.waited} waited, {len(world.payouts)} payouts, {story.tally.count} comparisons")
        self.in_database(f"seed_{seed}", work)

    def contention(self, seed, clients, statements):
        self.measured(f"contention_{seed}", f"--contention {seed} --clients {clients}",
                      lambda database: contention.run(seed, database, clients, statements))

    def events(self, seed, clients, statements):
        def work(database):
            session = Session(database)
            set_allow_live(session, True)
            try:
                return contention_events.run(seed, database, clients, statements)
            finally:
                set_allow_live(session, None)
                session.close()
        self.measured(f"events_{seed}", f"--events {seed} --clients {clients}", work)

    def queue(self, seed, clients, statements, kill):
        self.measured(f"queue_{seed}", f"--queue {seed} --clients {clients}" + (" --kill" if kill else ""),
                      lambda database: contention_queue.run(seed, database, clients, statements, kill))

    def labels(self, seed, clients):
        self.measured(f"labels_{seed}", f"--labels {seed} --clients {clients}",
                      lambda database: contention_labels.run(seed, database, clients, copies=4))

    def simulation(self, seed):
        self.measured(f"simulation_{seed}", f"--simulation {seed}", lambda database: simulation.run(seed, database, programs=18, steps=50))

    def measured(self, name, again, run):
        def work(database):
            try:
                told, tally = run(database)
            except (Mismatch, Failure, LookupError, AssertionError) as error:
                raise type(error)(f"again: run.py {again}\n{error}")
            self.passed += tally.count
            return f"{told}, {tally.count} comparisons"
        self.in_database(name, work)


class Log:
    """The SQL of a story: printed if asked for, else only the end is kept."""

    def __init__(self, verbose):
        self.verbose, self.lines = verbose, []

    def __call__(self, sql):
        if self.verbose:
            print(sql if sql.startswith("--") or sql.endswith("\\.") else f"{sql};", flush=True)
        self.lines = self.lines[-11:] + [sql]

    def tail(self):
        return "\n".join(f"    {sql[:1000]}" for sql in self.lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--steps", type=int, default=int(os.environ.get("DIFFERENTIAL_STEPS", "250")))
    parser.add_argument("--live", action="store_true", help="let the story switch to live mode")
    parser.add_argument("--simulation", type=int, metavar="SEED", help="only other plans")
    parser.add_argument("--contention", type=int, metavar="SEED", help="only many connections that sign up")
    parser.add_argument("--events", type=int, metavar="SEED", help="only many connections with events")
    parser.add_argument("--labels", type=int, metavar="SEED", help="only many connections with people of the same names")
    parser.add_argument("--queue", type=int, metavar="SEED", help="only many connections whose events wait")
    parser.add_argument("--kill", action="store_true", help="and workers that are terminated")
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--statements", type=int, default=100, help="of each connection")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        sys.exit(selftest.main())
    runner = Runner(options)
    if options.seed is not None:
        runner.story(options.seed, options.steps, options.live)
    elif options.contention is not None:
        runner.contention(options.contention, options.clients, options.statements)
    elif options.events is not None:
        runner.events(options.events, options.clients, options.statements)
    elif options.labels is not None:
        runner.labels(options.labels, options.clients)
    elif options.queue is not None:
        runner.queue(options.queue, options.clients, options.statements, options.kill)
    elif options.simulation is not None:
        runner.simulation(options.simulation)
    else:
        runner.failed += selftest.main(quiet=True)
        for seed in [*FIXED_SEEDS, random.SystemRandom().randrange(10**9)]:
            runner.story(seed, options.steps, allow_live=seed % 2 == 0)
        for seed, clients in CONTENTION_SEEDS:
            runner.contention(seed, clients, options.statements)
        for seed, clients in EVENT_SEEDS:
            runner.events(seed, clients, 2 * options.statements)
        for seed, clients in LABEL_SEEDS:
            runner.labels(seed, clients)
        for seed, clients, kill in QUEUE_SEEDS:
            runner.queue(seed, clients, options.statements, kill)
        for seed in SIMULATION_SEEDS:
            runner.simulation(seed)
    runner.admin.run(f"DROP ROLE {APP_ROLE}")  # not possible while databases are kept
    runner.admin.close()
    print(f"{runner.passed} passed, {runner.failed} failed")
    sys.exit(1 if runner.failed else 0)


if __name__ == "__main__":
    main()
