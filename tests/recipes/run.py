#!/usr/bin/env python3
"""The recipes of doc/recipes, each run by psql on an empty database of its own: what is printed is what stands beside it.

On the throw-away server of the environment (PGHOST and the like), since recipes change its configuration. Afterwards the
record of each must be sound. RECIPES="name name" runs only these; UPDATE=1 takes what came out as expected.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

REPO = pathlib.Path(__file__).resolve().parents[2]
RECIPES = REPO / "doc/recipes"
SOUND = {
    "verify": "SELECT * FROM referrals.verify()",
    "reconcile": "SELECT problem, subject FROM referrals.reconcile()",
}

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


def psql(*arguments, script=subprocess.DEVNULL):
    """What psql prints, messages included; an error of a statement does not end it."""
    environment = dict(os.environ, PGTZ="UTC", PGDATESTYLE="ISO,YMD", PGAPPNAME="psql", COLUMNS="120")
    return subprocess.run(["psql", "--no-psqlrc", *arguments], cwd=REPO, env=environment, stdin=script,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8").stdout


def strictly(*statements):
    """Statements beside the recipe, of which none may fail."""
    commands = [part for statement in statements for part in ("--command", statement)]
    printed = psql("--quiet", "--tuples-only", "--no-align", "--dbname=postgres", "--set=ON_ERROR_STOP=1",
                   "--command", "SET client_min_messages = warning", *commands)
    if "ERROR:" in printed or "FATAL:" in printed:
        sys.exit(printed)


def made_by(script, what):
    return re.findall(rf"^CREATE {what} (\w+)", script, re.MULTILINE)


def tidy(database, script):
    """Drops what a recipe leaves."""
    strictly(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in [database, *made_by(script, "DATABASE")]),
             *(f"DROP ROLE IF EXISTS {name}" for name in made_by(script, "ROLE")),
             "LOAD 'referrals'", "ALTER SYSTEM RESET referrals.allow_live", "SELECT pg_reload_conf()")


def trimmed(text):
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def expected_output(recipe, printed):
    """What stands beside the recipe; UPDATE=1 puts there what was printed."""
    beside = recipe.with_suffix(".out")
    if os.environ.get("UPDATE"):
        beside.write_text(printed, encoding="utf-8")
    return beside.read_text(encoding="utf-8") if beside.exists() else ""


def check(recipe):
    name, script = recipe.stem, recipe.read_text(encoding="utf-8")
    database = f"recipe_{name}"
    tidy(database, script)
    strictly(f"CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0")
    with recipe.open() as file:
        printed = trimmed(psql("--echo-all", f"--dbname={database}", script=file))
    difference = difflib.unified_diff(expected_output(recipe, printed).splitlines(), printed.splitlines(),
                                      f"{name}.out", "psql", lineterm="")
    report(name, "\n".join(difference))
    for database_of_recipe in [database, *made_by(script, "DATABASE")]:
        for what, query in SOUND.items():
            found = psql("--quiet", "--tuples-only", "--no-align", f"--dbname={database_of_recipe}", "--command", query)
            problem = "\n".join(line for line in found.splitlines() if "WARNING" not in line and "HINT" not in line)
            report(f"{name}: {what} of {database_of_recipe}", problem)
    tidy(database, script)


def check_list(names):
    """The list of recipes has them all, each with the rights that it needs."""
    listed = set(re.findall(r"^\| \[(\w+)\.sql\]\(\1\.sql\)", (RECIPES / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    report("the list names every recipe", "\n".join(sorted(names ^ listed)))
    silent = [name for name in sorted(names) if "\n-- Rights: " not in (RECIPES / f"{name}.sql").read_text(encoding="utf-8")]
    report("every recipe says which rights it needs", "\n".join(silent))


def main():
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=recipes: it changes the server's configuration, so only on a throw-away server")
    recipes = sorted(RECIPES.glob("*.sql"))
    wanted = os.environ.get("RECIPES", "").split()
    for recipe in recipes:
        if not wanted or recipe.stem in wanted:
            check(recipe)
    check_list({recipe.stem for recipe in recipes})
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
