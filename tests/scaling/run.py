#!/usr/bin/env python3
"""Several servers: two shards at work, each a whole with its own chain, and one head office that receives the record of
both by logical replication, verifies and reports, and writes nothing. A shard is killed under load, then the head office;
both catch up. Made by the files of doc/scaling as they stand.

Called by tests/run, which sets the environment of the throw-away server; that server itself is left alone, and the
clusters made here are removed with it. Last line: N passed, N failed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FILES = TESTS.parent / "doc" / "scaling"
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump", "copies")]
from checks import Checks  # noqa: E402
from cluster import Cluster  # noqa: E402
from history import APP, READER, fill  # noqa: E402
from office import check_codes, check_first_copy, check_named, check_received, check_refused, check_tampered  # noqa: E402
from overview import check_overview  # noqa: E402
from psql import Failure  # noqa: E402
from storm import check_storm  # noqa: E402
from successor import check_successor  # noqa: E402
from ways import client  # noqa: E402


def script(cluster, database, name, **variables):
    """Runs a file of doc/scaling."""
    given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
    done = subprocess.run(["psql", "-Xq", "-d", cluster.database(database), *given, "-f", FILES / name], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    # That a slot was made is a NOTICE of Postgres.
    told = [line for line in done.stderr.splitlines() if "NOTICE" not in line]
    if done.returncode != 0 or told:
        raise Failure(f"{name}: {done.stdout}{done.stderr}")


def make_shard(stack, name, original=None):
    """A shard at work; one that began as a restored dump of another has an epoch more."""
    cluster = empty(stack, name)
    admin = cluster.session("postgres")
    for role in (READER, APP):
        admin.query(f"CREATE ROLE {role}")
    admin.query("CREATE DATABASE shop")
    admin.close()
    if original:
        restore(original, cluster)
    session = cluster.session("shop")
    if original:
        session.query("SELECT referrals.go_live()")
        session.query("SELECT referrals.seal()")
    else:
        session.query("CREATE EXTENSION referrals")
        fill(session)
    epochs = session.value("SELECT count(*) FROM referrals.epoch")
    session.close()
    if epochs != ("2" if original else "1"):
        raise Failure(f"{name} has {epochs} epochs")
    return cluster


def restore(original, cluster):
    with tempfile.NamedTemporaryFile() as dump:
        for command in ([original.program("pg_dump"), "-d", original.database("shop"), "-f", dump.name],
                        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", cluster.database("shop"), "-f", dump.name]):
            status, told = client(*command)
            if status != 0 or told:
                raise Failure(f"{command[0]} of {original.name} into {cluster.name}: {told}")


def make_office(stack, shards):
    """The head office: a database for each shard. It has nobody's permission to be live."""
    office = empty(stack, "office", {"referrals.allow_live": "off"})
    admin = office.session("postgres")
    for name, shard in shards.items():
        script(shard, "shop", "shard.sql")
        admin.query(f"CREATE DATABASE {name}")
        connection = f"host={os.environ['PGHOST']} port={shard.port} dbname=shop user=head_office"
        script(office, name, "head_office.sql", shard=name, connection=connection)
    admin.close()
    return office


def empty(stack, name, settings=None):
    """A running cluster, which is removed at the end."""
    cluster = Cluster(name)
    stack.callback(cluster.remove)
    cluster.make()
    # A worker that could not connect tries again after this; a server that is gone is noticed at once.
    cluster.configure({"wal_retrieve_retry_interval": "'100ms'", **(settings or {})})
    return cluster.start()


def main():
    # make test ends a suite with SIGTERM, and the servers are to go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks = Checks()

    def part(name, check, *arguments):
        # Each goes on from what the one before it made.
        with checks.part(name, broken=()):
            return check(*arguments)

    with contextlib.ExitStack() as stack:
        try:
            north = part("shard north", make_shard, stack, "north")
            shards = {"north": north, "south": part("shard south", make_shard, stack, "south", north)}
            office = part("head office", make_office, stack, shards)
            part("first copy", check_first_copy, checks, shards, office)
            part("nothing is written", check_refused, checks, shards, office)
            part("named by a subscription", check_named, checks, north)
            part("codes", check_codes, checks, shards)
            part("storm", check_storm, checks, shards, office)
            part("all of it arrived", check_received, checks, shards, office)
            part("overview", check_overview, checks, shards, office, script)
            part("tampering", check_tampered, checks, shards, office)
            part("successor", check_successor, checks, shards, office)
        except Failure as failure:
            checks.true("the suite could not go on", False, str(failure))
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
