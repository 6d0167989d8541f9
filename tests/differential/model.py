"""The rules of referrals in plain Python: what must be in the tables.

Written from the design alone, to be read beside it; nothing here is fast, and
nothing is shared with the extension. Times are whole microseconds since 1970,
amounts are Decimal, people are named by user_key and programs by name. A batch
needs no rules of its own: its rows are rated one after the other.
"""

from dataclasses import dataclass, field

from plan import Plan
from psql import INFINITY

ALPHABET = set("23456789BCDFGHJKMNPQRSTVWXZ")
CODE_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
FIRST_INSTANT, END_OF_TIME = -62135596800000000, 253370764800000000  # years 1 to 9998, UTC
EMPTY_PLAN = '{"currency":{"unit":"NONE","decimals":0},"tiers":[{"name":"Member","from":0,"rates":{}}]}'


class Refused(Exception):
    """A direct call with wrong arguments; holds the SQLSTATE."""


def normalize(code):
    if code is None:
        return None
    return "".join(c for c in code if not c.isspace() and c != "-").upper()


def is_valid_code(code):
    return 3 <= len(code) <= 32 and set(code) <= CODE_CHARACTERS


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
    volume: int = 0
    tier: str = None


@dataclass
class SignUp:
    """A row of an attached table, or the arguments of register()."""
    key: str
    referred_by: str
    wanted: str
    label: str
    at: int


