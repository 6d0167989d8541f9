#!/usr/bin/env python3
"""From each released version to each later one, and so to this: a database of the old version that is updated has the
catalogue of a fresh install, and what the old version recorded is sound and goes on.

Two old things are looked at. The old SQL with this library is what a database has between the installation of a package
and ALTER EXTENSION UPDATE. And the rows in released/V.dump.sql were written by the library of V itself. Which versions
there are is read from released/. Called by tests/run, which sets the environment of the throw-away server; that server
itself is left alone. Last line: N passed, N failed.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump", "copies")]
from catalogue import differences, snapshot  # noqa: E402
from checks import Checks  # noqa: E402
from cluster import Cluster  # noqa: E402
from frozen import problems  # noqa: E402
from frozen_selftest import check_selftest  # noqa: E402
from history import APP, READER  # noqa: E402
from planted import check_planted  # noqa: E402
from releases import CURRENT, RELEASED, REPO, OldScripts, installed, order, released  # noqa: E402
from sound import check_sound, last_root, reconcile  # noqa: E402
from ways import client  # noqa: E402
from work import User, check_old_lines, check_sealed, check_shown, fill_as_far  # noqa: E402

# A superuser who updates what another one installed.
OTHER = "upgrade_other"
# What an installer may have set, or who updates: whatever they create belongs to others as well.
DEFAULT_PRIVILEGES = [f"ALTER DEFAULT PRIVILEGES FOR ROLE {role} GRANT ALL ON {what} TO {READER}"
                      for role in ("CURRENT_USER", OTHER) for what in ("TABLES", "SEQUENCES", "FUNCTIONS", "TYPES")]


class Lab:
    """The cluster of the suite, and the databases that are made in it."""

    def __init__(self, cluster):
        self.cluster, self.admin = cluster, cluster.session("postgres")
        for role in (READER, APP):
            self.admin.query(f"CREATE ROLE {role}")
        self.admin.query(f"CREATE ROLE {OTHER} SUPERUSER")

    @contextlib.contextmanager
    def database(self, name, version=None, before=()):
        """A database with a version of the extension, or without: a session in it."""
        self.admin.query(f"CREATE DATABASE {name} TEMPLATE template0")
        session = self.cluster.session(name)
        try:
            for statement in before:
                session.query(statement)
            if version:
                session.query(f"CREATE EXTENSION referrals VERSION '{version}'")
            yield session
        finally:
            session.close()
            self.admin.query(f"DROP DATABASE {name} WITH (FORCE)")


def update(session, version=CURRENT):
    session.query(f"ALTER EXTENSION referrals UPDATE TO '{version}'")


def check_frozen(checks):
    checks.equal("no released script has changed", [], problems(REPO))
    frozen = RELEASED / f"referrals--{CURRENT}.sql"
    if frozen.exists():
        checks.true(f"the install script of {CURRENT} is the released one", installed(frozen.name).read_bytes() == frozen.read_bytes())
    check_selftest(checks)


def check_catalogues(checks, lab):
    """Each version updated to each later one, against a fresh install of that one."""
    versions = [*released(), CURRENT]
    fresh = {}
    for version in versions:
        with lab.database("fresh", version, DEFAULT_PRIVILEGES) as session:
            fresh[version] = snapshot(session)
    for version in released():
        for later in (later for later in versions if order(later) > order(version)):
            with lab.database("updated", version, DEFAULT_PRIVILEGES) as session:
                checks.equal(f"{version} is what it was", [], differences(fresh[version], snapshot(session)))
                update(session, later)
                checks.equal(f"{version} updated to {later} is a fresh {later}", [], differences(fresh[later], snapshot(session)))
                if later == CURRENT:
                    check_planted(checks, session)
            with lab.database("updated", version, DEFAULT_PRIVILEGES) as session:
                session.query(f"SET ROLE {OTHER}")
                update(session, later)
                session.query("RESET ROLE")
                checks.equal(f"{version} updated to {later} by another superuser is the same", [], differences(fresh[later], snapshot(session)))


def check_own(checks, lab, version):
    """What the owner has made in the schema is left alone."""
    own = "SELECT array_agg(c.relname || ' ' || c.relacl::text ORDER BY 1) FROM pg_class AS c WHERE c.relname LIKE 'own\\_%'"
    with lab.database("with_its_own", version) as session:
        session.query("CREATE TABLE referrals.own_notes (line bigint, note text)")
        session.query("CREATE VIEW referrals.own_view AS SELECT count(*) FROM referrals.commission_ledger")
        session.query(f"GRANT SELECT ON referrals.own_notes, referrals.own_view TO {READER}")
        before = session.value(own)
        update(session)
        checks.equal(f"{version}: what the owner made in the schema, and its grants", before, session.value(own))


def check_window(checks, lab, version):
    """The old SQL with this library, in one session after another: before the update, across it, and after."""
    name = "in_the_window"
    with lab.database(name, version) as session:
        what = f"{version} in the window"
        fill_as_far(session)
        checks.equal(f"{what}: the version", version, session.value("SELECT extversion FROM pg_extension WHERE extname = 'referrals'"))
        checks.equal(f"{what}: live", "live", session.value("SELECT referrals.mode()"))
        root = last_root(session)
        checks.equal(f"{what}: verify() finds nothing", [], session.query("SELECT * FROM referrals.verify()"))
        reconciled = repair(checks, what, session)
        check_levels(checks, what, session, version)
        user = User(lab.cluster.session(name), 3_000_000)
        user.check(checks, what)
        other = lab.cluster.session(name)
        update(other)
        other.close()
        what = f"{version} updated"
        user.check(checks, f"{what}, in a session from before")
        checks.equal(f"{what}, in a session from before: sound", [], user.session.query("SELECT * FROM referrals.verify()"))
        user.session.close()
        check_sound(checks, what, session, reconciled)
        check_old_lines(checks, what, session)
        check_sealed(checks, what, session, root, epochs=1)
        last = User(lab.cluster.session(name), 4_000_000)
        last.check(checks, f"{what}, in a new session")
        last.session.close()
        grant(session)
        updated = snapshot(session)
    with lab.database(name, CURRENT) as session:
        fill_as_far(session)
        grant(session)
        checks.equal(f"{what}: after the same history, and grant_access() again, it is a fresh {CURRENT} with that", [],
                     differences(snapshot(session), updated))


def check_levels(checks, what, session, version):
    """Before the update a level that the old SQL lacks says so, and one that it has is granted without what is new."""
    for level in ("reader", "admin", "self", "monitor"):
        session.query("BEGIN")
        result = session.run(f"SELECT referrals.grant_access('{APP}', '{level}')")
        session.query("ROLLBACK")
        if version == "0.1.0" and level in ("self", "monitor"):
            checks.equal(f"{what}: the level {level} is to come", "55000", result.sqlstate)
            checks.true(f"{what}: and it says how", "Run ALTER EXTENSION referrals UPDATE first." in result.messages, result.messages)
        else:
            checks.true(f"{what}: the level {level}", result.ok, result.messages)


def repair(checks, what, session):
    """Makes the guards that reconcile() of this library misses in the old SQL, as somebody may before they update; gives
    what it finds then."""
    for problem, _, statements in reconcile(session):
        if problem == "guard_disabled":
            for statement in statements.split("; "):
                session.query(statement)
    found = reconcile(session)
    checks.true(f"{what}: reconcile() misses no guard", not any(problem == "guard_disabled" for problem, *_ in found), str(found))
    return found


def grant(session):
    """Gives the roles what the levels have now: what is new is nobody's after an update."""
    for role, level in ((READER, "reader"), (APP, "app")):
        session.query(f"SELECT referrals.grant_access('{role}', '{level}')")


