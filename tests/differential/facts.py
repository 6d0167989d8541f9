"""What the model knows: people, ties, lines, standings; and the volume that follows from them.

Times are whole microseconds since 1970, amounts are Decimal, people are named by
user_key and programs by name.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from plan import Plan
from psql import INFINITY

FIRST_INSTANT, END_OF_TIME = -62135596800000000, 253370764800000000  # years 1 to 9998, UTC


class Refused(Exception):
    """A direct call with wrong arguments; holds the SQLSTATE."""


@dataclass
class Program:
    paused: bool = False
    plans: list = field(default_factory=list)

    def plan_at(self, instant):
        ready = [plan for plan in self.plans if plan.effective_from <= instant]
        return max(ready, key=lambda plan: (plan.effective_from, plan.version), default=None)


@dataclass
class Person:
    code: str
    program: str
    registered_at: int


@dataclass
class Standing:
    as_of: int = -INFINITY
    plan: Plan = None
    window: tuple = None
    volume: Decimal = 0
    tier: str = None


class Earning:
    """An accrual line, and all that was done to it since."""

    def __init__(self, plan, line):
        self.plan, self.line, self.entry = plan, line, None
        self.tier = line["tier"]     # the one that it is rated by now
        self.last = line             # what says so, it or an adjustment: one that would change nothing is not written
        self.net = line["amount"]    # with its corrections
        self.base_left = self.base = line["base_amount"] or Decimal(0)
        self.in_full = False
        self.kept = Fraction(1)      # the share of the amount that reversals left
        self.steps = []              # what was refunded of the event, step by step
        self.since = self.net, self.base_left, 0, Decimal(0)  # at the last adjustment; refunded and reversed since then

    @property
    def share(self):
        """Which part of it is reversed."""
        return 1 - Fraction(self.base_left) / Fraction(self.base) if self.base > 0 else 1 - self.kept


class Facts:
    def __init__(self, calendar):
        self.calendar = calendar
        self.programs, self.people, self.codes = {}, {}, {}
        self.attributions = {}  # referee -> (referrer, mode, time)
        self.ties = {}          # (referrer, mode) -> (referee, time) in order of arrival
        self.events = {}        # (mode, kind, key) -> the referrer's Earning, and the referee's if there is one
        self.earnings = {}      # (referrer, mode) -> the referrer's Earnings in order of arrival
        self.standings = {}     # (referrer, mode) -> Standing
        self.audit = []         # dicts, in order; that of a line has the line
        self.corrections = []   # (audit entry of the correcting line, Earning, refunded, in full)
        self.payouts = []
        self.waiting = []       # what is in the queue, in order of arrival
        self.waited = 0         # how much has ever been
        self.processed = None   # what of it is being accrued
        self.numbers = {}       # person -> participant_id, in whose order payouts are drafted
        self.attached = {}      # table of users -> (program, key prefix)
        self.sources = {}       # (table of events, kind) -> how it is attached
        self.chosen, self.allowed = "mock", False

    @property
    def mode(self):
        """The mode that is on; of what is taken from the queue the one that was."""
        if self.processed:
            return self.processed.mode
        return self.chosen if self.allowed else "mock"

    def record(self, action, mode=None, person=None, program=None, detail=None, line=None):
        entry = dict(action=action, mode=mode, person=person, program=program, detail=detail, line=line)
        self.audit.append(entry)
        return entry

    def lines(self):
        return [entry for entry in self.audit if entry["line"]]

    def program_of(self, referrer):
        """What rates an event of a referrer now: (name, program). What waited is rated by what it met when it arrived."""
        if self.processed:
            return self.processed.program, replace(self.programs[self.processed.program], paused=self.processed.paused)
        name = self.people[referrer].program
        return name, self.programs[name]

    # Volume

    def volume(self, plan, referrer, mode, at, until=INFINITY, without=None):
        """What counts in the plan's window that holds `at`. Only this plan's settings matter, whoever rated what."""
        start, end = plan.window(self.calendar, at)
        if plan.metric == "referrals":
            waiting = {item.event.referee for item in self.waiting if item.mode == mode and item.event.kind == "signup"}
            return sum(start <= time < end and time <= until and referee != without and referee not in waiting
                       and not (plan.lowers and self._was_taken_back(referee, mode))
                       for referee, time in self.ties.get((referrer, mode), ()))
        earned = [earning for earning in self.earnings.get((referrer, mode), ())
                  if start <= earning.line["occurred_at"] < end and earning.line["occurred_at"] <= until]
        if plan.metric == "events":
            return sum(not (plan.lowers and earning.in_full) for earning in earned)
        return sum((earning.base_left if plan.lowers else earning.base
                    for earning in earned if earning.line["currency"] == plan.currency), Decimal(0))

    def _was_taken_back(self, referee, mode):
        sign_up = self.events.get((mode, "signup", referee))
        return bool(sign_up) and sign_up[0].in_full

    def tier_of(self, key, at):
        person = self.people.get(key)
        plan = person and self.programs[person.program].plan_at(at)
        if plan is None:
            return None
        tier = plan.tier_at(self.volume(plan, key, self.mode, at, until=at))
        return tier and tier.name

    def restand(self, referrer, mode, plan, at):
        """A fact at that time, under that plan (None: none is in force), moves the standing to where it is the latest.
        What it does to the standing's own window follows from the volume there."""
        standing = self.standings.setdefault((referrer, mode), Standing())
        tier_before = standing.tier
        if plan is not None and at >= standing.as_of:
            standing.as_of, standing.plan, standing.window = at, plan, plan.window(self.calendar, at)
        if standing.plan is None:
            return
        standing.volume = self.volume(standing.plan, referrer, mode, standing.as_of)
        tier = standing.plan.tier_at(standing.volume)
        standing.tier = tier and tier.name
        if standing.tier != tier_before:
            self.record("tier_changed", mode, referrer, standing.plan.program,
                        {"from": tier_before, "to": standing.tier, "volume": Decimal(standing.volume),
                         "plan_version": standing.plan.version})
