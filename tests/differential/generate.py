"""Random transactions: everything follows from the seed.

A unit is what one session does in one go: a single statement, or a transaction
with savepoints, committed or rolled back. Each operation knows its SQL and what
the model makes of it; nothing here decides what is right. Kinds of operations
have files of their own: random_plans, random_signups, random_events, random_money.
"""

from facts import Refused
from ops import Op, Unit, micro, stamp
from plan import DAY
from psql import literal
from random_events import RandomEvents
from random_money import RandomMoney
from random_plans import RandomPlans
from random_signups import BAD_TIMES, RandomSignUps
from sources import sources
from tables import tables

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


class Generator(RandomPlans, RandomSignUps, RandomEvents, RandomMoney):
    def __init__(self, rng, world, calendar, now, allow_live):
        self.rng, self.world, self.calendar, self.now = rng, world, calendar, now
        self.may_go_live = allow_live
        self.tables, self.sources = tables(), sources(partitioned=self.chance(0.5))
        self.currencies, self.sent, self.payments = [], [], []  # what later operations come back to
        self.programs = ["default", "partners", "sales reps"]
        self.zones = list(CLOCK_CHANGES)[5:] if self.chance(0.3) else list(CLOCK_CHANGES)[:5]
        self.stories = [micro(CLOCK_CHANGES[z]) for z in rng.sample(self.zones, min(3, len(self.zones)))]
        self.statement = 0
        self.queued_share = rng.choice([0, 0.4, 0.8])
        for table in self.tables:
            table.program = rng.choice(self.programs)

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

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
            edge = rng.choice(plan.window(self.calendar, rng.choice(self.stories)))
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

    # Operations

    def define(self, name=None, first=False):
        name = name or self.rng.choice(self.programs)
        if not first and self.chance(0.15):
            return Op(f"SELECT referrals.define_program({literal(name)}, {literal(self.wrong_plan())})", refuse("22023"), guarded=True)
        effective = None if self.chance(0.45 if first else 0.15) else self.instant()
        text = self.plan()
        given = [literal(name), literal(text)] + ([literal(stamp(effective))] if effective is not None else [])
        return Op(f"SELECT referrals.define_program({', '.join(given)})",
                  lambda world, context: str(world.define_program(name, text, effective, context.now)),
                  needs_now=effective is None)

    def pause(self):
        name, paused = self.rng.choice(self.programs), self.chance(0.3)
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

    def process(self, everything=False):
        batch = None if everything else self.rng.choice([1, 1, 2, 3, 5, 10, 30, 100000, None])
        if not everything and self.chance(0.03):
            bad = self.rng.choice([None, 0, -5])
            return Op(f"SELECT referrals.process_queue({literal(bad)})", lambda world, context: world.process_queue(bad), guarded=True)
        return Op(f"SELECT referrals.process_queue({batch or ''})", lambda world, context: world.process_queue(batch or 10000), guarded=True)

    def purge(self):
        return Op("SELECT referrals.purge_mock()", lambda world, context: str(world.purge_mock()))

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
        kind = self.pick({"usual": 100, "define": 6, "pause": 4, "enroll": 4, "mode": 3 * self.may_go_live, "purge": 0.5, "attachment": 6,
                          "fail": 3, "reshape": 2, "setting": 1.5 * self.may_go_live, "process": 9 * bool(self.queued_share)})
        if kind == "attachment":
            return self.attachment()
        if kind in ("mode", "setting") and self.world.mode == "live" and self.chance(0.6):
            kind = "usual"
        if kind == "setting":
            return self.setting(not self.world.allowed)
        if kind == "usual":
            return self.transaction() if self.chance(0.35) else self.single(self.usual())
        return self.single({"define": self.define, "pause": self.pause, "enroll": self.enroll, "mode": self.switch_mode,
                            "purge": self.purge, "fail": self.failing_insert, "reshape": self.reshape, "process": self.process}[kind]())

    @staticmethod
    def setting(allowed):
        def expect(world, context):
            world.allowed = allowed
        return Unit("single", [Op("", expect, allow_live=allowed)])

    def usual(self):
        makers = {"insert": 24, "register": 5, "registers": 2, "accrue": 18, "accrues": 5, "source_insert": 18, "source_update": 8,
                  "reverse": 14, "reverse_event": 18, "attribute": 4}
        payouts = 8 if self.world.mode == "live" else 0.5
        return getattr(self, self.pick({**makers, "draft": payouts, "move_payout": 2 * payouts}))()

    def bulk(self):
        """Many sign-ups in one statement."""
        known = [table for table in self.tables if table.unique and table.name in self.world.attached]
        table = self.rng.choice(known or [table for table in self.tables if table.unique])
        rows = self.rows(1500, "wanted" in table.columns)
        return self.single(self.insert_op(table, self.rng.choice(["copy", "values", "select"]), rows, False))

    def resume(self, name):
        return self.single(Op(f"SELECT referrals.resume_program({literal(name)})", lambda world, context: world.pause(name, False)))

    def bulk_events(self):
        return self.single(self.source_insert(800))

    def single(self, op):
        # Whether events wait depends on the time, too.
        style = "commit" if op.needs_now or self.queued_share else "single"
        return Unit(style, [op], as_app=op.is_insert and self.chance(0.4))

    def attachment(self):
        if self.chance(0.5):
            source = self.rng.choice(self.sources)
            if (source.name, source.kind) not in self.world.sources or self.chance(0.6):
                return self.single(self.attach_source(source))
            return Unit(self.pick({"commit": 2, "rollback": 1}), [self.detach_source(source), self.source_insert()])
        table = self.rng.choice(self.tables)
        if table.name not in self.world.attached or self.chance(0.5):
            return self.single(self.attach(table))
        return Unit(self.pick({"commit": 2, "rollback": 1}), [self.detach(table), self.insert()])

    def transaction(self):
        """Several statements, with savepoints; what is rolled back must leave no trace, in caches either."""
        rng, steps = self.rng, []
        for number in range(rng.randint(1, 4)):
            maker = rng.choice([self.usual] * 8 + [self.process] * bool(self.queued_share) + [self.define, self.pause, self.enroll, self.failing_insert])
            step = maker()
            if self.chance(0.3):
                word = rng.choice(["release", "back", "back"])
                inner = [step] + ([self.pause(), self.usual()] if self.chance(0.3) else [])
                steps += [("savepoint", f"s{number}"), *inner, (word, f"s{number}")]
                if word == "back" and self.chance(0.7):
                    steps.append(self.usual())
            else:
                steps.append(step)
        isolation = self.pick({"READ COMMITTED": 2, "REPEATABLE READ": 1, "SERIALIZABLE": 1})
        only_inserts = all(isinstance(step, tuple) or step.is_insert for step in steps)
        return Unit(self.pick({"commit": 4, "rollback": 1}), steps, only_inserts and self.chance(0.5), isolation)


def refuse(sqlstate):
    def expect(world, context):
        raise Refused(sqlstate)
    return expect
