#!/usr/bin/env python3
"""README.md and the pages of doc/ as a test, on the server of the environment (PGHOST and the like).

Every ```sql block of a page is run, in order, in one psql session on a database of the page's own, which has the extension
and nothing else. A ```text block that follows one is what psql must print, but for spaces at the ends of lines and empty
lines at the end; a block without one must raise no error. Then every link must lead somewhere, and every function and view
must be told of.

PAGES="README.md doc/plans.md" runs only these. UPDATE=1 writes what came out into the pages.
"""

import difflib
import os
import re
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump")]
from checks import Checks  # noqa: E402
from pages import REFERENCE, REPO, all_pages, broken_links  # noqa: E402
from shell import psql, strictly, trimmed, values  # noqa: E402

DATABASE = "referrals_readme"
MARK = "=== line {} ==="


def tidy(page):
    """Drops what a run leaves, roles that the page makes included."""
    roles = [role for block in page.blocks for role in re.findall(r"CREATE ROLE (\w+)", block["sql"])]
    strictly(f"DROP DATABASE IF EXISTS {DATABASE}", *(f"DROP ROLE IF EXISTS {role}" for role in roles))


def make_database():
    strictly(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
    strictly("CREATE EXTENSION referrals", database=DATABASE)


def check_page(checks, page):
    """Runs the blocks of a page in a database of their own."""
    tidy(page)
    make_database()
    updated = check_blocks(checks, page)
    tidy(page)
    if os.environ.get("UPDATE") and updated != page.text:
        page.path.write_text(updated, encoding="utf-8")
        print(f"{page.name} has what came out; run this again")


def check_blocks(checks, page):
    """Runs the blocks; gives the page with what came out in place of what was expected."""
    marks = [MARK.format(page.line_of(block.start())) for block in page.blocks]
    script = "".join(f"\\echo '{mark}'\n{block['sql']}" for mark, block in zip(marks, page.blocks))
    parts = re.split(r"^=== line \d+ ===\n", psql(script, DATABASE), flags=re.MULTILINE)[1:]
    updated, end = "", 0
    for mark, block, printed in zip(marks, page.blocks, parts, strict=True):
        found = trimmed(printed.rstrip())
        problem = None
        if block["output"] is None:
            if any(line.startswith("ERROR:") for line in found):
                problem = "\n".join(found)
            updated += page.text[end : block.end()]
        else:
            expected = trimmed(block["output"].rstrip())
            difference = difflib.unified_diff(expected, found, page.name, "psql", lineterm="")
            problem = "\n".join(difference) if expected != found else None
            updated += page.text[end : block.start("output")] + "\n".join(found) + "\n"
            updated += page.text[block.end("output") : block.end()]
        end = block.end()
        if block["output"] is not None and any(len(line) > 120 for line in found):
            problem = (problem or "") + "\nwider than 120 columns"
        checks.none(f"{page.name}, {mark.strip('= ')}", problem)
    return updated + page.text[end:]


def check_links(checks, pages):
    checks.none("every link leads somewhere", list(broken_links(pages)))
    front = pages[0].links()
    silent = [page.name for page in pages[1:] if page.path.parent == REPO / "doc" and page.name not in front]
    checks.none("README links every page", silent)


def check_surface(checks, pages):
    """There is no function and no view that only the reference tells of."""
    text = "\n".join(page.text for page in pages if page.path != REFERENCE)
    make_database()
    public = "SELECT DISTINCT {0} FROM pg_catalog.{1} WHERE {2} = 'referrals'::regnamespace AND left({0}, 1) <> '_'"
    functions = values(public.format("proname", "pg_proc", "pronamespace"), DATABASE).split()
    views = values(public.format("relname", "pg_class", "relnamespace") + " AND relkind = 'v'", DATABASE).split()
    strictly(f"DROP DATABASE {DATABASE}")
    for kind, there in [("function", functions), ("view", views)]:
        silent = [name for name in sorted(there) if not re.search(rf"(`|referrals\.){name}(`|\()|referrals\.{name}\b", text)]
        checks.none(f"every {kind} is told of", silent)


def main():
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=readme: it drops databases and roles, so only on a throw-away server")
    checks, pages = Checks(), all_pages()
    wanted = os.environ.get("PAGES", "").split()
    for page in pages:
        if page.blocks and (not wanted or page.name in wanted):
            check_page(checks, page)
    check_links(checks, pages)
    check_surface(checks, pages)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
