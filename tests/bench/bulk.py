"""Many sign-ups in one statement, by COPY and by INSERT ... SELECT."""

from lab import Database, rounds
from report import at_least
from schema import EXTENSION, FLOOR, PLAIN, ROW, SQL, STATEMENT, databases
from statements import floor

AGAINST = (FLOOR, ROW, STATEMENT, PLAIN)
COPY, INSERT = "COPY", "INSERT ... SELECT"


def run(report, scale):
    few = (f"; the triggers in PL/pgSQL took {scale.slow_bulk_rows:,}, as their rates depend little on the number"
           if scale.slow_bulk_rows < scale.bulk_rows else "")
    report.section(
        "Sign-ups in one statement",
        f"rows a second of {scale.bulk_rows:,} rows, spread over {scale.referrers:,} referrers{few}. The floor is an "
        "INSERT ... SELECT into all tables of rows that are ready, and decides nothing")
    with databases(scale) as made:
        cells = {}
        for variant, database in made.items():
            prepare(database, scale)
            if variant == FLOOR:
                cells[variant, INSERT] = lambda: by_floor(made[FLOOR], scale.bulk_rows)
                continue
            rows = scale.slow_bulk_rows if variant in (ROW, STATEMENT) else scale.bulk_rows
            for how in (COPY, INSERT):
                cells[variant, how] = lambda database=database, how=how, rows=rows: arrive(database, how, rows)
        found = rounds(cells, scale.bulk_rounds)
    for how in (COPY, INSERT):
        for against in AGAINST:
            budget = {FLOOR: at_least(0.7), ROW: at_least(4)}.get(against)
            beside = found[FLOOR, INSERT] if against == FLOOR else found[against, how]
            report.compare(how, EXTENSION, against, found[EXTENSION, how], beside, budget)


def prepare(database, scale):
    """Makes who is to arrive, as a table and as a file."""
    variables = f"\\set referrers {scale.referrers}\n\\set rows {scale.bulk_rows}\n"
    database.sql(variables + (SQL / "arrivals.sql").read_text(encoding="utf-8"))
    for rows in {scale.bulk_rows, scale.slow_bulk_rows}:
        database.sql(f"COPY (SELECT name, referred_by FROM arrivals WHERE n <= {rows} ORDER BY n) "
                     f"TO {file(database, rows)}")


def file(database, rows):
    """Where the server keeps the file: it reads and writes it by itself, so that no client takes part."""
    place = Database("postgres").sql("SHOW data_directory")
    return f"'{place}/base/{database.name}.{rows}.copy'"


def arrive(database, how, rows):
    """So many sign-ups at once; the rate."""
    target = "users (name, referred_by)"
    if how == COPY:
        return rows / database.seconds(f"COPY {target} FROM {file(database, rows)};")
    return rows / database.seconds(
        f"INSERT INTO {target} SELECT name, referred_by FROM arrivals WHERE n <= {rows} ORDER BY n;")


def by_floor(database, rows):
    """The same rows in all tables; the rate."""
    database.sql(f"\\set rows {rows}\n" + floor("bulk_given"))
    return rows / database.seconds(floor("bulk"))
