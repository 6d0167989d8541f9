#!/usr/bin/env python3
"""What `make package` makes: the same bytes for the same files, a zip that builds, a Debian package that lintian, dpkg and
Postgres take.

Called by tests/run, which sets the environment of the throw-away server. The Debian package is made for the Postgres under
test; on 15, which Debian 12 has, it is also installed, used and removed in a clean root. That takes root: without, it is
left out, unless REQUIRED=1. Last line: N passed, N failed.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
sys.path[1:1] = [str(REPO / "tests" / "differential"), str(REPO / "tests" / "dump"), str(REPO / "packaging")]
from changelog import cargo_version  # noqa: E402
from checks import Checks  # noqa: E402
from debian import check_clean_root, check_debian, check_library, check_lintian  # noqa: E402
from distribution import check_build, check_distribution  # noqa: E402
from licences import check_licences  # noqa: E402
from version import check_version  # noqa: E402


def make():
    """The paths that `make package` prints: the zip and the Debian package."""
    done = subprocess.run(["make", "--silent", "-C", REPO, "package"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"make package failed:\n{done.stdout}")
    return [Path(line) for line in done.stdout.splitlines() if line.startswith("/")]


def check_reproducible(checks, made):
    """Made again, with files that were written anew, they are the same bytes."""
    before = [path.read_bytes() for path in made]
    os.utime(REPO / "README.md")
    os.utime(REPO / "META.json")
    checks.true("made again, the packages are the same bytes", [path.read_bytes() for path in make()] == before)


def main():
    # make test ends a suite with SIGTERM: what is temporary is to go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks, version = Checks(), cargo_version()
    major = subprocess.run([os.environ["PG_CONFIG"], "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[1].split(".")[0]
    check_version(checks, version)
    made = make()
    archive, package = made
    checks.equal("the name of the zip", f"referrals-{version}.zip", archive.name)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for part, check in [
            ("the same bytes", lambda: check_reproducible(checks, made)),
            ("the zip", lambda: check_distribution(checks, archive, version, folder)),
            ("a build from it", lambda: check_build(checks, archive, major, version, folder)),
            ("the Debian package", lambda: check_debian(checks, package, major, version, folder)),
            ("its licences", lambda: check_licences(checks, folder / f"root/usr/share/doc/postgresql-{major}-referrals/copyright")),
            ("its library", lambda: check_library(checks, package, major, folder)),
            ("lintian", lambda: check_lintian(checks, package, folder)),
            ("a clean root", lambda: check_clean_root(checks, package, major, folder)),
        ]:
            with checks.part(part):
                check()
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
