"""A released script is never edited: databases out there were made by it.

released/SHA256SUMS has the sum of every file of a release: its install script, its dump, and sql/referrals--A--B.sql. A sum
is never changed either, which git's history shows, where it is at hand.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "packaging"))
from changelog import versions  # noqa: E402

FOLDER = "tests/upgrade/released"
SUMS = f"{FOLDER}/SHA256SUMS"


def parsed(text):
    """A file of sha256sum, as a dictionary from path to sum."""
    return {path: digest for digest, path in re.findall(r"^([0-9a-f]{64})  (.+)$", text, re.MULTILINE)}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def problems(repo):
    """Whatever is wrong, a line each."""
    sums = parsed((repo / SUMS).read_text(encoding="utf-8"))
    return [*files_missing(repo, sums), *files_changed(repo, sums), *changed_since_listed(repo, sums)]


def files_missing(repo, sums):
    """Each release has its files, and they are in the list; nothing is that is not released."""
    known = versions(repo)
    for version, before in zip(known, [*known[1:], None]):
        number = version.number
        if before:
            script = f"sql/referrals--{before.number}--{number}.sql"
            if not (repo / script).exists():
                yield f"{script} is missing: CHANGELOG.md has {number} after {before.number}"
            elif version.date and script not in sums:
                yield f"{script} is released, and not in {SUMS}"
            elif not version.date and script in sums:
                yield f"{script} is in {SUMS}, and CHANGELOG.md says that {number} is unreleased"
        for file in (f"{FOLDER}/referrals--{number}.sql", f"{FOLDER}/{number}.dump.sql"):
            if version.date and not (repo / file).exists():
                yield f"{file} is missing: CHANGELOG.md says that {number} is released"
            elif not version.date and (repo / file).exists():
                yield f"{file} is there, and CHANGELOG.md says that {number} is unreleased"
    present = {str(path.relative_to(repo)) for path in (repo / FOLDER).iterdir()} - {SUMS}
    yield from (f"{file} is not in {SUMS}" for file in sorted(present - sums.keys()))


def files_changed(repo, sums):
    for file, wanted in sums.items():
        if not (repo / file).exists():
            yield f"{file} is in {SUMS}, and is gone"
        elif digest((repo / file).read_bytes()) != wanted:
            yield f"{file} was released, and is not as it was: put it back, and write a new upgrade script for what is to change"


def changed_since_listed(repo, sums):
    """In the commit that listed a file first it had the sum, and the content, that it has now."""
    commits = git(repo, "log", "--format=%H", "--reverse", "--", SUMS)
    if commits is None:
        return
    first = {}
    for commit in commits.decode().split():
        for file, wanted in parsed((git(repo, "show", f"{commit}:{SUMS}") or b"").decode()).items():
            first.setdefault(file, (commit, wanted))
    for file, (commit, wanted) in first.items():
        if sums.get(file) != wanted:
            yield f"{SUMS} has another sum for {file} than commit {commit[:9]}, which listed it: a release does not change"
        then = git(repo, "show", f"{commit}:{file}")
        if then is None or digest(then) != wanted:
            yield f"{file} in commit {commit[:9]}, which listed it, is not what was listed"


def git(repo, *arguments):
    """What a git command prints; None if it fails, or if this is no clone."""
    if not (repo / ".git").exists():
        return None
    done = subprocess.run(["git", "-C", repo, *arguments], capture_output=True)
    return done.stdout if done.returncode == 0 else None
