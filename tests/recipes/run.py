#!/usr/bin/env python3
"""The recipes of doc/recipes, each run by psql on an empty database of its own: what is printed is what stands beside it.

On the throw-away server of the environment (PGHOST and the like), since recipes change its configuration. Afterwards the
record of each must be sound. RECIPES="name name" runs only these; UPDATE=1 takes what came out as expected.
"""

import difflib
import os
import pathlib
import re
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path[1:1] = [str(REPO / "tests" / name) for name in ("differential", "dump", "readme")]
from checks import Checks  # noqa: E402
from shell import psql, strictly, trimmed, values  # noqa: E402

RECIPES = REPO / "doc/recipes"
SOUND = {
    "verify": "SELECT * FROM referrals.verify()",
    "reconcile": "SELECT problem, subject FROM referrals.reconcile()",
}


def made_by(script, what):
    return re.findall(rf"^CREATE {what} (\w+)", script, re.MULTILINE)


def tidy(database, script):
    """Drops what a recipe leaves."""
    strictly(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in [database, *made_by(script, "DATABASE")]),
             *(f"DROP ROLE IF EXISTS {name}" for name in made_by(script, "ROLE")),
             "LOAD 'referrals'", "ALTER SYSTEM RESET referrals.allow_live", "SELECT pg_reload_conf()")


def expected_output(recipe, printed):
    """What stands beside the recipe; UPDATE=1 puts there what was printed."""
    beside = recipe.with_suffix(".out")
    if os.environ.get("UPDATE"):
        beside.write_text(printed, encoding="utf-8")
    return beside.read_text(encoding="utf-8") if beside.exists() else ""


def check(checks, recipe):
    name, script = recipe.stem, recipe.read_text(encoding="utf-8")
    database = f"recipe_{name}"
    tidy(database, script)
    strictly(f"CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0")
    printed = "".join(f"{line}\n" for line in trimmed(psql(script, database, "--echo-all")))
    difference = difflib.unified_diff(expected_output(recipe, printed).splitlines(), printed.splitlines(),
                                      f"{name}.out", "psql", lineterm="")
    checks.none(name, "\n".join(difference))
    for database_of_recipe in [database, *made_by(script, "DATABASE")]:
        for what, query in SOUND.items():
            found = values(query, database_of_recipe)
            checks.none(f"{name}: {what} of {database_of_recipe}",
                        [line for line in found.splitlines() if "WARNING" not in line and "HINT" not in line])
    tidy(database, script)


def check_list(checks, names):
    """The list of recipes has them all, each with the rights that it needs."""
    listed = set(re.findall(r"^\| \[(\w+)\.sql\]\(\1\.sql\)", (RECIPES / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    checks.none("the list names every recipe", sorted(names ^ listed))
    silent = [name for name in sorted(names) if "\n-- Rights: " not in (RECIPES / f"{name}.sql").read_text(encoding="utf-8")]
    checks.none("every recipe says which rights it needs", silent)


def main():
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=recipes: it changes the server's configuration, so only on a throw-away server")
    checks, recipes = Checks(), sorted(RECIPES.glob("*.sql"))
    wanted = os.environ.get("RECIPES", "").split()
    for recipe in recipes:
        if not wanted or recipe.stem in wanted:
            check(checks, recipe)
    check_list(checks, {recipe.stem for recipe in recipes})
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