class World:
    """Everything the extension knows, and what each call does to it."""

    def __init__(self, calendar):
        self.calendar = calendar
        self.programs, self.people, self.codes = {}, {}, {}
        self.attributions = {}  # referee -> (referrer, mode, time)
        self.ties = {}          # (referrer, mode) -> the times of the ties, in order of arrival
        self.standings = {}     # (referrer, mode) -> Standing
        self.audit = []         # dicts, in order; an accrual has its line
        self.attached = {}      # table -> (program, key prefix)
        self.chosen, self.allowed = "mock", False

    @property
    def mode(self):
        return self.chosen if self.allowed else "mock"

    def record(self, action, mode=None, person=None, program=None, detail=None, line=None):
        self.audit.append(dict(action=action, mode=mode, person=person, program=program, detail=detail, line=line))

    # Programs and mode

    def define_program(self, name, text, effective_from, now):
        program = self.programs.setdefault(name, Program())
        version = len(program.plans) + 1
        if effective_from is None:
            effective_from = now if program.plans else -INFINITY
        program.plans.append(Plan(name, version, text, effective_from))
        self.record("plan_defined", program=name, detail={"version": version, "effective_from": effective_from})
        return version

    def need_program(self, name):
        if name not in self.programs:
            self.define_program(name, EMPTY_PLAN, None, None)

    def pause(self, name, paused):
        if name not in self.programs:
            raise Refused("42704")
        if self.programs[name].paused != paused:
            self.programs[name].paused = paused
            self.record("program_paused" if paused else "program_resumed", program=name)

    def enroll(self, key, name):
        if key not in self.people or name not in self.programs:
            raise Refused("42704")
        person = self.people[key]
        if person.program != name:
            self.record("enrolled", person=key, program=name, detail={"from": person.program, "to": name})
            person.program = name

    def go_live(self):
        if not self.allowed:
            raise Refused("55000")
        self.chosen = "live"
        self.record("went_live")

    def go_mock(self):
        self.chosen = "mock"
        self.record("went_mock")

    def purge_mock(self):
        lines = sum(entry["line"] is not None for entry in self.audit if entry["mode"] == "mock")
        self.audit = [entry for entry in self.audit if entry["mode"] != "mock"]
        self.standings = {place: Standing() if place[1] == "mock" else s for place, s in self.standings.items()}
        self.record("mock_purged", detail={"lines": lines})
        return lines

    # Sign-ups

    def attach(self, table, program, prefix, rows, now, issued):
        self.need_program(program)
        self.attached[table] = program, prefix
        known = set(self.people)
        for row in rows:
            if not row.key or prefix + row.key not in known:
                self.insert(table, row, now, issued)
        self.record("attached", detail={"table": table})
        return len(self.people) - len(known)

    def detach(self, table):
        del self.attached[table]
        self.record("detached", detail={"table": table})

    def insert(self, table, row, now, issued):
        """A row arrives in a users table. Nothing in it can make the insert fail."""
        if table not in self.attached:
            return
        program, prefix = self.attached[table]
        key = prefix + row.key if row.key else None
        if not key or len(key.encode()) > 512:
            reason = "key_too_long" if key else "no_key"
            self.record("skipped", detail={"reason": reason, "table": table})
            return
        self._sign_up(key, row, program, now, issued, direct=False)

    def register(self, row, program, now, issued):
        if row.key is None:
            raise Refused("22004")
        if row.key == "" or len(row.key.encode()) > 512:
            raise Refused("22023")
        if row.key not in self.people:
            self._check_direct(row)
        self.need_program(program)
        return self._sign_up(row.key, row, program, now, issued, direct=True)

    def _check_direct(self, row):
        wanted = normalize(row.wanted)
        if wanted and not is_valid_code(wanted):
            raise Refused("22023")
        if wanted in self.codes:
            raise Refused("23505")
        if row.at is not None and not FIRST_INSTANT <= row.at < END_OF_TIME:
            raise Refused("22008")

    def _sign_up(self, key, row, program, now, issued, direct):
        named = normalize(row.referred_by)
        is_known = key in self.people
        if not is_known:
            self._admit(key, row, program, now, issued)
        person = self.people[key]
        if named:
            reason = ("already_registered" if is_known else "unknown_code" if named not in self.codes
                      else "self_referral" if self.codes[named] == key else None)
            if reason:
                self.record("untied", person=key, detail={"reason": reason, "code": named[:40]})
            else:
                self._tie(key, self.codes[named], person.registered_at)
        return person.code

    def _admit(self, key, row, program, now, issued):
        """Make a person of a row. Codes are random, so the one issued is looked up."""
        wanted, at = normalize(row.wanted), now if row.at is None else row.at
        refusal = None
        if wanted:
            refusal = "invalid" if not is_valid_code(wanted) else "taken" if wanted in self.codes else None
        code = wanted if wanted and not refusal else issued(key, row.label)
        if refusal:
            self.record("code_refused", person=key, detail={"reason": refusal, "wanted": wanted[:40]})
        if not FIRST_INSTANT <= at < END_OF_TIME:
            self.record("time_refused", person=key, detail={"given": at})
            at = now
        if code in self.codes:
            raise AssertionError(f"code {code} was issued to {self.codes[code]} and to {key}")
        self.people[key], self.codes[code] = Person(code, program, at), key

    def _tie(self, referee, referrer, at):
        mode = self.mode
        self.attributions[referee] = referrer, mode, at
        program = self.people[referrer].program
        plan = self.programs[program].plan_at(at)
        before = self._volume(referrer, mode, plan, at)
        self.ties.setdefault((referrer, mode), []).append(at)
        if self.programs[program].paused or plan is None:
            reason = "program_paused" if self.programs[program].paused else "no_plan"
            self.record("refused", mode, referee, program,
                        {"reason": reason, "event_kind": "signup", "event_key": referee})
        elif plan.rates("signup"):
            tier, basis, rate, amount, note = plan.rate("signup", before, before + 1)
            self.record("accrual", mode, line=dict(
                mode=mode, kind="accrual", side="referrer", program=program, plan_version=plan.version,
                referrer=referrer, referee=referee, event_kind="signup", event_key=referee, volume_before=before,
                tier=tier, basis=basis, rate=rate, base_amount=None, amount=amount, currency=plan.currency,
                occurred_at=at, payable_at=at + plan.hold, note=note, reason=None))
        self._restand(referrer, mode, plan, at)

    def _volume(self, referrer, mode, plan, at):
        """The ties in the plan's window that holds the time."""
        if plan is None:
            return 0
        start, end = self.calendar.window(plan.unit, plan.zone, at)
        return sum(start <= tie < end for tie in self.ties.get((referrer, mode), ()))

    def _restand(self, referrer, mode, plan, at):
        standing = self.standings.setdefault((referrer, mode), Standing())
        tier_before = standing.tier
        if plan is not None and at >= standing.as_of:
            standing.as_of, standing.plan = at, plan
            standing.window = self.calendar.window(plan.unit, plan.zone, at)
            standing.volume = self._volume(referrer, mode, plan, at)
        elif standing.window and standing.window[0] <= at < standing.window[1]:
            standing.volume += 1
        if standing.plan:
            tier = standing.plan.tier_at(standing.volume)
            standing.tier = tier and tier.name
        if standing.tier != tier_before:
            self.record("tier_changed", mode, referrer, standing.plan.program,
                        {"from": tier_before, "to": standing.tier, "volume": str(standing.volume),
                         "plan_version": standing.plan.version})

    def tier_of(self, key, at):
        person = self.people.get(key)
        plan = person and self.programs[person.program].plan_at(at)
        if plan is None:
            return None
        start, end = self.calendar.window(plan.unit, plan.zone, at)
        volume = sum(start <= tie < end and tie <= at for tie in self.ties.get((key, self.mode), ()))
        tier = plan.tier_at(volume)
        return tier and tier.name
