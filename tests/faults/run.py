#!/usr/bin/env python3
"""Faults under load: after each of them all that was acknowledged is there once, and nothing is half there.

  run.py                          every round, with a random seed, which is printed
  run.py --seed N                 the same choices again
  run.py --round "disk full"      only rounds whose name holds this
  run.py --no-mount               as if no file system could be mounted

It makes a server of its own beside the one given (PGHOST, PGPORT, REFERRALS_PGDATA), with the
same Postgres and extension, and breaks and removes it. Last line: N passed, N failed.
"""

import argparse
import contextlib
import os
import random
import resource
import signal
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "differential"))

import disk  # noqa: E402
import faults  # noqa: E402
import selfcheck  # noqa: E402
import storm  # noqa: E402
from cluster import Cluster  # noqa: E402
from psql import Failure  # noqa: E402
from rounds import Round  # noqa: E402

# What the clients may be told in each round, beside a connection that is gone.
CANCELLED = ("57014", "55P03", "25P03", "25P04")
ROUNDS = {
    "nothing wrong": (selfcheck.look, {}),
    "process killed": (faults.kill_backends, {"signals": {9}}),
    "postmaster killed": (faults.kill_postmasters, {"signals": {9}}),
    "server stopped": (faults.stop_servers, {"refusals": ("57P01",)}),
    "statements cancelled": (faults.cancel, {"refusals": CANCELLED}),
    "sessions terminated": (faults.terminate, {"refusals": ("57P01",), "live": False}),
    "no room for tables": (disk.fill_tables, {"space": True}),
    "no room for WAL": (disk.fill_wal, {"space": True, "signals": {6}}),
    "serialization": (faults.serialize, {"explained": {"40001"}}),
    "deadlocks": (storm.storm, {"explained": storm.EXPLAINED}),
    "deadlocks in mock mode": (storm.storm, {"explained": storm.EXPLAINED, "live": False}),
}


def play(cluster, name, seed, space_kind):
    """One round: (passed, failed)."""
    work, options = ROUNDS[name]
    began, space = time.monotonic(), None
    if options.get("space"):
        space = space_kind(cluster)
        options = {**options, "space": space, "refusals": space.says}
    round_ = Round(cluster, name, seed, **options)
    try:
        round_.open()
        tried = work(round_)
        told = round_.examine() if round_.clients else "standings, sums and payouts agree"
        problems, passed = round_.checks.problems, round_.checks.passed
    except Exception as error:
        problems, passed, tried, told = ["".join(traceback.format_exception(error))], 0, "", "it broke off"
    log = cluster.told()
    try:
        with contextlib.ExitStack() as ending:  # each whatever becomes of the one before; the last first
            if space:
                ending.callback(space.remove)
            ending.callback(round_.close)
            if space:
                ending.callback(space.widen)
    except Failure as failure:
        problems.append(f"it leaves something behind: {failure}")
    print(f"{'FAILED' if problems else 'ok    '} {name}: {tried}: {told} ({time.monotonic() - began:.0f} s)", flush=True)
    if problems:
        print(f"  again: run.py --seed {seed} --round '{name}'")
        for problem in problems[:8]:
            print("  " + problem[:3000])
        for line in [line for line in log if line[1] in ("ERROR", "FATAL", "PANIC") and line[0] != "57P03"][-15:]:
            print("  server:", *line)
    return passed, len(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--round", default="", help="only rounds whose name holds this")
    parser.add_argument("--no-mount", action="store_true")
    options = parser.parse_args()
    space_kind = disk.Tmpfs if not options.no_mount and disk.own_mounts() else disk.Limit
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a PANIC is to leave no file behind
    # Ended like everything else of the harness, the server must not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"seed {options.seed}")
    passed = failed = 0
    cluster = Cluster()
    try:
        cluster.make()
        for name in ROUNDS:
            if options.round in name:
                good, bad = play(cluster, name, options.seed, space_kind)
                passed, failed = passed + good, failed + bad
    finally:
        cluster.remove()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
