"""Random corrections and payouts, late ties, and questions about other plans."""

from decimal import Decimal

from ops import Op, stamp
from plan import DAY
from psql import literal

REASONS = ["charged back", "it's a test", "  odd\tspaces ", "Grund: Rückgabe"]


class RandomMoney:
    def reverse(self):
        """Of any line, whatever its mode and however much is left of it; sometimes of what is no line at all."""
        rng = self.rng
        earnings = [earning for both in self.world.events.values() for earning in both if "id" in earning.entry]
        entry, line_id = None, 10**12
        if earnings and self.chance(0.97):
            earnings = earnings[-60:] if self.chance(0.6) else earnings
            entry = rng.choice(earnings).entry
            if self.world.corrections and self.chance(0.04):
                entry = rng.choice(self.world.corrections)[0]
            line_id = entry["id"]
        reason = self.rng.choice(REASONS)
        amount = self.part(entry["earning"].net, entry["earning"].plan.decimals) if entry and self.chance(0.6) else None
        if self.chance(0.03):
            reason, amount = rng.choice([None, "", " \t"]), None
        given = f", {literal(amount)}" if amount is not None or self.chance(0.3) else ""
        return Op(f"SELECT referrals.reverse({line_id}, {literal(reason)}{given})",
                  lambda world, context: [world.reverse(entry, reason, amount)], guarded=True)

    def part(self, whole, decimals):
        """A part of an amount; now and then all of it, more, or nothing that can be."""
        unit = Decimal(1).scaleb(-decimals)
        kind = self.pick({"part": 70, "all": 12, "unit": 8, "more": 4, "finer": 3, "none": 2, "nan": 1})
        if kind == "part":
            return (whole * self.rng.randrange(1, 100) / 100).quantize(unit)
        return {"all": whole, "unit": unit, "more": whole + unit, "finer": unit / 10,
                "none": self.rng.choice([Decimal(0), -unit]), "nan": Decimal("NaN")}[kind]

    def reverse_event(self):
        rng = self.rng
        known = [(event, both[0]) for event, both in self.world.events.items() if event[0] == self.world.mode]
        (_, kind, key), earning = rng.choice(known[-60:] if self.chance(0.7) else known) if known and self.chance(0.96) else \
            (("", "payment", "unheard of"), None)
        reason = rng.choice(REASONS)
        if self.world.waiting and self.chance(0.25):
            event, earning = rng.choice(self.world.waiting).event, None
            kind, key = event.kind, event.key
        refunded = self.part(earning.base_left, rng.choice([2, 2, 4])) if earning and self.chance(0.65) else None
        if refunded == 0 and self.chance(0.8):
            refunded = None
        if self.chance(0.03):
            # One fault at a time.
            kind, key, reason = rng.choice([(None, key, reason), (kind, None, reason), (kind, key, None), (kind, key, " ")])
            refunded = None
        elif refunded is not None and refunded.is_finite() and self.chance(0.02):
            refunded = Decimal("1.00001")
        given = f", {literal(refunded)}" if refunded is not None or self.chance(0.3) else ""
        return Op(f"SELECT referrals.reverse_event({literal(kind)}, {literal(key)}, {literal(reason)}{given})",
                  lambda world, context: world.reverse_event(kind, key, reason, refunded), guarded=True)

    def attribute(self):
        rng = self.rng
        untied = [key for key in self.world.people if key not in self.world.attributions]
        someone = rng.choice(untied) if untied and self.chance(0.8) else rng.choice([*self.world.people][-20:] or ["nobody"])
        codes = list(self.world.codes)
        code = self.decorated(rng.choice(codes[:6] if self.chance(0.7) else codes)) if codes and self.chance(0.9) else "no such"
        referee, reason = (someone if self.chance(0.97) else "nobody"), rng.choice(REASONS)
        if self.chance(0.05):
            referee, code, reason = rng.choice([(None, code, reason), (referee, None, reason), (referee, code, None), (referee, code, "")])
        return Op(f"SELECT referrals.attribute({literal(referee)}, {literal(code)}, {literal(reason)})",
                  lambda world, context: world.attribute(referee, code, reason, context.now), needs_now=True, guarded=True)

    # Payouts

    def draft(self):
        rng, kind = self.rng, self.pick({"now": 45, "past": 10, "future": 45})
        as_of = {"now": None, "past": self.instant("story"), "future": self.now + rng.randrange(1000 * DAY)}[kind]
        minimum = rng.choice(["0", "0", "0.01", "10", "250.5", "100000"])
        program = rng.choice([None, None, *self.programs[:1]])
        fault = self.pick({"": 94, "as_of": 1, "minimum": 1, "negative": 1, "nan": 1, "program": 2})
        minimum = {"minimum": None, "negative": "-0.01", "nan": "NaN"}.get(fault, minimum)
        program = "unheard of" if fault == "program" else program if program in self.world.programs else None
        arguments = [] if as_of is None else [f"as_of => {literal(stamp(as_of))}"]
        arguments = ["as_of => NULL"] if fault == "as_of" else arguments
        arguments += [f"minimum => {literal(minimum)}"] if minimum != "0" else []
        arguments += [f"program => {literal(program)}"] if program is not None or self.chance(0.2) else []

        def expect(world, context):
            when = None if fault == "as_of" else context.now if as_of is None else as_of
            return world.draft_payouts(when, None if minimum is None else Decimal(minimum), program)
        return Op(f"SELECT referrals.draft_payouts({', '.join(arguments)})", expect, needs_now=as_of is None, guarded=True)

    def move_payout(self):
        """To any state, from any state."""
        rng, payouts = self.rng, self.world.payouts
        moving = [payout for payout in payouts if payout.state in ("draft", "approved")]
        moving = [payout for payout in moving if payout.state == "approved"] or moving if self.chance(0.6) else moving
        payout = rng.choice(moving if moving and self.chance(0.85) else payouts) if payouts and self.chance(0.97) else None
        suitable = {"draft": ["approved", "approved", "cancelled"], "approved": ["paid", "paid", "paid", "failed", "cancelled"]}
        states = suitable.get(payout.state if payout else None, []) if self.chance(0.9) else []
        state = rng.choice(states or ["approved", "cancelled", "paid", "failed"])
        name = {"approved": "approve", "cancelled": "cancel", "paid": "settle", "failed": "fail"}[state]
        takes_text = state in ("paid", "failed")
        text = rng.choice(["ref 1", "bank's 2"]) if takes_text else None
        if takes_text and self.chance(0.04):
            text = rng.choice([None, " "])
        given = f", {literal(text)}" if takes_text else ""
        return Op(f"SELECT referrals.{name}_payout({payout.id if payout else 10**12}{given})",
                  lambda world, context: world.move_payout(payout, state, text), guarded=True)
