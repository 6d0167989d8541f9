#!/usr/bin/env python3
"""CHANGELOG.md, read: which versions there are and when each was released.

changelog.py version            the version that Cargo.toml has; fails if CHANGELOG.md does not begin with it
changelog.py released           the same, and fails if that is not released
changelog.py date               when the newest release was, in seconds since 1970
changelog.py debian MAINTAINER  all of it as Debian's changelog; of what is not released yet the date is
                                SOURCE_DATE_EPOCH
"""

import datetime
import email.utils
import os
import re
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d|unreleased)$", re.MULTILINE)


class Version(NamedTuple):
    number: str
    # None: not released yet.
    date: datetime.date | None
    text: str

    @property
    def order(self):
        """What versions are sorted by."""
        return tuple(map(int, self.number.split(".")))


def versions(repo=REPO):
    """The versions of CHANGELOG.md, newest first."""
    text = (repo / "CHANGELOG.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^## .*", text, re.MULTILINE)
    parts = HEADING.split(text)[1:]
    found = [Version(number, None if date == "unreleased" else datetime.date.fromisoformat(date), body)
             for number, date, body in zip(parts[::3], parts[1::3], parts[2::3])]
    if not found or len(found) != len(numbers):
        raise ValueError("CHANGELOG.md: a version is headed '## [1.2.3] - 2026-01-31', or '- unreleased'")
    if any(newer.order <= older.order for newer, older in zip(found, found[1:])):
        raise ValueError("CHANGELOG.md: the newest version comes first, and each once")
    return found


def cargo_version(repo=REPO):
    """The version, which Cargo.toml alone has; CHANGELOG.md begins with it."""
    version = re.search(r'^version = "(.*)"', (repo / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    newest = versions(repo)[0].number
    if version != newest:
        raise ValueError(f"CHANGELOG.md begins with {newest}, and Cargo.toml has {version}")
    return version


def seconds(date):
    return int(datetime.datetime.combine(date, datetime.time(), datetime.UTC).timestamp())


def debian_entry(version, maintainer, epoch):
    """A version as an entry of Debian's changelog: each bullet of ours is one of theirs."""
    lines = [f"referrals ({version.number}-1) {'unstable' if version.date else 'UNRELEASED'}; urgency=medium", ""]
    for bullet in re.findall(r"^- (.*?)(?=^- |^#|\Z)", version.text, re.MULTILINE | re.DOTALL):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(bullet.replace("`", "").split()))
        lines += textwrap.wrap(plain, 78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False)
    when = email.utils.formatdate(seconds(version.date) if version.date else epoch)
    return "\n".join([*lines, "", f" -- {maintainer}  {when.replace('-0000', '+0000')}", ""])


def main(what, maintainer=None):
    match what:
        case "version":
            print(cargo_version())
        case "released":
            version = cargo_version()
            if not versions()[0].date:
                raise ValueError(f"CHANGELOG.md says that {version} is unreleased: give it its day")
            print(version)
        case "date":
            print(seconds(next(version.date for version in versions() if version.date)))
        case "debian":
            epoch = int(os.environ["SOURCE_DATE_EPOCH"])
            print("\n".join(debian_entry(version, maintainer, epoch) for version in versions()), end="")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ValueError as problem:
        sys.exit(f"error: {problem}")
