#!/usr/bin/env python3
"""README.md and the pages of doc/ as a test, on the server of the environment (PGHOST and the like).

Every ```sql block of a page is run, in order, in one psql session on a database of the page's own, which has the extension
and nothing else. A ```text block that follows one is what psql must print, but for spaces at the ends of lines and empty
lines at the end; a block without one must raise no error. A block below the line <!-- run by tests/NAME --> is that
suite's. Then every link must lead somewhere, and every function and view must be told of.

PAGES="README.md doc/plans.md" runs only these. UPDATE=1 writes what came out into the pages.
"""

import difflib
import os
import re
import subprocess
import sys

from pages import REFERENCE, REPO, all_pages, broken_links

DATABASE = "referrals_readme"
MARK = "=== line {} ==="

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


def names(query):
    """The first column of a query's result, in a database with the extension."""
    return set(psql(query, DATABASE, "--quiet", "--tuples-only", "--no-align").split())


def trimmed(text):
    return [line.rstrip() for line in text.rstrip().splitlines()]


def strictly(script):
    """Statements outside the database of a page, of which none may fail."""
    psql(script, "postgres", "--quiet", "--set=ON_ERROR_STOP=1")


def tidy(page):
    """Drops what a run leaves, roles that the page makes included."""
    roles = [role for block in page.blocks for role in re.findall(r"CREATE ROLE (\w+)", block["sql"])]
    statements = [f"DROP DATABASE IF EXISTS {DATABASE};\n", *(f"DROP ROLE IF EXISTS {role};\n" for role in roles)]
    strictly("SET client_min_messages = warning;\n" + "".join(statements))


def make_database():
    strictly(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0;\n")
    psql("CREATE EXTENSION referrals;", DATABASE, "--quiet", "--set=ON_ERROR_STOP=1")


def check_page(page):
    """Runs the blocks of a page in a database of their own."""
    tidy(page)
    make_database()
    updated = check_blocks(page)
    tidy(page)
    if os.environ.get("UPDATE") and updated != page.text:
        page.path.write_text(updated, encoding="utf-8")
        print(f"{page.name} has what came out; run this again")


def check_blocks(page):
    """Runs the blocks; gives the page with what came out in place of what was expected."""
    marks = [MARK.format(page.line_of(block.start())) for block in page.blocks]
    script = "".join(f"\\echo '{mark}'\n{block['sql']}" for mark, block in zip(marks, page.blocks))
    parts = re.split(r"^=== line \d+ ===\n", psql(script, DATABASE), flags=re.MULTILINE)[1:]
    updated, end = "", 0
    for mark, block, printed in zip(marks, page.blocks, parts, strict=True):
        found = trimmed(printed)
        problem = None
        if block["output"] is None:
            if any(line.startswith("ERROR:") for line in found):
                problem = "\n".join(found)
            updated += page.text[end : block.end()]
        else:
            expected = trimmed(block["output"])
            difference = difflib.unified_diff(expected, found, page.name, "psql", lineterm="")
            problem = "\n".join(difference) if expected != found else None
            updated += page.text[end : block.start("output")] + "\n".join(found) + "\n"
            updated += page.text[block.end("output") : block.end()]
        end = block.end()
        if block["output"] is not None and any(len(line) > 120 for line in found):
            problem = (problem or "") + "\nwider than 120 columns"
        report(f"{page.name}, {mark.strip('= ')}", problem)
    return updated + page.text[end:]


def check_links(pages):
    report("every link leads somewhere", "\n".join(broken_links(pages)))
    suites = {suite for page in pages for suite in page.run_elsewhere}
    report("what is run by another suite has one", "\n".join(sorted(suite for suite in suites if not (REPO / suite).exists())))
    front = pages[0].links()
    silent = [page.name for page in pages[1:] if page.path.parent == REPO / "doc" and page.name not in front]
    report("README links every page", "\n".join(silent))


def check_surface(pages):
    """There is no function and no view that only the reference tells of."""
    text = "\n".join(page.text for page in pages if page.path != REFERENCE)
    make_database()
    public = "SELECT DISTINCT {0} FROM pg_catalog.{1} WHERE {2} = 'referrals'::regnamespace AND left({0}, 1) <> '_'"
    functions = names(public.format("proname", "pg_proc", "pronamespace"))
    views = names(public.format("relname", "pg_class", "relnamespace") + " AND relkind = 'v'")
    strictly(f"DROP DATABASE {DATABASE};\n")
    for kind, there in [("function", functions), ("view", views)]:
        silent = [name for name in sorted(there) if not re.search(rf"(`|referrals\.){name}(`|\()|referrals\.{name}\b", text)]
        report(f"every {kind} is told of", "\n".join(silent))


def main():
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=readme: it drops databases and roles, so only on a throw-away server")
    pages = all_pages()
    wanted = os.environ.get("PAGES", "").split()
    for page in pages:
        if page.blocks and (not wanted or page.name in wanted):
            check_page(page)
    check_links(pages)
    check_surface(pages)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
