"""The check of frozen.py finds what it is there for, in a small repository made for it."""

import subprocess
import tempfile
from pathlib import Path

from frozen import FOLDER, SUMS, digest, problems

CHANGELOG = "# Changelog\n\n## [7.3.0] - unreleased\n\n## [7.2.0] - 2026-02-01\n\n## [7.1.0] - 2026-01-01\n"
RELEASED = [f"{FOLDER}/referrals--7.1.0.sql", f"{FOLDER}/7.1.0.dump.sql", f"{FOLDER}/referrals--7.2.0.sql", f"{FOLDER}/7.2.0.dump.sql",
            "sql/referrals--7.1.0--7.2.0.sql"]
UPGRADE = "sql/referrals--7.2.0--7.3.0.sql"


def write(repo, file, text):
    path = repo / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_sums(repo, files):
    write(repo, SUMS, "".join(f"{digest((repo / file).read_bytes())}  {file}\n" for file in files))


def commit(repo):
    git = ["git", "-C", repo, "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "a commit"], check=True)


def edit(repo):
    write(repo, RELEASED[-1], "edited")


def edit_with_sum(repo):
    edit(repo)
    write_sums(repo, RELEASED)


def edit_with_sum_committed(repo):
    edit_with_sum(repo)
    commit(repo)


# What somebody does, and what must be said of it.
DONE = [
    ("an edit", edit, "was released, and is not as it was"),
    ("an edit with its sum", edit_with_sum, "has another sum for sql/referrals--7.1.0--7.2.0.sql than commit"),
    ("an edit with its sum, committed", edit_with_sum_committed, "has another sum for sql/referrals--7.1.0--7.2.0.sql than commit"),
    ("a file taken away", lambda repo: (repo / RELEASED[0]).unlink(), "referrals--7.1.0.sql is in"),
    ("a file taken away with its sum", lambda repo: ((repo / RELEASED[0]).unlink(), write_sums(repo, RELEASED[1:])),
     "referrals--7.1.0.sql is missing: CHANGELOG.md says that 7.1.0 is released"),
    ("a sum taken away", lambda repo: write_sums(repo, RELEASED[:-1]), "sql/referrals--7.1.0--7.2.0.sql is released, and not in"),
    ("an install script without a sum", lambda repo: write_sums(repo, RELEASED[1:]), "referrals--7.1.0.sql is not in"),
    ("no upgrade script", lambda repo: (repo / UPGRADE).unlink(), f"{UPGRADE} is missing"),
    ("a sum before the release", lambda repo: write_sums(repo, [*RELEASED, UPGRADE]), f"{UPGRADE} is in"),
    ("a release without its files", lambda repo: write(repo, "CHANGELOG.md", CHANGELOG.replace("unreleased", "2026-03-01")),
     "7.3.0.dump.sql is missing"),
]


def check_selftest(checks):
    for what, do, expected in DONE:
        with tempfile.TemporaryDirectory() as folder:
            repo = Path(folder)
            subprocess.run(["git", "init", "--quiet", repo], check=True)
            write(repo, "CHANGELOG.md", CHANGELOG)
            for file in [*RELEASED, UPGRADE]:
                write(repo, file, f"-- {file}\n")
            write_sums(repo, RELEASED)
            commit(repo)
            checks.equal(f"{what}: nothing is wrong before", [], problems(repo))
            do(repo)
            told = problems(repo)
            checks.true(f"{what} is found", any(expected in line for line in told), f"expected {expected!r}, told {told}")
