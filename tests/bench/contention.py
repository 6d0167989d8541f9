"""Contention: sign-ups a second when several clients bring people to one referrer, to some more than to others, or to
all alike."""

import contextlib
import statistics
from dataclasses import dataclass

import plot
import schema
import statements
from lab import rounds, settings
from output import write_plot
from report import at_least


@dataclass(frozen=True)
class Load:
    """One line of the plot. Each has a database of its own."""
    name: str
    variant: str
    pick: str  # pgbench's expression for the number of the referrer
    prepare: str = ""  # SQL that comes before it, such as another plan
    commits: tuple = ("on", "off")  # synchronous_commit


ONE, ZIPF, UNIFORM = "one referrer", "Zipf", "uniform"
QUEUED, QUEUED_UNIFORM = "one referrer, queued", "uniform, queued"
QUEUE = """SELECT referrals.define_program('default', referrals.program_plan('default') || '{"accrual": "queued"}');"""
LOADS = [
    Load(UNIFORM, schema.EXTENSION, statements.UNIFORM),
    # The first of 1,000 referrers gets 22 in 100 of all sign-ups.
    Load(ZIPF, schema.EXTENSION, "random_zipfian(1, :referrers, 1.2)", commits=("off",)),
    Load(ONE, schema.EXTENSION, "1"),
    Load(QUEUED, schema.EXTENSION, "1", prepare=QUEUE),
    Load(QUEUED_UNIFORM, schema.EXTENSION, statements.UNIFORM, prepare=QUEUE, commits=("off",)),
    Load("floor, uniform", schema.FLOOR, statements.UNIFORM),
    Load("floor, one referrer", schema.FLOOR, "1", commits=("off",)),
]
# What is told in the table; the plot has all.
SHOWN = (1, 2, 8, 16)
AGAINST = [(UNIFORM, "floor, uniform"), (ZIPF, UNIFORM), (ONE, UNIFORM), (QUEUED, UNIFORM), (QUEUED, QUEUED_UNIFORM),
           ("floor, one referrer", "floor, uniform")]


def run(report, scale):
    report.section("Contention", f"single referred sign-ups, prepared, spread over {scale.referrers:,} referrers; Zipf "
                   "with parameter 1.2; medians of interleaved rounds")
    found = {}
    with contextlib.ExitStack() as stack:
        databases = {load: made(load, scale, stack) for load in LOADS}
        for commit in scale.commits:
            with settings(synchronous_commit=commit):
                found[commit] = rounds(cells(databases, commit, scale), scale.contention_rounds)
    tell(report, scale, found)
    draw(scale, found)


def made(load, scale, stack):
    name = "".join(letter if letter.isalpha() else "_" for letter in load.name)
    database = schema.make(load.variant, scale, f"{schema.PREFIX}_contention_{name}")
    stack.callback(database.drop)
    if load.prepare:
        database.sql(load.prepare)
    return database


def cells(databases, commit, scale):
    def cell(load, clients):
        return lambda: databases[load].pgbench(statements.sign_up(load.variant, pick=load.pick), clients, scale.seconds,
                                               define={"referrers": scale.referrers})
    return {(load.name, clients): cell(load, clients)
            for load in LOADS if commit in load.commits for clients in scale.contention_clients}


def tell(report, scale, found):
    for commit, rates in found.items():
        for name, against in AGAINST:
            for clients in [count for count in SHOWN if (name, count) in rates and (against, count) in rates]:
                budget = at_least(0.9) if (name, against, clients) == (QUEUED, UNIFORM, 8) else None
                report.compare(f"{clients} client{'s' if clients > 1 else ''}, synchronous_commit {commit}", name,
                               against, rates[name, clients], rates[against, clients], budget)


def draw(scale, found):
    panels = []
    for commit, rates in found.items():
        lines = [plot.Line(load.name, [(clients, statistics.median(rates[load.name, clients]))
                                       for clients in scale.contention_clients], load.variant == schema.FLOOR)
                 for load in LOADS if commit in load.commits]
        panels.append(plot.Panel(f"synchronous_commit {commit}", lines))
    told = " ".join(f"With {panel.title}: {plot.in_words(panel.lines, 'clients', 'a second')}" for panel in panels)
    write_plot("contention.svg", plot.chart(
        "Sign-ups a second when clients compete for referrers", told,
        plot.Axis("clients", True, scale.contention_clients), plot.Axis("sign-ups a second"), panels, 530, 215), scale)
