#!/usr/bin/env python3
"""doc/reference.md is what the catalogue's comments say, on the server of the environment (PGHOST and the like).

UPDATE=1 writes the page; otherwise it is compared. Makes a database, and a role for each level of access, and drops them
at the end.
"""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(REPO / "tests" / name) for name in ("differential", "dump")]
from checks import Checks  # noqa: E402
from page import Page  # noqa: E402
from psql import Session  # noqa: E402

REFERENCE = REPO / "doc/reference.md"
CATALOGUE = pathlib.Path(__file__).parent / "catalogue.sql"
DATABASE = "referrals_reference"
ROLE = "referrals_reference_{}"


def levels_of(session):
    """The levels of access, as the error for one that there is not tells them."""
    refused = session.run("SELECT referrals.grant_access(CURRENT_USER::text::regrole, 'none of them')").messages
    return re.search(r"levels are:? ([a-z, ]+)", refused)[1].split(", ")


def conditions():
    """The names that Postgres has for SQLSTATEs, by code."""
    share = subprocess.run([os.environ["PG_CONFIG"], "--sharedir"], check=True, capture_output=True, text=True).stdout.strip()
    lines = pathlib.Path(share, "errcodes.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.split() for line in lines if re.match(r"[0-9A-Z]{5}\s+E\s+\S+\s+\S+", line)]
    return {sqlstate: name for sqlstate, _, _, name in fields}


def read_catalogue(session, levels):
    """The catalogue as it is for roles of each level."""
    session.query("CREATE TEMPORARY TABLE level (ordinal integer, name text, role name)")
    for ordinal, level in enumerate(levels):
        role = ROLE.format(level)
        session.query(f"CREATE ROLE {role}")
        session.query(f"SELECT referrals.grant_access('{role}', '{level}')")
        session.query(f"INSERT INTO level VALUES ({ordinal}, '{level}', '{role}')")
    session.query("SET search_path = pg_catalog")
    return json.loads(session.value(CATALOGUE.read_text(encoding="utf-8").rstrip().rstrip(";")))


def check_comments(checks, catalogue):
    """Nothing is without words; an empty row of the page would be a lie."""
    silent = [each["name"] for each in catalogue["functions"] + catalogue["domains"] if not each["comment"]]
    for each in catalogue["relations"]:
        named = [(each["name"], each["comment"])]
        named += [(f"{each['name']}.{column['name']}", column["comment"]) for column in each["columns"]]
        # A view that is not meant to be read says so; its columns are those of its tables.
        silent += [name for name, comment in named[: 1 if each["name"].startswith("_") else None] if not comment]
    silent += [each["name"] for each in catalogue["settings"] or [] if not each["short_desc"]]
    checks.none("everything has a comment", silent)


def check_page(checks, text):
    if os.environ.get("UPDATE"):
        REFERENCE.write_text(text, encoding="utf-8")
    there = REFERENCE.read_text(encoding="utf-8") if REFERENCE.exists() else ""
    difference = difflib.unified_diff(there.splitlines(), text.splitlines(), "doc/reference.md", "catalogue", lineterm="")
    checks.none("doc/reference.md is what the catalogue says (UPDATE=1 writes it)", "\n".join(difference))


def tidy(admin):
    admin.query(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    for (role,) in admin.query(f"SELECT quote_ident(rolname) FROM pg_roles WHERE starts_with(rolname, '{ROLE.format('')}')"):
        admin.query(f"DROP ROLE {role}")


def main():
    checks, admin = Checks(), Session("postgres")
    tidy(admin)
    admin.query(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
    session = Session(DATABASE)
    try:
        session.query("CREATE EXTENSION referrals")
        levels = levels_of(session)
        catalogue = read_catalogue(session, levels)
    finally:
        session.close()
        tidy(admin)
        admin.close()
    check_comments(checks, catalogue)
    check_page(checks, Page(catalogue, levels, conditions()).text())
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
