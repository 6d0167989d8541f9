"""Weight: bytes of WAL, of tables and of indexes that one sign-up and one line of a payment cost."""

import contextlib

import schema
import statements
from lab import Database, settings
from switch import switched

SIGN_UP, UNREFERRED, PAYMENT = "referred sign-up", "unreferred sign-up", "payment"
KINDS = (SIGN_UP, UNREFERRED, PAYMENT)


def run(report, scale):
    report.section("Weight", f"bytes of each of {scale.weight_rows:,} transactions beyond those of the table without a "
                   f"trigger; beside {scale.participants:,} people; full_page_writes off, so the images of pages "
                   "that a checkpoint makes necessary are not counted")
    found = {}
    with (without_page_images(scale), settings(synchronous_commit="off"),
          schema.databases(scale, [schema.PLAIN, schema.EXTENSION]) as databases):
        for kind in KINDS:
            for variant, database in databases.items():
                found[kind, variant] = weighed(database, script(kind), scale)
    for kind in KINDS:
        tell(report, kind, *(found[kind, variant] for variant in (schema.EXTENSION, schema.PLAIN)))


def script(kind):
    if kind == PAYMENT:
        return ("\\set user random(:referrers + 1, :participants)\n"
                "INSERT INTO payments (user_id, amount) VALUES (:user, 49.90);")
    return statements.sign_up(schema.EXTENSION, referred=kind == SIGN_UP)


def weighed(database, text, scale):
    """Bytes a transaction: of WAL, and of each table and index that grew."""
    before, began = sizes(database), position(database)
    database.pgbench(text, 1, None, transactions=scale.weight_rows,
                     define={"referrers": scale.referrers, "participants": scale.participants})
    wal = position(database) - began
    grown = {key: size - before.get(key, 0) for key, size in sizes(database).items()}
    return {"wal": wal / scale.weight_rows, **{key: size / scale.weight_rows for key, size in grown.items() if size}}


def tell(report, kind, ours, plain):
    tables, indexes = ([key for key in ours if key != "wal" and key[0] == letter] for letter in "ri")
    beside = {key: ours[key] - plain.get(key, 0) for key in ours}

    def total(of):
        return sum(beside[key] for key in of)

    report.fact(f"{kind}, WAL", f"{beside['wal']:,.0f} bytes (the table's own row: {plain['wal']:,.0f})")
    report.fact(f"{kind}, tables", f"{total(tables):,.0f} bytes{listed(beside, tables)}")
    report.fact(f"{kind}, indexes", f"{total(indexes):,.0f} bytes{listed(beside, indexes)}")


def listed(bytes_of, keys):
    """Each that has a part in it, the largest first."""
    parts = sorted(((bytes_of[key], key[1]) for key in keys if bytes_of[key] >= 0.5), reverse=True)
    return ": " + ", ".join(f"{name} {size:,.0f}" for size, name in parts) if parts else ""


def sizes(database):
    """Bytes of the tables (r) and indexes (i) of extension and application."""
    told = database.sql("SELECT relkind, relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i') "
                        "AND relnamespace IN ('referrals'::regnamespace, 'public'::regnamespace)")
    return {(kind, name): int(size) for kind, name, size in (line.split("|") for line in told.splitlines())}


def position(database):
    return int(database.sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))


@contextlib.contextmanager
def without_page_images(scale):
    """A smoke run shares a server that never writes them, and leaves its settings alone."""
    with contextlib.nullcontext() if scale.is_smoke else switched("full_page_writes", "off"):
        Database("postgres").sql("CHECKPOINT")
        yield
