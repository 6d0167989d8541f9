"""The rules of corrections: reversals, and the adjustments of programs that rate the whole window."""

from decimal import Decimal
from fractions import Fraction

from facts import Facts, Refused
from events import fits
from plan import rounded


class Corrections(Facts):
    # Reversals

    def reverse(self, entry, reason, amount=None):
        """Take back a line, in full or by an amount; `entry` is the line's audit entry, None for an id that is none."""
        if reason is None:
            raise Refused("22004")
        if not reason.strip() or amount is not None and not amount.is_finite():
            raise Refused("22023")
        if entry is None:
            raise Refused("42704")
        if entry["line"]["kind"] != "accrual":
            raise Refused("22023")
        if entry["mode"] != self.mode:
            raise Refused("55000")
        with self.settled([entry["line"]["referrer"]]):
            return self._reverse(entry["earning"], reason, amount)

    def _reverse(self, earning, reason, amount):
        if earning.in_full:
            raise Refused("55000")
        left = earning.net
        if amount is None or amount == left > 0:
            return self._take_back(earning, left, earning.base_left, reason, None, True)
        if amount <= 0 or amount > left or amount != round(amount, earning.plan.decimals):
            raise Refused("22023")
        base = rounded(Fraction(earning.base_left) * Fraction(amount) / Fraction(left), 4, "half_up")
        return self._take_back(earning, amount, base, reason, None, False)

    def reverse_event(self, kind, key, reason, refunded=None, direct=True):
        """Take back what an event earned, both sides; `refunded` is how much of its amount was given back in this step."""
        if direct:
            if kind is None or key is None or reason is None:
                raise Refused("22004")
            if not reason.strip() or refunded is not None and (not refunded.is_finite() or refunded <= 0):
                raise Refused("22023")
            if refunded is not None and not fits(refunded):
                raise Refused("22003")
        with self.settled(self.referrers_of(kind, [key])):
            return self._reverse_event(kind, key, reason, refunded)

    def referrers_of(self, kind, keys):
        """Whom events of these keys earned something, or will when they are taken from the queue."""
        earned = {earning.line["referrer"] for key in keys for earning in self.events.get((self.mode, kind, key), ())}
        return earned | {item.referrer for item in self.waiting
                         if (item.mode, item.event.kind) == (self.mode, kind) and item.event.key in keys}

    def _reverse_event(self, kind, key, reason, refunded):
        left = [earning for earning in self.events.get((self.mode, kind, key), ()) if not earning.in_full]
        if not left:
            return []
        if refunded is None:
            return [self._take_back(earning, earning.net, earning.base_left, reason, None, True) for earning in left]
        # A line that is left has seen every step so far.
        amount, total = left[0].base, sum(left[0].steps) + refunded
        if amount == 0 or total > amount:
            raise Refused("22023")
        if total == amount:
            return [self._take_back(earning, earning.net, earning.base_left, reason, refunded, True) for earning in left]
        return [self._refund(earning, refunded, reason) for earning in left]

    def _refund(self, earning, refunded, reason):
        """The line falls in the share in which the event does, as a whole since it was last adjusted."""
        worth, base, refunds, reversed_ = earning.since
        share = Fraction(refunds + refunded) / Fraction(base) if base > 0 else 0
        target = earning.plan.round(Fraction(worth) * share)
        step = min(max(target - reversed_, Decimal(0)), earning.net)
        taken = min(refunded, earning.base_left)
        in_full = step == earning.net and taken == earning.base_left
        return self._take_back(earning, step, taken, reason, refunded, in_full)

    def _take_back(self, earning, amount, base, reason, refunded, in_full):
        accrual = earning.line
        line = {**accrual, "kind": "reversal", "amount": -amount, "note": None, "reason": reason,
                "base_amount": None if accrual["base_amount"] is None else -base}
        if earning.net > 0:
            earning.kept *= 1 - Fraction(amount) / Fraction(earning.net)
        earning.net, earning.base_left, earning.in_full = earning.net - amount, earning.base_left - base, in_full
        worth, base_then, refunds, reversed_ = earning.since
        earning.since = worth, base_then, refunds + (refunded or 0), reversed_ + amount
        if refunded is not None:
            earning.steps.append(refunded)
        entry = self.post(earning, line)
        self.corrections.append((entry, earning, refunded, in_full))
        if accrual["side"] == "referrer":
            self.restand(accrual["referrer"], accrual["mode"], None, None)
            self.rerate(earning.plan, accrual["referrer"], accrual["mode"], accrual["occurred_at"])
        return entry

    # Adjustments

    def rerate(self, plan, referrer, mode, at):
        """If the whole window is rated by the tier reached: all its lines that have another tier get the new one."""
        if plan.rating != "whole":
            return
        start, end = plan.window(self.calendar, at)
        tier = plan.tier_at(self.volume(plan, referrer, mode, at))
        for earning in self.earnings.get((referrer, mode), ()):
            if earning.plan is plan and start <= earning.line["occurred_at"] < end and not earning.in_full:
                if earning.tier != (tier and tier.name):
                    self._adjust(earning, tier)

    def _adjust(self, earning, tier):
        accrual = earning.line
        rating = earning.plan.rate_at(tier, accrual["event_kind"], accrual["base_amount"])
        difference = earning.plan.round(rating.exact * (1 - earning.share)) - earning.net
        if difference != 0:
            line = {**accrual, "kind": "adjustment", "amount": difference, "tier": rating.tier, "basis": rating.basis,
                    "rate": rating.rate, "note": rating.note,
                    "reason": f"{words(rating.tier, 'tier ')} instead of {words(earning.last['tier'])}"}
            earning.net, earning.last = earning.net + difference, line
            earning.since = earning.net, earning.base_left, 0, Decimal(0)
            self.corrections.append((self.post(earning, line), earning, None, False))
        earning.tier = rating.tier


def words(tier, before=""):
    return "no tier" if tier is None else before + tier
