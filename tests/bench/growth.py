"""Growth: how long one operation takes with so many participants, ties and lines, and the floor's sign-up beside it."""

import contextlib
import statistics

import mixture
import plot
import preload
import schema
import statements
from lab import Database, rounds, settings
from output import write_plot
from report import at_most
from switch import switched

PICK = f"{preload.PER_REFERRER} * random(1, :referrers)"
REFERRER = f"\\set referrer {PICK}\n"
SIGN_UP, FLOOR = "referred sign-up", "floor's referred sign-up"
AFTER_CHECKPOINT = "referred sign-up right after a checkpoint"

# Each group is one run of pgbench, whose scripts take random turns.
WRITES = {
    SIGN_UP: f"{REFERRER}INSERT INTO users (name, referred_by) VALUES ('Somebody', code_of_person(:referrer));",
    "unreferred sign-up": "INSERT INTO users (name) VALUES ('Somebody');",
    "payment": "\\set user random(1, :people)\nINSERT INTO payments (user_id, amount) VALUES (:user, 49.90);",
    "reverse_event()": "SELECT referrals.reverse_event('payment', nextval('returned')::text, 'sent back');",
}
LOOKUPS = {
    "lookup()": f"{REFERRER}SELECT referrals.lookup(code_of_person(:referrer));",
    "code_of()": f"{REFERRER}SELECT referrals.code_of(:referrer::text);",
}
SCREENS = {
    "tier_of()": f"{REFERRER}SELECT referrals.tier_of(:referrer::text);",
    "dashboard of one": f"{REFERRER}SELECT * FROM referrals.dashboard WHERE user_key = :referrer::text;",
}
# The floor's statement writes to the users of a schema of its own, which have no trigger.
BY_FLOOR = {FLOOR: statements.sign_up(schema.FLOOR, pick=PICK)}


def run(report, scale):
    report.section("Growth", "one connection, synchronous_commit off; so many people, each with a tie and a line, "
                   "every hundredth a referrer, random ones in turn; shared buffers warm; full_page_writes off but in "
                   "the row right after a checkpoint; medians of rounds that interleave the sizes")
    databases = {}
    try:
        for size in scale.growth_sizes:
            databases[size] = filled(size, scale)
        for database in databases.values():
            warm(database)
        Database("postgres").sql("CHECKPOINT")
        with settings(synchronous_commit="off"):
            found = rounds({size: lambda size=size: measured(databases[size], size, scale) for size in databases},
                           scale.growth_rounds)
        for size, database in databases.items():
            check(report, database, size)
    finally:
        for size in databases:
            databases[size].drop()
    tell(report, scale, found)
    draw(found, scale)


def filled(size, scale):
    """A database with the application and so many people."""
    database = Database.create(f"{schema.PREFIX}_growth_{size}")
    with contextlib.ExitStack() as stack:
        stack.callback(database.drop)
        database.sql("\\set referrers 0\n\\set participants 0\n" + preload.text("application.sql"))
        schema.install(database, schema.EXTENSION)
        preload.fill(database, size, scale.is_smoke)
        database.sql(f"\\set people {size}\n" + preload.text("growth.sql"))
        stack.pop_all()
    return database


def warm(database):
    """Brings into the shared buffers what is used at random places; of the rest only the end is, which is there."""
    if database.sql("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_prewarm'"):
        database.sql("CREATE EXTENSION pg_prewarm;\n"
                     "SELECT sum(pg_prewarm(oid)) FROM pg_class "
                     "WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'i') "
                     "AND relname NOT IN ('audit_log', 'audit_log_pkey', 'commission_pkey', 'commission_event');")


def measured(database, size, scale):
    """Microseconds of each operation."""
    define = {"people": size, "referrers": size // preload.PER_REFERRER}
    found = {}
    with contextlib.nullcontext() if scale.is_smoke else switched("full_page_writes", "off"):
        for group in (WRITES, LOOKUPS, SCREENS):
            found |= mixture.times(database, group, scale.seconds, define)
        with settings(search_path="floor,public"):
            found |= mixture.times(database, BY_FLOOR, scale.seconds, define)
    if size in (scale.growth_sizes[0], scale.growth_sizes[-1]):
        Database("postgres").sql("CHECKPOINT")
        found |= mixture.times(database, {AFTER_CHECKPOINT: WRITES[SIGN_UP]}, scale.seconds, define)
    return found


def check(report, database, size):
    """Everything measured did its work."""
    told = database.sql("SELECT (SELECT count(*) FROM referrals.commission WHERE kind = 'reversal'), last_value "
                        "FROM returned")
    reversed_, asked = told.split("|")
    report.check(f"growth, {size} people: every payment was there to be reversed", reversed_ == asked, told)
    refused = database.sql("SELECT detail FROM referrals.audit_log "
                           "WHERE action IN ('refused', 'untied', 'skipped') LIMIT 3")
    report.check(f"growth, {size} people: nothing was refused", not refused, refused)


def tell(report, scale, found):
    smallest, *others = scale.growth_sizes
    values = {size: {name: [one[name] for one in found[size]] for name in found[size][0]} for size in found}
    for name in values[smallest]:
        for size in others:
            budget = at_most(1.3) if (name, size) == (SIGN_UP, 10_000_000) else None
            if name in values[size]:
                report.compare(name, people(size), people(smallest), values[size][name], values[smallest][name], budget,
                               "us")
    for size in scale.growth_sizes:
        report.compare(f"{SIGN_UP}, {people(size)}", "extension", "floor", values[size][SIGN_UP], values[size][FLOOR],
                       unit="us")


def draw(found, scale):
    sizes = tuple(found)
    lines = [plot.Line(name, [(size, statistics.median(one[name] for one in found[size])) for size in sizes],
                       name == FLOOR) for name in found[sizes[0]][0] if name != AFTER_CHECKPOINT]
    write_plot("growth.svg", plot.chart(
        "The time of one operation as the tables grow",
        "Both axes are logarithmic. " + plot.in_words(lines, "people", "microseconds"),
        plot.Axis("people, each with a tie and a line (logarithmic)", True, sizes),
        plot.Axis("microseconds (logarithmic)", True),
        [plot.Panel("One connection, synchronous_commit off", lines)], 860, 230, 480), scale)


def people(size):
    return f"{plot.short(size)} people"
