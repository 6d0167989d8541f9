#!/usr/bin/env python3
"""pgxn.py FOLDER: makes the distribution for PGXN, referrals-VERSION.zip, and prints its path.

It holds the files that git tracks, or, where this is no clone, all files but what was built, below one directory. The
version is put into META.json. All times in it are SOURCE_DATE_EPOCH, so the same files give the same bytes.
"""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from changelog import REPO, cargo_version

PLACEHOLDER = "@CARGO_VERSION@"


def tracked():
    """The names of the files to distribute."""
    if (REPO / ".git").exists():
        listed = subprocess.run(["git", "-C", REPO, "ls-files", "-z"], check=True, stdout=subprocess.PIPE, text=True)
        return sorted(name for name in listed.stdout.split("\0") if name and (REPO / name).is_file())
    names = (path.relative_to(REPO) for path in REPO.rglob("*") if path.is_file())
    return sorted(str(name) for name in names if name.parts[0] != "target" and "__pycache__" not in name.parts)


def content(name, version):
    data = (REPO / name).read_bytes()
    return data.replace(PLACEHOLDER.encode(), version.encode()) if name == "META.json" else data


def make(folder):
    version = cargo_version()
    top = f"referrals-{version}"
    when = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    made = Path(folder) / f"{top}.zip"
    part = made.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in tracked():
            entry = zipfile.ZipInfo(f"{top}/{name}", when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            executable = os.access(REPO / name, os.X_OK)
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(entry, content(name, version))
    part.rename(made)
    return made


if __name__ == "__main__":
    print(make(sys.argv[1]))
