"""Random programs, sign-ups and transactions. Everything follows from the seed.

A unit is what one session does in one go: a single statement, or a transaction
with savepoints, committed or rolled back. Each operation knows its SQL and what
the model makes of it; nothing here decides what is right.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from model import Refused, SignUp
from plan import DAY
from psql import literal
from tables import insert_sql, tables

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Zones, each with an instant at which its clocks change. The last three are odd: a day is left out; midnight of a
# month's first day is skipped; it is there twice. Only zones without changes of law in recent years, because the
# extension brings zone data of its own, which may be newer than that of Postgres.
CLOCK_CHANGES = {
    "UTC": "2024-02-29T23:59:59.999999",
    "America/New_York": "2024-03-10T07:00:00",
    "Europe/Berlin": "2024-03-31T01:00:00",
    "Australia/Lord_Howe": "2024-04-06T15:00:00",
    "Asia/Kathmandu": "2024-04-30T18:15:00",
    "Pacific/Apia": "2011-12-30T10:00:00",
    "Asia/Damascus": "2003-03-31T22:00:00",
    "America/St_Johns": "2009-11-01T02:31:00",
}
FAR_TIMES = ["0001-06-15 00:00:00+00", "9998-06-15 00:00:00+00"]
BAD_TIMES = ["infinity", "-infinity", "10000-06-01 00:00:00+00", "0044-03-15 12:00:00+00 BC"]
LABELS = [None, "", "Maria Lopez", "  Ann-Marie O'Neil", "X Y", "josé luis", "R2-D2 unit", "Bartholomew-Maximilian",
          "12 34", "李雷", "!!!"]
SPACES = [" ", "-", "\t", "\n", "  ", " - ", "\u00a0", "\u2003"]


def micro(text):
    """Microseconds since 1970 of an ISO time in UTC."""
    return (datetime.fromisoformat(text).replace(tzinfo=timezone.utc) - EPOCH) // timedelta(microseconds=1)


def stamp(micros):
    return (EPOCH + timedelta(microseconds=micros)).isoformat(sep=" ")


@dataclass
class Op:
    sql: str
    expect: callable          # (world, context) -> the statement's value, or None if it has none to compare
    needs_now: bool = False   # the outcome depends on the transaction's time
    guarded: bool = False     # may fail; in a transaction it gets a savepoint
    is_insert: bool = False   # an application's role may do it
    allow_live: bool = None   # the server's setting, changed outside any transaction


@dataclass
class Unit:
    style: str                # "single", "commit" or "rollback"
    steps: list = field(default_factory=list)  # Op, or (savepoint word, name)
    as_app: bool = False
    isolation: str = "READ COMMITTED"


class Generator:
    def __init__(self, rng, world, calendar, now, allow_live):
        self.rng, self.world, self.calendar, self.now = rng, world, calendar, now
        self.may_go_live = allow_live
        self.tables = tables()
        self.programs = ["default", "partners", "sales reps"]
        self.zones = list(CLOCK_CHANGES)[5:] if self.chance(0.3) else list(CLOCK_CHANGES)[:5]
        self.stories = [micro(CLOCK_CHANGES[z]) for z in rng.sample(self.zones, min(3, len(self.zones)))]
        self.statement = 0
        for table in self.tables:
            table.program = rng.choice(self.programs)

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

    # Plans

    def number(self, text):
        """As a JSON string or a JSON number; both are read exactly."""
        return text if self.chance(0.5) else RawNumber(text)

    def plan(self):
        rng, plan = self.rng, {}
        plan["currency"] = rng.choice(["USD", "EUR", "JPY", "KWD", "TND", "KRW",
                                       {"unit": "CREDIT", "decimals": rng.randint(0, 4)}, {"unit": "POINTS", "decimals": 0}])
        for key, value in (("metric", "referrals"), ("rating", "forward"), ("reversal_lowers_volume", self.chance(0.5))):
            if self.chance(0.3):
                plan[key] = value
        if self.chance(0.85):
            plan["window"] = rng.choice(["lifetime", "month", "quarter", "year"])
            plan["time_zone"] = rng.choice(self.zones)
        if self.chance(0.7):
            plan["crossing"] = rng.choice(["new", "old"])
        if self.chance(0.8):
            plan["rounding"] = rng.choice(["half_up", "half_even", "down"])
        if self.chance(0.6):
            plan["hold_days"] = self.number(rng.choice(["0", "1", "30", "400"]))
        rates_nothing, plan["tiers"] = self.chance(0.08), []
        start = rng.choice(["0", "0", "0", "1", "2", "2.5", "0.0001"])
        for index in range(rng.randint(1, 4)):
            tier = {"name": ["Bronze", "Silver", "Gold", "Ünobtainium"][index], "from": self.number(start), "rates": {}}
            if self.chance(0.88) and not rates_nothing:
                tier["rates"]["signup"] = {"flat": self.number(rng.choice(
                    ["0", "10", "10.00", "0.005", "0.015", "2.675", "1.0005", "12.5", "0.5", "1.5", "99.9999", "1234567.89"]))}
            if self.chance(0.3):
                tier["rates"]["payment"] = {"flat": self.number("3.33")}
            plan["tiers"].append(tier)
            start = str(round(float(start) + rng.choice([1, 1, 2, 3, 0.5, 1.25, 6]), 4))
        rng.shuffle(order := list(plan))
        return to_json({key: plan[key] for key in order})

    # Times

    def time(self):
        """A time as text, or None; and whether it is one that a direct call takes."""
        rng = self.rng
        kind = self.pick({"edge": 22, "story": 45, "effective": 6, "clock": 10, "recent": 6, "future": 3, "far": 1, "none": 5, "bad": 2})
        if kind == "none":
            return None
        if kind == "bad":
            return rng.choice(BAD_TIMES)
        if kind == "far":
            return rng.choice(FAR_TIMES)
        return stamp(self.instant(kind))

    def instant(self, kind=None):
        rng = self.rng
        plans = [plan for program in self.world.programs.values() for plan in program.plans]
        kind = kind or self.pick({"edge": 30, "story": 50, "clock": 10, "recent": 10})
        nudge = rng.choice([-1, 0, 0, 1])
        if kind == "edge" and plans:
            plan = rng.choice(plans)
            edge = rng.choice(self.calendar.window(plan.unit, plan.zone, rng.choice(self.stories)))
            if abs(edge) != float("inf"):
                return edge + nudge
        if kind == "effective" and plans:
            start = rng.choice(plans).effective_from
            if abs(start) != float("inf"):
                return start + nudge
        if kind == "clock":
            return rng.choice(self.stories) + nudge * rng.choice([1, 1800000000, 3600000000])
        if kind == "recent":
            return self.now - rng.randrange(40 * DAY)
        if kind == "future":
            return self.now + rng.randrange(400 * DAY)
        return rng.choice(self.stories) + rng.randrange(-45 * DAY, 45 * DAY)

    # Codes and rows

    def new_code(self):
        return f"CODE{self.rng.randint(0, 600)}"

    def decorated(self, code):
        """The code as people type it."""
        if not self.chance(0.35):
            return code
        # The draw must not depend on the code's length, or a seed would not tell the same story again.
        cut, space = int(self.rng.random() * (len(code) + 1)), self.rng.choice(SPACES)
        return self.rng.choice(["", " ", "-"]) + (code[:cut] + space + code[cut:]).lower() + self.rng.choice(["", "\n", " "])

    def referral(self, own, others):
        kind = self.pick({"none": 14, "blank": 3, "hot": 52, "known": 12, "own": 3, "same": 8, "unknown": 8})
        codes = list(self.world.codes)
        if kind == "none" or not codes:
            return None
        if kind == "blank":
            return self.rng.choice(["", " ", "--", " - \t"])
        if kind == "own" and own:
            return self.decorated(own)
        if kind == "same" and others:
            return self.decorated(self.rng.choice(others))
        if kind == "unknown":
            return self.rng.choice([self.new_code(), "nobody", "código-ñandú", "x" * 60, "'; --", "\\N", "%s"])
        return self.decorated(self.rng.choice(codes[:6] if kind == "hot" else codes))

    def wanted(self):
        kind = self.pick({"none": 60, "new": 25, "blank": 3, "bad": 5, "taken": 5})
        if kind == "blank":
            return self.rng.choice(["", "  ", "-"])
        if kind == "bad":
            return self.rng.choice(["ab", "a" * 33, "bad!code", "na\u00efve", "A.B.C", "w" * 90])
        if kind == "taken" and self.world.codes:
            return self.decorated(self.rng.choice(list(self.world.codes)))
        return self.decorated(self.new_code()) if kind == "new" else None

    def rows(self, count, with_codes=True):
        """Sign-ups that may name each other's codes, in both directions."""
        wanted = [self.wanted() if with_codes else None for _ in range(count)]
        others = [code for code in wanted if code]
        return [SignUp(None, self.referral(own, others), own, self.rng.choice(LABELS), self.time()) for own in wanted]

    def key(self, table, taken):
        """A key to insert; for a table with unique keys one that is not there yet."""
        if table.unique:
            kind = table.columns["key"][1]
            return random_uuid(self.rng) if kind == "uuid" else str(self.rng.randrange(10**9, 10**(12 if kind == "bigint" else 9) * 2))
        known = [key.removeprefix(table.prefix) for key in self.world.people if key.startswith(table.prefix)]
        if table.name in self.world.attached:
            kind = self.pick({"new": 84, "again": 10, "none": 2, "blank": 1, "long": 1, "wide": 2})
            known += taken
        else:
            # A new key twice only with the same row twice: attach() would have to choose which of two comes first.
            kind = self.pick({"new": 90, "again": 8, "none": 2})
        if kind == "again" and known:
            return self.rng.choice(known)
        return {"none": None, "blank": "", "long": "k" * self.rng.choice([510, 511, 600]),
                "wide": "é" * 256}.get(kind, f"user{self.rng.randrange(10**9):09}@example.com")

    # Operations

    def insert(self):
        rng = self.rng
        table = rng.choices(self.tables, [5, 4, 2, 2])[0]
        ways = {"values": 6, "copy": 3, "select": 2, "cte": 1, "double": 1, "loop": 1}
        if table.unique:
            ways.update(conflict_nothing=1, conflict_update=1, merge=2)
        if table.name == "app.users":
            ways["nested"] = 1
        way = self.pick(ways)
        count = 1 if way == "values" and self.chance(0.5) else rng.choice([1, 2, 3, 5, 8, 8, 30])
        rows = self.rows(count, "wanted" in table.columns)
        keyed = not table.unique or way in ("conflict_nothing", "conflict_update", "merge") or self.chance(0.3)
        if keyed:
            taken = []
            for row in rows:
                row.key = self.key(table, taken)
                taken += [row.key] if row.key else []
            if way in ("conflict_nothing", "conflict_update", "merge"):
                self.clash(table, rows)
        if not table.unique and table.name not in self.world.attached and self.chance(0.3):
            rows.append(rng.choice(rows))
        return self.insert_op(table, way, rows, keyed)

    def clash(self, table, rows):
        """Let some rows have keys that the table has already."""
        known = [key.removeprefix(table.prefix) for key in self.world.people
                 if key.startswith(table.prefix or "") and (table.prefix or key.isdigit())]
        for row in rows:
            if known and self.chance(0.3):
                row.key = known.pop(self.rng.randrange(len(known)))

    def insert_op(self, table, way, rows, keyed):
        self.statement += 1
        statement = self.statement
        sql = insert_sql(table, way, rows, keyed, statement)

        def expect(world, context):
            for row in context.rows(table, statement):
                world.insert(table.name, row, context.now, context.issued)
        needs_now = "at" not in table.columns or any(row.at is None or row.at in BAD_TIMES for row in rows)
        return Op(sql, expect, needs_now=needs_now, is_insert=True)

    def failing_insert(self):
        """The last row of several violates the table's own key: no trace may stay."""
        keys = [key for key in self.world.people if key.isdigit()]
        if not keys:
            return self.insert()
        rows = self.rows(3)
        for row in rows:
            row.key = self.key(self.tables[0], [])
        rows[-1].key = self.rng.choice(keys)
        op = self.insert_op(self.tables[0], "values", rows, True)

        def expect(world, context):
            raise Refused("23505")
        op.expect, op.guarded = expect, True
        return op

    def register(self):
        rng = self.rng
        row = self.rows(1)[0]
        kind = self.pick({"new": 80, "known": 12, "null": 2, "blank": 2, "long": 2})
        fault = None
        if kind == "known" and self.world.people:
            row.key, fault = rng.choice(list(self.world.people)), "known"
        elif kind in ("null", "blank", "long"):
            row.key, fault = {"null": None, "blank": "", "long": "é" * 257}[kind], "key"
        else:
            row.key = f"direct-{rng.randrange(10**9)}"
        # One fault at a time: which of several is reported is not promised.
        if fault:
            row.wanted = row.at = None
        elif row.at in BAD_TIMES:
            row.wanted = None
        program = rng.choice(self.programs + ["unheard of"] * (kind == "new" and self.chance(0.05)))
        arguments = [literal(row.key)]
        names = {"referred_by": row.referred_by, "wanted_code": row.wanted, "label": row.label}
        arguments += [f"{name} => {literal(value)}" for name, value in names.items() if value is not None or self.chance(0.3)]
        arguments.append(f"program => {literal(program)}")
        if row.at is not None or self.chance(0.3):
            arguments.append(f"registered_at => {literal(row.at)}")

        def expect(world, context):
            signup = SignUp(row.key, row.referred_by, row.wanted, row.label, context.instant(row.at))
            return world.register(signup, program, context.now, context.issued)
        return Op(f"SELECT referrals.register({', '.join(arguments)})", expect, needs_now=row.at is None, guarded=True)

    def registers(self):
        """register() for several people in one statement; each call sees what those before it did."""
        rows = self.rows(self.rng.choice([2, 3, 8]))
        for row in rows:
            row.key, row.wanted = f"direct-{self.rng.randrange(10**9)}", None
            row.at = None if row.at in BAD_TIMES else row.at
        program = self.rng.choice(self.programs)
        tuples = ", ".join(f"({literal(row.key)}, {literal(row.referred_by)}, {literal(row.at)})" for row in rows)

        def expect(world, context):
            return [world.register(SignUp(row.key, row.referred_by, None, None, context.instant(row.at)), program, context.now,
                                   context.issued) for row in rows][0]
        return Op(f"SELECT referrals.register(v.key, referred_by => v.code, program => {literal(program)}, "
                  f"registered_at => v.at::timestamptz) FROM (VALUES {tuples}) AS v(key, code, at)", expect, needs_now=True)

    def define(self, name=None, first=False):
        name = name or self.rng.choice(self.programs)
        effective = None if self.chance(0.45 if first else 0.15) else self.instant()
        text = self.plan()
        given = [literal(name), literal(text)] + ([literal(stamp(effective))] if effective is not None else [])
        return Op(f"SELECT referrals.define_program({', '.join(given)})",
                  lambda world, context: str(world.define_program(name, text, effective, context.now)),
                  needs_now=effective is None)

    def pause(self):
        name, paused = self.rng.choice(self.programs), self.chance(0.4)
        return Op(f"SELECT referrals.{'pause' if paused else 'resume'}_program({literal(name)})",
                  lambda world, context: world.pause(name, paused), guarded=True)

    def enroll(self):
        people = list(self.world.people)
        key = self.rng.choice(people[:6] if self.chance(0.6) else people) if people and self.chance(0.95) else "nobody"
        name = self.rng.choice(self.programs)
        return Op(f"SELECT referrals.enroll({literal(key)}, {literal(name)})",
                  lambda world, context: world.enroll(key, name), guarded=True)

    def switch_mode(self):
        """Only into the other mode; and the one in force is what the model says now."""
        if self.world.chosen == "live":
            return Op("SELECT referrals.go_mock()", lambda world, context: world.go_mock(), guarded=True)
        return Op("SELECT referrals.go_live()", lambda world, context: world.go_live(), guarded=True)

    def purge(self):
        return Op("SELECT referrals.purge_mock()", lambda world, context: str(world.purge_mock()))

    def attach(self, table):
        def expect(world, context):
            return str(world.attach(table.name, table.program, table.prefix, context.rows(table), context.now, context.issued))
        return Op(table.attach_sql(), expect, needs_now=True)

    def detach(self, table):
        return Op(f"SELECT referrals.detach({literal(table.name)})", lambda world, context: world.detach(table.name))

    def reshape(self):
        """Application DDL and updates, which are no sign-ups."""
        table = self.rng.choice(self.tables)
        column = f"extra{self.rng.randrange(10**6)}"
        sql = self.rng.choice([
            f"ALTER TABLE {table.name} ADD COLUMN {column} text DEFAULT 'x'",
            f"ALTER TABLE {table.name} ADD COLUMN {column} integer GENERATED ALWAYS AS (stmt + 1) STORED",
            f"UPDATE {table.name} SET touched = touched + 1 WHERE seq % 3 = 0",
        ])
        return Op(sql, lambda world, context: None)

    # Units

    def unit(self):
        kind = self.pick({"signups": 60, "define": 6, "pause": 5, "enroll": 5, "mode": 4, "purge": 1, "attachment": 4,
                          "fail": 3, "reshape": 2, "setting": 2})
        if kind == "attachment":
            return self.attachment()
        if kind == "setting" and self.may_go_live:
            allowed = not self.world.allowed

            def expect(world, context):
                world.allowed = allowed
            return Unit("single", [Op("", expect, allow_live=allowed)])
        if kind in ("signups", "setting") or kind == "mode" and not self.may_go_live:
            return self.transaction() if self.chance(0.45) else self.single(self.signup())
        return self.single({"define": self.define, "pause": self.pause, "enroll": self.enroll, "mode": self.switch_mode,
                            "purge": self.purge, "fail": self.failing_insert, "reshape": self.reshape}[kind]())

    def signup(self):
        return self.insert() if self.chance(0.75) else self.register() if self.chance(0.8) else self.registers()

    def bulk(self):
        """Many sign-ups in one statement."""
        table = self.rng.choice([table for table in self.tables if table.unique])
        rows = self.rows(1500, "wanted" in table.columns)
        return self.single(self.insert_op(table, self.rng.choice(["copy", "values", "select"]), rows, False))

    def single(self, op):
        style = "commit" if op.needs_now else "single"
        return Unit(style, [op], as_app=op.is_insert and self.chance(0.4))

    def attachment(self):
        table = self.rng.choice(self.tables)
        if table.name not in self.world.attached:
            return self.single(self.attach(table))
        if self.chance(0.5):
            return self.single(self.attach(table))
        style = self.pick({"commit": 2, "rollback": 1})
        return Unit(style, [self.detach(table), self.insert()])

    def transaction(self):
        """Several statements, with savepoints; what is rolled back must leave no trace, in caches either."""
        rng, steps = self.rng, []
        for number in range(rng.randint(1, 4)):
            maker = rng.choice([self.signup] * 8 + [self.define, self.pause, self.enroll, self.failing_insert])
            step = maker()
            if self.chance(0.3):
                word = rng.choice(["release", "back", "back"])
                inner = [step] + ([self.pause(), self.signup()] if self.chance(0.3) else [])
                steps += [("savepoint", f"s{number}"), *inner, (word, f"s{number}")]
                if word == "back" and self.chance(0.7):
                    steps.append(self.signup())
            else:
                steps.append(step)
        # attach() needs READ COMMITTED; sign-ups do not.
        isolation = self.pick({"READ COMMITTED": 6, "REPEATABLE READ": 1, "SERIALIZABLE": 1})
        only_inserts = all(isinstance(step, tuple) or step.is_insert for step in steps)
        return Unit(self.pick({"commit": 4, "rollback": 1}), steps, only_inserts and self.chance(0.5), isolation)


class RawNumber(str):
    """A number to stand in JSON with exactly these digits."""


def to_json(value):
    if isinstance(value, RawNumber):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {to_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return json.dumps(value)


def random_uuid(rng):
    text = f"{rng.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
