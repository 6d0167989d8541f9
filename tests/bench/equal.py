"""Equal results: the hand-written triggers leave what the extension leaves, case by case, and the floor writes as many
rows, index entries and bytes as the extension does. So what is measured against them is measured against the same
work."""

import floor_rows
from equal_cases import CASES
from lab import Database
from schema import EXTENSION, PREFIX, ROW, SQL, STATEMENT, install

STATES = ("participants", "attributions", "lines", "audit", "standings")
SHOWN_LINES = 3
TESTED = (EXTENSION, ROW, STATEMENT)


def run(report, scale):
    report.section("Equal results")
    made = {}
    try:
        application = made["application"] = Database.create(f"{PREFIX}_equal")
        application.sql("\\set referrers 4\n\\set participants 12\n" + text("application.sql"))
        # So that there can be payments without a person or an amount.
        application.sql("ALTER TABLE payments ALTER user_id DROP NOT NULL, ALTER amount DROP NOT NULL;")
        for variant in TESTED:
            made[variant] = Database.copy_of(application, f"{PREFIX}_equal_{variant.replace(' ', '_')}")
            install(made[variant], variant)
        for case, statements in CASES.items():
            compare(report, case, {variant: after(made[variant], variant, statements) for variant in TESTED})
    finally:
        for database in made.values():
            database.drop()
    floor_rows.check(report, scale)
    failed = sum(not ok for _, ok in report.checks)
    report.fact("compared", f"{len(CASES)} cases, each in {len(STATES)} tables, and the floor's rows: "
                f"{f'{failed} differ' if failed else 'all equal'}")


def text(name):
    return (SQL / name).read_text(encoding="utf-8")


def after(database, variant, statements):
    """The state of all tables after the statements, as lines of text."""
    reverse = "referrals.reverse_event" if variant == EXTENSION else "bench.reverse_event"
    database.sql("\n".join(statements).replace("{reverse}", reverse))
    return {state: database.sql(text(f"state/{state}.sql")).splitlines() for state in STATES}


def compare(report, case, states):
    """Both triggers against the extension."""
    for variant in (ROW, STATEMENT):
        for state in STATES:
            ours, theirs = states[EXTENSION][state], states[variant][state]
            report.check(f"{variant}, {case}: {state}", ours == theirs, difference(ours, theirs))


def difference(ours, theirs):
    """The first lines that differ."""
    if len(ours) < len(theirs):
        ours = ours + [""] * (len(theirs) - len(ours))
    theirs = theirs + [""] * (len(ours) - len(theirs))
    pairs = [(our, their) for our, their in zip(ours, theirs) if our != their]
    return "".join(f"\n    extension: {our}\n    trigger:   {their}" for our, their in pairs[:SHOWN_LINES])
