"""The Debian package: its fields and files, lintian, its library at work, and a clean root to install it in."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from psql import Session

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout


def check_debian(checks, package, major, version, folder):
    name, root, control = f"postgresql-{major}-referrals", folder / "root", folder / "control"
    output("dpkg-deb", "-x", package, root)
    output("dpkg-deb", "-e", package, control)
    fields = dict(re.findall(r"^([A-Z][\w-]*): (.*)$", (control / "control").read_text(encoding="utf-8"), re.MULTILINE))
    architecture = output("dpkg", "--print-architecture").strip()
    checks.equal("the name of the file", f"{name}_{version}-1_{architecture}.deb", package.name)
    checks.equal("its fields", {"Package": name, "Version": f"{version}-1", "Architecture": architecture, "Section": "database"},
                 {field: fields.get(field) for field in ("Package", "Version", "Architecture", "Section")})
    depends = fields["Depends"].split(", ")
    checks.true("it needs the server, and the C library of its build or a later one",
                depends[0] == f"postgresql-{major}" and any(re.fullmatch(r"libc6 \(>= [\d.]+\)", other) for other in depends), str(depends))
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    scripts = sorted(path.name for path in (REPO / "target" / f"pg{major}" / "stage").iterdir() if path.suffix in (".sql", ".control"))
    doc = f"usr/share/doc/{name}"
    checks.equal("its files, but for the documents", [f"usr/lib/postgresql/{major}/lib/referrals.so",
                 *(f"usr/share/postgresql/{major}/extension/{script}" for script in scripts)], [file for file in files if not file.startswith(doc)])
    for document in ("README.md.gz", "changelog.gz", "changelog.Debian.gz", "copyright"):
        checks.true(f"it has {document}", f"{doc}/{document}" in files)
    sums = dict(reversed(line.split("  ", 1)) for line in (control / "md5sums").read_text(encoding="utf-8").splitlines())
    checks.equal("md5sums has every file", {file: hashlib.md5((root / file).read_bytes()).hexdigest() for file in files}, sums)
    checks.true("the control file has the version", f"default_version = '{version}'" in
                (root / f"usr/share/postgresql/{major}/extension/referrals.control").read_text(encoding="utf-8"))
    owners = {line.split()[1] for line in output("dpkg-deb", "-c", package).splitlines()}
    checks.equal("all is root's", {"root/root"}, owners)


def check_library(checks, package, major, folder):
    """The library of the package, which is stripped, does in the throw-away server what the one as built does."""
    place = Path(output(os.environ["PG_CONFIG"], "--pkglibdir").strip(), "referrals.so")
    kept = folder / "referrals.so"
    shutil.copy2(place, kept)
    try:
        replace(folder / "root" / f"usr/lib/postgresql/{major}/lib/referrals.so", place)
        admin = Session("postgres")
        admin.query("DROP DATABASE IF EXISTS packaged WITH (FORCE)")
        admin.query("CREATE DATABASE packaged")
        session = Session("packaged")
        session.query("CREATE EXTENSION referrals")
        session.query("""SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [
            {"name": "All", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]}')""")
        code = session.value("SELECT referrals.register('1')")
        session.query(f"SELECT referrals.register('2', '{code}')")
        checks.equal("its library: a sign-up earns", [["1", "2", "10.00"]],
                     session.query("SELECT referrer, referee, amount FROM referrals.commission_ledger"))
        # A panic of Rust that becomes an error of Postgres: stripping took none of what unwinding needs.
        checks.equal("its library: an error is an error", "22023", session.run("SELECT referrals.define_program('x', '{}')").sqlstate)
        session.close()
        admin.query("DROP DATABASE packaged WITH (FORCE)")
        admin.close()
    finally:
        replace(kept, place)


def replace(file, place):
    """A new file in the old one's place: sessions have the old one mapped."""
    part = place.with_suffix(".part")
    shutil.copyfile(file, part)
    part.chmod(0o755)
    part.rename(place)


def check_lintian(checks, package, folder):
    """No error; beside it a package with faults, so that lintian is seen to look."""
    faulty = folder / "faulty"
    (faulty / "DEBIAN").mkdir(parents=True)
    (faulty / "DEBIAN" / "control").write_text("Package: faulty\nVersion: 1-1\nArchitecture: all\n"
                                               "Maintainer: nobody <nobody@example.org>\nDescription: faulty\n", encoding="utf-8")
    output("dpkg-deb", "--root-owner-group", "--build", faulty, folder / "faulty.deb")
    done = subprocess.run([HERE / "lintian", package, folder / "faulty.deb"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    checks.true("lintian runs", done.returncode != 3, done.stderr)
    told = done.stdout.splitlines()
    checks.true("lintian finds the faults of a faulty package", "E: faulty: no-copyright-file" in told, done.stdout + done.stderr)
    about = [line for line in told if ": postgresql-" in line]
    print("\n".join(line for line in about if not line.startswith("E:")), end="\n" if about else "")
    checks.equal("lintian has no error to tell of the package", [], [line for line in about if line.startswith("E:")])


def check_clean_root(checks, package, major, folder):
    """In a copy of the clean root, in namespaces of its own: what is started there ends with it."""
    if major != "15":
        print("a clean root: runs where 15 is tested, the one that Debian 12 has")
        return
    made = subprocess.run([HERE / "clean_root"], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if made.returncode == 3:
        checks.left_out("a clean root to install the package in", "see above")
        return
    checks.equal("there is a clean root", 0, made.returncode)
    if made.returncode != 0:
        return
    root = folder / "clean"
    output("cp", "-a", "--reflink=auto", made.stdout.splitlines()[-1], root)
    shutil.copyfile(package, root / "package.deb")
    shutil.copy(HERE / "in_clean_root", root / "in_clean_root")
    done = subprocess.run(["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "chroot", root, "/in_clean_root"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    for line in done.stdout.splitlines():
        if line.startswith("ok "):
            checks.true(f"clean root: {line.removeprefix('ok ')}", True)
    checks.true("clean root: all of it", done.returncode == 0, done.stdout[-3000:])