def check_dump(checks, lab, version, into):
    """Rows that the library of a released version wrote, restored into a version: its own, which is then updated, or this
    one, as pg_restore does where this one is installed."""
    what = f"rows of {version}" + ("" if into == version else f" restored into {into}")
    with lab.database("old_rows", into) as session:
        told = client("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(RELEASED / f"{version}.dump.sql"),
                      "-d", lab.cluster.database("old_rows"))
        checks.equal(f"{what}: the restore says nothing", (0, ""), told)
        reconciled = [row for row in reconcile(session) if row[0] != "guard_disabled"]
        if into != CURRENT:
            checks.equal(f"{what}, before the update: verify() finds nothing", [], session.query("SELECT * FROM referrals.verify()"))
            check_shown(checks, f"{what}, before the update", session)
            update(session)
        check_sound(checks, what, session, reconciled)
        check_shown(checks, what, session)
        checks.equal(f"{what}: a restored copy is mock", "mock", session.value("SELECT referrals.mode()"))
        root = session.value("SELECT root FROM kept.root")
        user = User(lab.cluster.session("old_rows"), 5_000_000)
        user.check(checks, what)
        session.query("SELECT referrals.go_live()")
        user.check(checks, f"{what}, live again")
        user.session.close()
        check_old_lines(checks, what, session)
        check_sealed(checks, what, session, root, epochs=2)


def main():
    # make test ends a suite with SIGTERM, and the server is to go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks = Checks()
    with checks.part("released scripts"):
        check_frozen(checks)
    with contextlib.ExitStack() as stack:
        stack.enter_context(OldScripts())
        cluster = Cluster("upgrade")
        stack.callback(cluster.remove)
        lab = Lab(cluster.make().start())
        checks.true("there is a released version", released())
        with checks.part("catalogues"):
            check_catalogues(checks, lab)
        for version in released():
            with checks.part(f"{version}: with objects of the owner's"):
                check_own(checks, lab, version)
            with checks.part(f"{version}: the old SQL with the new library"):
                check_window(checks, lab, version)
            with checks.part(f"{version}: rows of the old library"):
                check_dump(checks, lab, version, version)
                check_dump(checks, lab, version, CURRENT)
        lab.admin.close()
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
