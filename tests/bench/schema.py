"""The databases that are compared: one template with the application and its people, and copies of it, each with the
variant that is installed in it."""

import contextlib
import os
from pathlib import Path

from lab import Database, Failure

SQL = Path(__file__).resolve().parent / "sql"
# Two runs may share a server.
PREFIX = f"bench{os.getpid()}"
TEMPLATE = f"{PREFIX}_template"

# What happens at a sign-up: nothing; nothing, as the statement itself writes all the rows; the extension's trigger; a
# trigger in PL/pgSQL that does the same, for each row or once a statement.
PLAIN, FLOOR, EXTENSION, ROW, STATEMENT = "plain", "floor", "extension", "row trigger", "statement trigger"
VARIANTS = (PLAIN, FLOOR, EXTENSION, ROW, STATEMENT)

_INSTALLED = {
    PLAIN: [],
    FLOOR: [],
    EXTENSION: ["extension.sql"],
    ROW: ["common.sql", "reversal.sql", "row_sign_up.sql", "row_event.sql"],
    STATEMENT: ["common.sql", "reversal.sql", "statement_common.sql", "statement_sign_up.sql", "statement_event.sql"],
}
_made = set()


def template(scale):
    """The template, made at the first call."""
    if TEMPLATE not in _made:
        database = Database.create(TEMPLATE)
        people = f"\\set referrers {scale.referrers}\n\\set participants {scale.participants}\n"
        database.sql(people + (SQL / "application.sql").read_text(encoding="utf-8"))
        Database("postgres").sql("CHECKPOINT")
        _made.add(TEMPLATE)
    return Database(TEMPLATE)


def drop_template():
    """The end of it."""
    if TEMPLATE in _made:
        Database(TEMPLATE).drop()
        _made.clear()


def make(variant, scale, name=None):
    """A copy of the template with a variant installed in it."""
    database = Database.copy_of(template(scale), name or f"{PREFIX}_{variant.replace(' ', '_')}")
    try:
        install(database, variant)
    except Failure:
        database.drop()
        raise
    return database


def install(database, variant):
    """Installs a variant into any database with the application's tables."""
    for file in _INSTALLED[variant]:
        database.sql((SQL / file).read_text(encoding="utf-8"))


@contextlib.contextmanager
def databases(scale, variants=VARIANTS):
    """A database for each variant, by its name; dropped at the end of the block."""
    made = {}
    try:
        for variant in variants:
            made[variant] = make(variant, scale)
        yield made
    finally:
        for database in made.values():
            database.drop()
