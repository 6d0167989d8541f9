"""Fills a database with any number of people, each with a tie, a line and its audit row, past the extension: as fast as
can be, and as its own trigger would have left the tables."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from lab import settings
from schema import SQL
from switch import switched

# Of the largest first, so that both cores are busy to the end.
TABLES = ("commission", "participant", "attribution", "audit_log")
PER_REFERRER = 100


def fill(database, people, is_smoke):
    """Every hundredth of them is a referrer, of a hundred each. The database has the application's tables, and nobody
    is registered yet."""
    began = datetime.now(timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    variables = f"\\set people {people}\n\\set referrers {people // PER_REFERRER}\n\\set began '{began.isoformat()}'\n"

    def load(name):
        database.sql(variables + text(f"preload/{name}.sql"))

    # In role replica no foreign key is checked; what is loaded satisfies them.
    with settings(session_replication_role="replica", synchronous_commit="off", jit="off", maintenance_work_mem="1GB",
                  max_parallel_maintenance_workers="0"), _without_waiting(is_smoke), ThreadPoolExecutor(2) as two:
        load("begin")
        list(two.map(load, TABLES))
        list(two.map(lambda index: database.sql(f"REINDEX INDEX {index}"), _indexes(database)))
        load("finish")
        list(two.map(lambda name: database.sql(f"VACUUM (ANALYZE) referrals.{name}"), [*TABLES, "standing"]))


def text(name):
    """A file of SQL."""
    return (SQL / name).read_text(encoding="utf-8")


def _indexes(database):
    """Those that are not kept up, of the largest table first."""
    return database.sql("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisready AND indislive "
                        "ORDER BY pg_relation_size(indrelid) DESC, indrelid, indexrelid").split()


def _without_waiting(is_smoke):
    """For the disk. A smoke run shares a server that never does, and leaves its settings alone."""
    return contextlib.nullcontext() if is_smoke else switched("fsync", "off")
