#!/usr/bin/env python3
"""README.md as a test, on the server of the environment (PGHOST and the like).

Every ```sql block is run, in order, in one psql session on a fresh database. A ```text block that follows one is what
psql must print, but for spaces at the ends of lines and empty lines at the end; a block without one must raise no error.
Then the README must name every function and view that there is.

UPDATE=1 writes what came out into the README.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
README = REPO / "README.md"
DATABASE = "referrals_readme"
BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```\n(?:\n?```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
MARK = "=== README line {} ==="

passed = failed = 0


def report(name, problem=None):
    """Prints the result of one test, and counts it."""
    global passed, failed
    print(f"{'FAILED' if problem else 'ok':<9} {name}")
    if problem:
        failed += 1
        print(problem)
    else:
        passed += 1


def psql(script, database, *options):
    """What psql prints, messages included; errors do not end it."""
    command = ["psql", "--no-psqlrc", *options, "--dbname", database]
    environment = dict(os.environ, PGTZ="UTC", PGDATESTYLE="ISO,YMD", PGAPPNAME="psql", COLUMNS="120")
    run = subprocess.run(
        command, input=script, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    if run.returncode != 0:
        sys.exit(f"psql failed:\n{run.stdout}")
    return run.stdout


def rows(query):
    """The first column of a query's result."""
    return psql(query, DATABASE, "--quiet", "--tuples-only", "--no-align").split()


def trimmed(text):
    return [line.rstrip() for line in text.rstrip().splitlines()]


def strictly(script):
    """Statements outside the README's database, of which none may fail."""
    psql(script, "postgres", "--quiet", "--set=ON_ERROR_STOP=1")


def tidy(blocks):
    """Drops what a run leaves, roles that the README makes included."""
    roles = [role for block in blocks for role in re.findall(r"CREATE ROLE (\w+)", block["sql"])]
    statements = [f"DROP DATABASE IF EXISTS {DATABASE};\n", *(f"DROP ROLE IF EXISTS {role};\n" for role in roles)]
    strictly("SET client_min_messages = warning;\n" + "".join(statements))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_blocks(text, blocks):
    """Runs the blocks; gives the README with what came out in place of what was expected."""
    names = [MARK.format(line_of(text, block.start())) for block in blocks]
    script = "".join(f"\\echo '{name}'\n{block['sql']}" for name, block in zip(names, blocks))
    parts = re.split(r"^=== README line \d+ ===\n", psql(script, DATABASE), flags=re.MULTILINE)[1:]
    updated, end = "", 0
    for name, block, printed in zip(names, blocks, parts, strict=True):
        found = trimmed(printed)
        problem = None
        if block["output"] is None:
            if any(line.startswith("ERROR:") for line in found):
                problem = "\n".join(found)
            updated += text[end : block.end()]
        else:
            expected = trimmed(block["output"])
            difference = difflib.unified_diff(expected, found, "README.md", "psql", lineterm="")
            problem = "\n".join(difference) if expected != found else None
            updated += text[end : block.start("output")] + "\n".join(found) + "\n"
            updated += text[block.end("output") : block.end()]
        end = block.end()
        if any(len(line) > 120 for line in found):
            problem = (problem or "") + "\nwider than 120 columns"
        report(name.strip("= "), problem)
    return updated + text[end:]


def check_surface(text):
    """The README's table of functions names those that there are, and no others; likewise the views."""
    public = "SELECT DISTINCT {0} FROM pg_catalog.{1} WHERE {2} = 'referrals'::regnamespace AND left({0}, 1) <> '_'"
    functions = set(rows(public.format("proname", "pg_proc", "pronamespace")))
    views = set(rows(public.format("relname", "pg_class", "relnamespace") + " AND relkind = 'v'"))
    for kind, there, named in [
        ("functions", functions, set(re.findall(r"^\| `(\w+)\(", text, re.MULTILINE))),
        ("views", views, set(re.findall(r"^\| `referrals\.(\w+)` \|", text, re.MULTILINE))),
    ]:
        problem = [f"the README does not name {name}" for name in sorted(there - named)]
        problem += [f"there is no {name}" for name in sorted(named - there)]
        report(f"the {kind} of the README are those of the extension", "\n".join(problem))


def main():
    text = README.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    if not blocks:
        sys.exit("README.md has no sql block")
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=readme: it drops databases and roles, so only on a throw-away server")
    tidy(blocks)
    strictly(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0;\n")
    updated = check_blocks(text, blocks)
    check_surface(text)
    tidy(blocks)
    if os.environ.get("UPDATE") and updated != text:
        README.write_text(updated, encoding="utf-8")
        print("README.md has what came out; run this again")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
