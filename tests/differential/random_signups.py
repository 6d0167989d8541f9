"""Random sign-ups: codes as people type them, rows in every way into the tables of users, direct calls."""

from facts import Refused
from ops import Op, random_uuid
from psql import literal
from signups import SignUp
from tables import insert_sql

BAD_TIMES = ["infinity", "-infinity", "10000-06-01 00:00:00+00", "0044-03-15 12:00:00+00 BC"]
LABELS = [None, "", "Maria Lopez", "  Ann-Marie O'Neil", "X Y", "josé luis", "R2-D2 unit", "Bartholomew-Maximilian",
          "12 34", "李雷", "!!!"]
SPACES = [" ", "-", "\t", "\n", "  ", " - ", "\u00a0", "\u2003"]


class RandomSignUps:
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
            inserted = context.rows(table, statement)
            # What fires for each row by itself is a statement of its own.
            for rows in [[row] for row in inserted] if way in ("loop", "nested") else [inserted]:
                world.insert_all(table.name, rows, context.now, context.issued)
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

    def attach(self, table):
        def expect(world, context):
            return str(world.attach(table.name, table.program, table.prefix, context.rows(table), context.now, context.issued))
        return Op(table.attach_sql(), expect, needs_now=True)

    def detach(self, table):
        return Op(f"SELECT referrals.detach({literal(table.name)})", lambda world, context: world.detach(table.name))
