#!/usr/bin/env python3
"""crates.py MAJOR: the crates that are linked into the library, as `copyright` lists them: name, version and licence, and
below it who holds the copyright, as the crate's own files say; or else who wrote it."""

import json
import re
import subprocess
import sys
from pathlib import Path

# One with <year> in it is to be filled in.
HOLDER = re.compile(r"^[^\w\n]*(copyright (?:\(c\)|©|\d{4})(?!.*<year>).*)", re.IGNORECASE | re.MULTILINE)


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout


def cargo(command, major, *options):
    return output("cargo", command, "--locked", "--no-default-features", "--features", f"pg{major}", *options)


def linked(major):
    """(name, version, licence) of each."""
    lines = cargo("tree", major, "--no-dedupe", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}|{l}").splitlines()
    found = {(*crate.split()[:2], licence) for crate, _, licence in (line.partition("|") for line in lines)}
    return sorted(crate for crate in found if crate[0] != "referrals")


def packages(major):
    """What cargo knows of each, by name and version."""
    machine = re.search(r"^host: (\S+)", output("rustc", "-vV"), re.MULTILINE)[1]
    found = json.loads(cargo("metadata", major, "--format-version", "1", "--filter-platform", machine))["packages"]
    return {(package["name"], f"v{package['version']}"): package for package in found}


def holders(package):
    folder = Path(package["manifest_path"]).parent
    files = sorted(file for pattern in ("LICEN[CS]E*", "LICENSES/*", "COPYRIGHT*", "COPYING*") for file in folder.glob(pattern) if file.is_file())
    # The text of this licence has a line to be filled in, too.
    texts = [file.read_text(encoding="utf-8") for file in files if "APACHE" not in file.name.upper()]
    found = dict.fromkeys(" ".join(holder.split()) for text in texts for holder in HOLDER.findall(text))
    return list(found) or [f"Written by {author}" for author in package["authors"]] or ["It names nobody."]


def main(major):
    known = packages(major)
    for name, version, licence in linked(major):
        print(f" {name} {version}: {licence}")
        for holder in holders(known[name, version]):
            print(f"  {holder}")


if __name__ == "__main__":
    main(sys.argv[1])
