"""The version stands in Cargo.toml alone, and CHANGELOG.md has a heading for it."""

import json
import re
import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
# Where a version is written because it is that of a release, and stays: the changelog, scripts that lead from one to the
# next, and what was released. Cargo.lock is Cargo's.
OF_RELEASES = re.compile(r"CHANGELOG\.md|Cargo\.(toml|lock)|sql/referrals--.*|tests/upgrade/released/.*")


def check_version(checks, version):
    meta = json.loads((REPO / "META.json").read_text(encoding="utf-8"))
    checks.equal("META.json leaves the version to Cargo.toml", ["@CARGO_VERSION@"] * 2, [meta["version"], meta["provides"]["referrals"]["version"]])
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    checks.equal("a version that README.md speaks of is this one", [],
                 [found for found in re.findall(r"\bVersion (\d+\.\d+\.\d+)", readme) if found != version])
    if not (REPO / ".git").exists():
        return
    listed = subprocess.run(["git", "-C", REPO, "ls-files", "-z"], check=True, stdout=subprocess.PIPE, text=True).stdout
    # Other things may have this version too: only beside our own name it is ours.
    ours = re.compile(rf"referrals\b.{{0,40}}\b{re.escape(version)}\b".encode(), re.IGNORECASE)
    written = [name for name in listed.split("\0") if name and name != "README.md" and not OF_RELEASES.fullmatch(name)
               and (REPO / name).is_file() and ours.search((REPO / name).read_bytes())]
    checks.equal("no other file has the version in it", [], written)
