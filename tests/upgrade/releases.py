"""Which versions were released, as tests/upgrade/released shows: referrals--V.sql is the install script of V, and V.dump.sql
a database that V wrote."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(1, str(REPO / "packaging"))
from changelog import cargo_version  # noqa: E402

RELEASED = REPO / "tests" / "upgrade" / "released"
CURRENT = cargo_version(REPO)


def order(version):
    return tuple(map(int, version.split(".")))


def released():
    """The versions released before this one, oldest first."""
    found = [re.fullmatch(r"referrals--(\d+\.\d+\.\d+)\.sql", path.name) for path in RELEASED.iterdir()]
    return sorted((match[1] for match in found if match and match[1] != CURRENT), key=order)


def installed(name):
    """The path of a script in the throw-away copy of Postgres."""
    sharedir = subprocess.run([os.environ["PG_CONFIG"], "--sharedir"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return Path(sharedir, "extension", name)


class OldScripts:
    """The install scripts of released versions, put into the throw-away copy of Postgres as long as this lasts: a package
    has the newest alone."""

    def __enter__(self):
        self.copies = [installed(f"referrals--{version}.sql") for version in released()]
        for copy in self.copies:
            shutil.copyfile(RELEASED / copy.name, copy)
            copy.chmod(0o644)

    def __exit__(self, *_):
        for copy in self.copies:
            copy.unlink(missing_ok=True)
