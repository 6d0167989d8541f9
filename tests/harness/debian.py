"""Programs from Debian's archive, unpacked and not installed, for the suites in Python; see debian.sh."""

import subprocess
from pathlib import Path

from checks import Unavailable
from psql import Failure

DEBIAN = Path(__file__).resolve().parent / "debian"


def unpacked(name, *packages):
    """The directory that these packages are unpacked in; one that is written +PACKAGE comes without what it needs."""
    done = subprocess.run([DEBIAN, name, *packages], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    why = f"{' '.join(packages)}: {done.stderr.strip()[-1500:]}"
    if done.returncode == 3:
        raise Unavailable(why)
    if done.returncode != 0:
        raise Failure(why)
    return Path(done.stdout.splitlines()[-2])
