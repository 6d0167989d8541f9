"""The zip for PGXN: what is in it, and that it builds with the commands of the README."""

import datetime
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from checks import Unavailable
from pgxn import REPO, tracked

HERE = Path(__file__).resolve().parent


def unpack(archive, folder):
    """Unpacks it as unzip does, with modes and times; gives the names of what is in it."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            path = opened.extract(entry, folder)
            os.chmod(path, entry.external_attr >> 16)
            when = datetime.datetime(*entry.date_time, tzinfo=datetime.UTC).timestamp()
            os.utime(path, (when, when))
        return opened.namelist()


def check_distribution(checks, archive, version, folder):
    top = f"referrals-{version}"
    names = unpack(archive, folder)
    checks.equal("the zip has one directory, with what git tracks", [f"{top}/{name}" for name in tracked()], names)
    differing = [name for name in tracked() if (folder / top / name).read_bytes() != (REPO / name).read_bytes()]
    checks.equal("its files are those of the repository, but for META.json", ["META.json"], differing)
    meta = folder / top / "META.json"
    checks.equal("META.json has the version", [version, version], versions(meta))
    checks.equal("META.json is as PGXN's specification wants it", (0, ""), pgxn_meta(meta))
    for key in ("name", "version", "abstract", "maintainer", "license", "provides", "meta-spec"):
        broken = {other: value for other, value in json.loads(meta.read_text(encoding="utf-8")).items() if other != key}
        wrong = folder / "META.json"
        wrong.write_text(json.dumps(broken), encoding="utf-8")
        checks.true(f"without {key} it would not be", pgxn_meta(wrong)[0] != 0)


def versions(meta):
    read = json.loads(meta.read_text(encoding="utf-8"))
    return [read["version"], read["provides"]["referrals"]["version"]]


def pgxn_meta(file):
    done = subprocess.run([HERE / "pgxn_meta", file], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 3:
        raise Unavailable(done.stderr.strip())
    return done.returncode, done.stderr.strip()


def check_build(checks, archive, major, version, folder):
    """`make install` in the unpacked zip gives the files that this clone gives, byte for byte. The zip is the same for all
    majors, so once is enough: for 18. What cargo has built for this clone of other crates is taken over."""
    if major != "18":
        print("a build from the zip: runs where 18 is tested")
        return
    # Always the same place, so that cargo knows it again.
    place, destination = REPO / "target" / "package" / "unpacked", folder / "installed"
    shutil.rmtree(place, ignore_errors=True)
    unpack(archive, place)
    unpacked = place / f"referrals-{version}"
    results = unpacked / "target" / f"pg{major}" / "release"
    results.parent.mkdir(parents=True)
    results.symlink_to(REPO / "target" / f"pg{major}" / "release")
    environment = {**os.environ, "DESTDIR": str(destination)}
    environment.setdefault("REFERRALS_TOOLS", str(REPO / "target" / "tools"))
    done = subprocess.run(["make", "--silent", "-C", unpacked, "install"], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    checks.equal("the unpacked zip builds and installs", (0, ""), (done.returncode, done.stdout if done.returncode else ""))
    stage = REPO / "target" / f"pg{major}" / "stage"
    wanted = {path.name: path.read_bytes() for path in stage.iterdir() if path.name != "built-for"}
    installed = {path.name: path.read_bytes() for path in destination.rglob("*") if path.is_file()}
    checks.equal("what it installs has the names that this clone installs", sorted(wanted), sorted(installed))
    checks.equal("and the content", [], [name for name in wanted if wanted[name] != installed.get(name)])
    shutil.rmtree(place)
