"""psql as a reader calls it, in surroundings that make it print the same everywhere."""

import os
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def psql(script, database, *options):
    """What psql prints for a script, messages included; an error of a statement does not end it."""
    command = ["psql", "--no-psqlrc", *options, "--dbname", database]
    environment = dict(os.environ, PGTZ="UTC", PGDATESTYLE="ISO,YMD", PGAPPNAME="psql", COLUMNS="120")
    run = subprocess.run(command, input=script, cwd=REPO, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if run.returncode != 0:
        sys.exit(f"psql failed:\n{run.stdout}")
    return run.stdout


def values(query, database):
    """What a query gives, without headings."""
    return psql(query, database, "--quiet", "--tuples-only", "--no-align")


def strictly(*statements, database="postgres"):
    """Statements beside what is tried, of which none may fail."""
    script = "".join(f"{statement};\n" for statement in ("SET client_min_messages = warning", *statements))
    psql(script, database, "--quiet", "--set=ON_ERROR_STOP=1")


def trimmed(text):
    """The lines, without spaces at their ends."""
    return [line.rstrip() for line in text.splitlines()]
