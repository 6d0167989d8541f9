#!/usr/bin/env python3
"""Is the server under test the one claimed? REFERRALS_MAJOR is what `make test PG=...` asked for, REFERRALS_PGDATA the
throw-away server, and PG_CONFIG the copy of Postgres with the extension in it that it was started from.

tests/run runs this on every new server, whichever suites were chosen, so that no other suite passes on a wrong one.
That it would be noticed is tried with every other major, with a second server, and with another library.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(REPO / "tests" / part) for part in ("differential", "dump", "copies")]
from checks import Checks  # noqa: E402
from cluster import Cluster  # noqa: E402
from psql import Failure, Session  # noqa: E402

MAJORS = (15, 16, 18)
SERVER = os.environ["REFERRALS_PGDATA"]
PG_CONFIG = Path(os.environ["PG_CONFIG"])
# What tells the major, and what tells one server from another of the same major.
OF_MAJOR = {"pg_config", "postgres", "psql on PATH", "server_version_num", "PG_VERSION", "Postgres that the library was built for"}
OF_SERVER = {"data directory", "process"}


def claimed(major, data=SERVER, library=None):
    """What facts() must give, if the server is what it is said to be."""
    built = REPO / "target" / f"pg{os.environ['REFERRALS_MAJOR']}" / "stage"
    return dict.fromkeys(OF_MAJOR, major) | {
        "data directory": data,
        "process": Path(data, "postmaster.pid").read_text().split()[0],
        "program": str(PG_CONFIG.with_name("postgres")),
        "library": f"{told(PG_CONFIG, '--pkglibdir')}/referrals.so",
        "library's content": (library or built / "referrals.so").read_bytes(),
    }


def facts(database):
    """What is found where a suite connects. Loading the library succeeds only if it was built for the server's major."""
    session = Session(database)
    session.query("LOAD 'referrals'")
    # The backend's own view: its process may belong to another user.
    mapped = set(re.findall(r"/\S+$", session.value("SELECT pg_read_file('/proc/self/maps')"), re.MULTILINE))
    parent = re.search(r"^PPid:\s*(\d+)", session.value("SELECT pg_read_file('/proc/self/status')"), re.MULTILINE)[1]
    library, = [path for path in mapped if path.endswith("/referrals.so")]
    program, = [path for path in mapped if path.endswith("/postgres")]
    data, number = session.value("SHOW data_directory"), int(session.value("SHOW server_version_num"))
    session.close()
    built_for = (REPO / "target" / f"pg{number // 10000}" / "stage" / "built-for").read_text().strip()
    return {
        "pg_config": major_told(PG_CONFIG), "postgres": major_told(PG_CONFIG.with_name("postgres")), "psql on PATH": major_told("psql"),
        "server_version_num": number // 10000, "PG_VERSION": int(Path(data, "PG_VERSION").read_text()),
        "Postgres that the library was built for": major_told(built_for),
        "data directory": data, "process": parent, "program": program,
        "library": library, "library's content": Path(library).read_bytes(),
    }


def told(program, option):
    return subprocess.run([program, option], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def major_told(program):
    """The major in what --version prints, such as "psql (PostgreSQL) 15.20 (Debian ...)"."""
    return int(re.search(r"PostgreSQL\)? (\d+)", told(program, "--version"))[1])


def differing(expected, found):
    return {name for name in expected if expected[name] != found[name]}


def check_server(checks, major, found):
    for name, value in claimed(major).items():
        if isinstance(value, bytes):
            checks.true(f"{name} is what was built", value == found[name])
        else:
            checks.equal(name, value, found[name])


def check_noticed(checks, major, found):
    """A wrong claim is noticed, by whatever can tell."""
    for other in MAJORS:
        if other != major:
            checks.equal(f"noticed that it is not {other}", OF_MAJOR, differing(claimed(other), found))
            refused = subprocess.run([REPO / "tests/harness/cargo", "--version"], env={**os.environ, "PG": str(other)},
                                     capture_output=True, text=True)
            checks.true(f"PG={other} with the PG_CONFIG of {major} is refused", refused.returncode != 0 and f"PG={other}, but " in refused.stderr,
                        refused.stdout + refused.stderr)
    with tempfile.NamedTemporaryFile() as library:
        library.write(b"another library")
        library.flush()
        checks.equal("noticed another library", {"library's content"}, differing(claimed(major, library=Path(library.name)), found))
    with contextlib.ExitStack() as stack:
        second = Cluster("second")
        stack.callback(second.remove)
        second.make().start()
        checks.equal("noticed another server", OF_SERVER, differing(claimed(major), facts(second.database("postgres"))))
        checks.equal("which is what it is", set(), differing(claimed(major, data=second.data), facts(second.database("postgres"))))


def main():
    # make test ends a suite with SIGTERM, and the second server is to go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks, major = Checks(), int(os.environ["REFERRALS_MAJOR"])
    try:
        found = facts("postgres")
        check_server(checks, major, found)
        check_noticed(checks, major, found)
    except Failure as failure:
        checks.true("there is a server with the extension", False, str(failure))
    print(f"PostgreSQL {major}: {PG_CONFIG}")
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
