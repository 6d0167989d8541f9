"""Whether the floor is honest: for each kind of work it inserts and updates as many rows as the extension, makes as
many index entries, and its rows are as wide."""

import bulk
import payments
from schema import EXTENSION, FLOOR, PREFIX, make
from statements import payment, sign_up, sizes

# Bytes of a row, on average: random amounts have one digit more or less.
TOLERANCE = 1.0
TIMES = 40


def check(report, scale):
    databases = {}
    try:
        for variant in (FLOOR, EXTENSION):
            databases[variant] = make(variant, scale, f"{PREFIX}_floor_rows_{variant}")
            prepare(databases[variant], scale)
        for work in WORKS:
            compare(report, work, {variant: done(databases[variant], variant, work, scale) for variant in databases})
    finally:
        for database in databases.values():
            database.drop()


def prepare(database, scale):
    bulk.prepare(database, scale)
    payments.prepare(database, scale)


def one_by_one(script, **places):
    def work(database, variant, scale):
        database.pgbench(script(variant), 1, 0, define={**sizes(scale), **places}, transactions=TIMES)
    return work


def many_sign_ups(database, variant, scale):
    if variant == FLOOR:
        bulk.by_floor(database, scale.slow_bulk_rows)
    else:
        bulk.arrive(database, bulk.INSERT, scale.slow_bulk_rows)


class Payments:
    """Which payments there are, from one kind of work to the next."""
    sets = {}

    def pay(self, database, variant, scale):
        payments.pay(scale, database, variant, self.sets, TIMES)

    def give_back(self, database, variant, scale):
        payments.give_back(scale, database, variant, self.sets, TIMES)

    def take_back(self, database, variant, scale):
        payments.take_back(scale, database, variant, self.sets, TIMES)

    def give_back_rest(self, database, variant, scale):
        payments.give_back_rest(scale, database, variant, self.sets, TIMES)


MADE = Payments()
WORKS = {
    "referred sign-ups": one_by_one(sign_up),
    "unreferred sign-ups": one_by_one(lambda variant: sign_up(variant, referred=False)),
    "sign-ups in one statement": many_sign_ups,
    "single payments": one_by_one(payment),
    "payments in one statement": MADE.pay,
    "single refunds": MADE.give_back,
    "reversals by call": MADE.take_back,
    "refunds in one statement": MADE.give_back_rest,
}


def done(database, variant, work, scale):
    """What the work added."""
    before = counted(database)
    WORKS[work](database, variant, scale)
    after = counted(database)
    return {what: after[what] - before[what] for what in after}


def counted(database):
    """Rows, bytes and index entries of each table, and how often rows were inserted and updated: a session adds its
    own to that when it ends."""
    database.wait_until_alone()
    parts = []
    tables = database.sql("SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND "
                          "(relnamespace = 'referrals'::regnamespace OR relname IN ('users', 'payments'))").split()
    for table in tables:
        parts.append(f"SELECT 'rows of {table}', count(*) FROM {table}")
        parts.append(f"SELECT 'bytes of {table}', coalesce(sum(pg_column_size(r.*)), 0) FROM {table} AS r")
        parts.append(f"SELECT 'inserted into {table}', pg_stat_get_tuples_inserted('{table}'::regclass)")
        parts.append(f"SELECT 'updated in {table}', pg_stat_get_tuples_updated('{table}'::regclass)")
    partial = database.sql("SELECT indexrelid::regclass, indrelid::regclass, pg_get_expr(indpred, indrelid) "
                           "FROM pg_index WHERE indpred IS NOT NULL AND indrelid::regclass::text LIKE 'referrals.%'")
    for index, table, predicate in (line.split("|") for line in partial.splitlines()):
        parts.append(f"SELECT 'entries of {index}', count(*) FROM {table} WHERE {predicate}")
    told = database.sql(" UNION ALL ".join(parts))
    return {what: int(number) for what, number in (line.split("|") for line in told.splitlines())}


def compare(report, work, added):
    """Bytes for each row, all else exactly."""
    ours, floors = added[EXTENSION], added[FLOOR]
    for what in ours:
        if what.startswith("bytes of "):
            rows = ours["rows of " + what.removeprefix("bytes of ")]
            same = abs(ours[what] - floors[what]) <= TOLERANCE * rows
        else:
            same = ours[what] == floors[what]
        report.check(f"floor, {work}: {what}", same, f"extension {ours[what]}, floor {floors[what]}")
