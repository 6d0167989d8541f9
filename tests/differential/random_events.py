"""Random events: direct calls, sent again and in conflict, and rows of the tables of events as they come and change."""

from dataclasses import replace
from decimal import Decimal

from events import Event
from ops import Op, random_uuid, stamp
from plan import DAY
from psql import literal
from random_signups import BAD_TIMES
from sources import insert_rows, read_changes

AMOUNTS = ["0", "0.0001", "0.01", "1", "10", "19.99", "49.99", "50", "50.00", "100", "250.5", "999.9999", "12345.67"]
STATES = ["open", "paid", "refunded", "lost", None]


class RandomEvents:
    def amount(self, kind):
        """As text, or None."""
        choice = self.pick({"none": 60 if kind == "visit" else 6, "usual": 55, "cents": 30, "zero": 2, "below": 2, "large": 0.4})
        if choice == "cents":
            return str(Decimal(self.rng.randrange(20000)).scaleb(-2))
        return {"none": None, "zero": "0.00", "below": "-5", "large": "400000000000.01"}.get(choice) or \
            (self.rng.choice(AMOUNTS) if choice == "usual" else None)

    def whose(self):
        """A referee's key: mostly of somebody who was referred, and often of one of the latest."""
        referees, people = list(self.world.attributions), list(self.world.people)
        kind = self.pick({"late": 45, "any": 35, "first": 10, "untied": 5, "unknown": 3})
        if kind in ("unknown", "untied") or not referees:
            return self.rng.choice(people) if kind == "untied" and people else "nobody"
        return self.rng.choice({"late": referees[-12:], "any": referees, "first": referees[:10]}[kind])

    def currency_given(self):
        if self.chance(0.7):
            return None
        plans = [plan for program in self.world.programs.values() for plan in program.plans]
        code = self.rng.choice(plans).currency if plans and self.chance(0.85) else self.rng.choice(["USD", "EUR", "XXX", "", " "])
        return self.rng.choice([code, code.lower(), f" {code} "])

    def event_time(self, referee):
        """As text, or None: often at the edge of what the tie's referrer is rated by."""
        tie = self.world.attributions.get(referee)
        if tie and tie[2] < self.now and self.chance(0.1):
            plan = self.rng.choice([plan for program in self.world.programs.values() for plan in program.plans])
            if plan.months:
                return stamp(self.calendar.months_later(plan.zone, tie[2], int(plan.months)) + self.rng.choice([-1, 0, 1]))
            if isinstance(plan.unit, dict):
                return stamp(tie[2] + int(Decimal(plan.unit["days"])) * DAY + self.rng.choice([-1, 0, 1]))
        return self.time()

    def event(self):
        """An Event whose time is text."""
        kind, referee = self.pick({"payment": 50, "order": 25, "visit": 18, "gift": 3, "signup": 9}), self.whose()
        if kind == "signup":
            return Event(kind, referee, referee)
        key = f"{kind[0]}_{self.rng.randrange(10**9)}"
        return Event(kind, key, referee, number(self.amount(kind)), self.currency_given(), self.event_time(referee))

    def again(self):
        """An event that was sent before: the same, or changed."""
        known, waiting = list(self.world.events), self.world.waiting
        if waiting and self.chance(0.3):
            event = self.rng.choice(waiting).event
            fine = event.at is None or abs(event.at) < 10**17 and event.kind != "signup"
            self.sent = [*self.sent, replace(event, at=event.at and stamp(event.at) if event.kind != "signup" else None)] if fine else self.sent
        if self.sent and (self.chance(0.6) or not known):
            event = self.rng.choice(self.sent)
        elif known:
            line = self.world.events[self.rng.choice(known)][0].line
            event = Event(line["event_kind"], line["event_key"], line["referee"], line["base_amount"], None, stamp(line["occurred_at"]))
        else:
            return self.event()
        change = self.pick({"no": 55, "less": 10, "amount": 10, "referee": 8, "currency": 5, "time": 8, "shifted": 4})
        if event.kind == "signup" or change == "less":
            return replace(event, currency=None, at=None)
        return replace(event, **{"no": {}, "amount": {"amount": number(self.amount(event.kind))}, "referee": {"referee": self.whose()},
                                 "currency": {"currency": self.currency_given()}, "time": {"at": self.time()},
                                 "shifted": {"amount": event.amount and event.amount + Decimal("0.0000")}}[change])

    # Direct calls

    def accrue(self):
        event = self.again() if self.chance(0.25) else self.event()
        if self.chance(0.06):
            # One fault at a time: which of several is reported is not promised.
            event = replace(self.event(), kind="payment", amount=None, at=None)
            event = replace(event, **self.rng.choice([
                {"kind": None}, {"key": None}, {"referee": None}, {"kind": ""}, {"kind": "k" * 64}, {"kind": " payment"},
                {"kind": "pay\tment"}, {"key": ""}, {"key": "é" * 257}, {"amount": Decimal("NaN")}, {"amount": Decimal("Infinity")},
                {"amount": Decimal("1.00001")}, {"amount": Decimal(10**15)}, {"kind": "signup", "key": "somebody else"}]))
        elif event.at in BAD_TIMES:
            event = replace(event, amount=None, currency=None)
        else:
            self.sent = [*self.sent[-40:], event]
        values = [event.kind, event.key, event.referee, event.amount, event.currency, event.at]
        names = ["", "", "", "amount => ", "currency => ", "occurred_at => "]
        arguments = ", ".join(f"{name}{literal(value)}" for name, value in zip(names, values)
                              if name == "" or value is not None or self.chance(0.2))
        return Op(f"SELECT referrals.accrue({arguments})", lambda world, context: [world.accrue(self.timed(event, context), context.now)],
                  needs_now=event.at is None, guarded=True)

    @staticmethod
    def timed(event, context):
        return replace(event, at=context.instant(event.at))

    def accrues(self):
        """Several calls in one statement; each sees what those before it did."""
        events = [self.event() for _ in range(self.rng.choice([2, 5, 12]))]
        events = [replace(event, at=None if event.at in BAD_TIMES else event.at) for event in events if event.kind != "signup"]
        if not events:
            return self.accrue()
        self.sent = [*self.sent[-40:], *events[:3]]
        tuples = ", ".join("(" + ", ".join(literal(value) for value in (e.kind, e.key, e.referee, e.amount, e.currency, e.at)) + ")"
                           for e in events)

        def expect(world, context):
            return [world.accrue(self.timed(event, context), context.now) for event in events]
        return Op(f"SELECT referrals.accrue(v.kind, v.key, v.referee, v.amount::numeric, v.currency, v.at::timestamptz) "
                  f"FROM (VALUES {tuples}) AS v(kind, key, referee, amount, currency, at)", expect, needs_now=True, guarded=True)

    # Tables of events

    def source_row(self, source):
        referee = self.whose() if self.chance(0.97) else None
        if source.kind == "visit":
            return {"token": random_uuid(self.rng), "visitor": referee}
        if source.kind == "order":
            key = self.pick({"new": 85, "again": 10, "none": 2, "blank": 1, "long": 1})
            number_ = {"none": None, "blank": "", "long": "n" * 513}.get(key) if key in ("none", "blank", "long") else \
                f"no {self.rng.randrange(40) if key == 'again' else self.rng.randrange(10**9)}"
            # A row without a usable key is not cancelled, too: how often that is said is left open.
            cancelled = self.rng.choice([None, False, False, False, True]) if number_ and len(number_) < 500 else None
            return {"number": number_, "customer": referee, "total": self.rng.choice(["5", "10", "100", "100", "49", "0", "-1", None]),
                    "placed": self.event_time(referee), "cancelled": cancelled}
        amount = self.amount("payment") if self.chance(0.97) else self.rng.choice(["NaN", "1.00001", "1e15", "Infinity"])
        return {"id": str(self.rng.randrange(10**12)), "payer": referee, "amount": amount, "currency": self.currency_given(),
                "paid_at": self.event_time(referee), "status": self.pick({"paid": 70, "open": 20, "refunded": 5, None: 5})}

    def source_insert(self, count=None):
        rng = self.rng
        source = rng.choices(self.sources, [5, 0, 3, 2])[0]
        way = self.pick({"values": 6, "copy": 4, "cte": 1, **dict.fromkeys(source.upserts, 2)})
        rows = [self.source_row(source) for _ in range(count or rng.choice([1, 1, 2, 4, 8, 30]))]
        if way in ("conflict", "merge"):
            for row in rows:
                if self.payments and self.chance(0.5):
                    row["id"] = rng.choice(self.payments)
            rows = list({row["id"]: row for row in rows}.values())
        elif source.upserts and len(rows) > 1 and self.chance(0.4):
            rows = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        self.payments = [*self.payments[-60:], *(row["id"] for row in rows if "id" in row)]
        self.statement += 1
        return self.source_op(source, insert_rows(source, way, rows, self.statement))

    def source_op(self, source, sql):
        statement = self.statement

        def expect(world, context):
            world.change(source.name, read_changes(context.story.check, source, statement), context.now)
        return Op(sql, expect, needs_now=True, is_insert=True)

    def source_update(self):
        """Rows of several states get another one; sometimes more changes with it."""
        rng = self.rng
        self.statement += 1
        if self.chance(0.3):
            source, wanted = self.sources[2], rng.choice(["true", "true", "false", "NULL"])
            extra = rng.choice(["", "", ", total = total + 1", ", number = number || '+'"])
            picked = rng.choice([f"total % 3 = {rng.randrange(3)}", "cancelled IS NULL", f"right(number, 1) = '{rng.randrange(10)}'"])
            # Only rows with a key, as for new rows.
            sql = (f"UPDATE app.orders SET cancelled = {wanted}{extra}, stmt = {self.statement} "
                   f"WHERE {picked} AND number <> '' AND length(number) < 500")
        else:
            source, wanted = self.sources[0], rng.choice(STATES[:3])
            extra = rng.choice(["", "", "", ", amount = amount + 1", ", currency = NULL", ", payer = NULL", ", paid_at = now()"])
            picked = rng.choice([f"id % 5 = {rng.randrange(5)}", "status = 'open'", "status IS NULL",
                                 f"status = 'paid' AND id % 4 = {rng.randrange(4)}"])
            sql = f"UPDATE app.payments SET status = {literal(wanted)}{extra}, stmt = {self.statement} WHERE {picked}"
        return self.source_op(source, sql)

    def attach_source(self, source):
        return Op(source.attach_sql(), lambda world, context: world.attach_events(source))

    def detach_source(self, source):
        return Op(f"SELECT referrals.detach({literal(source.name)})", lambda world, context: world.detach_events(source.name))


def number(text):
    return None if text is None else Decimal(text)
