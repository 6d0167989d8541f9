"""One sign-up at a time, referred and unreferred, by several clients."""

from lab import rounds, settings
from report import at_least
from schema import EXTENSION, FLOOR, PLAIN, ROW, STATEMENT, VARIANTS, databases
from statements import sign_up, sizes

AGAINST = (FLOOR, ROW, STATEMENT, PLAIN)


def run(report, scale):
    with databases(scale) as made:
        for referred, title in ((True, "Referred sign-ups"), (False, "Unreferred sign-ups")):
            count = scale.rounds if referred else max(1, scale.rounds - 1)
            report.section(title, f"one at a time, prepared; rates of the whole, medians of {count} interleaved rounds")
            for commit in scale.commits:
                with settings(synchronous_commit=commit):
                    for clients in scale.clients:
                        measure(report, scale, made, referred, commit, clients, count)


def measure(report, scale, made, referred, commit, clients, count):
    def cell(variant):
        script = sign_up(variant, referred)
        return lambda: made[variant].pgbench(script, clients, scale.seconds, define=sizes(scale))
    # Ten minutes are for everything: the statement trigger without a code to look at is told of one client alone.
    variants = [variant for variant in VARIANTS if variant != STATEMENT or referred or clients == 1]
    found = rounds({variant: cell(variant) for variant in variants}, count)
    many = "client" if clients == 1 else "clients"
    for against in [against for against in AGAINST if against in variants]:
        budget = {FLOOR: at_least(0.85), ROW: at_least(2)}.get(against) if referred else None
        report.compare(f"{clients} {many}, synchronous_commit {commit}", EXTENSION, against,
                       found[EXTENSION], found[against], budget)
