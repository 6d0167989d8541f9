"""One version of a program's rules: tiers, windows, rates, rounding (DESIGN section 3).

What is computed is a Fraction until it is rounded, once, at the currency's minor unit.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from psql import INFINITY

DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3}
DAY = 24 * 3600 * 1000000
LARGEST = Decimal("999999999999999.9999")  # what numeric(19,4) holds


@dataclass
class Tier:
    name: str
    start: Decimal
    rates: dict


@dataclass
class Rating:
    """What an event earns at a tier, before limits."""
    tier: str
    basis: str
    rate: Decimal
    exact: Fraction
    note: str = None


def rounded(exact, decimals, rounding):
    """An amount of money, never negative, at so many decimals."""
    whole, rest = divmod(exact * 10 ** decimals, 1)
    half = Fraction(1, 2)
    up = {"half_up": rest >= half, "half_even": rest > half or rest == half and whole % 2 == 1, "down": False}[rounding]
    return Decimal(int(whole) + up).scaleb(-decimals)


class Plan:
    """One version of a program's rules."""

    def __init__(self, program, version, text, effective_from):
        plan = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        currency = plan["currency"]
        self.program, self.version, self.text, self.effective_from = program, version, text, effective_from
        self.currency = currency if isinstance(currency, str) else currency["unit"]
        self.decimals = DECIMALS[currency] if isinstance(currency, str) else int(currency["decimals"])
        self.metric = plan.get("metric", "referrals")
        self.unit = plan.get("window", "lifetime")
        self.zone = plan.get("time_zone", "UTC")
        self.rating = plan.get("rating", "forward")
        self.crossing = plan.get("crossing", "new")
        self.rounding = plan.get("rounding", "half_up")
        self.hold = int(Decimal(plan.get("hold_days", 0))) * DAY
        self.queued = plan.get("accrual") == "queued"
        self.lowers = plan.get("reversal_lowers_volume", True)
        limits = plan.get("limits", {})
        self.most_lines, self.months = limits.get("commissions_per_window"), limits.get("months_after_signup")
        self.most_money = None if "amount_per_window" not in limits else Decimal(limits["amount_per_window"])
        self.referee = plan.get("referee", {})
        self.tiers = [Tier(t["name"], Decimal(t["from"]), t["rates"]) for t in plan["tiers"]]

    def window(self, calendar, instant):
        """The window that holds an instant: its first microsecond, and the first after it."""
        if self.unit == "lifetime":
            return -INFINITY, INFINITY
        if self.unit == "event":
            return instant, instant
        if isinstance(self.unit, dict):  # its start excluded, its end included
            return instant - int(Decimal(self.unit["days"])) * DAY + 1, instant + 1
        return calendar.window(self.unit, self.zone, instant)

    def offers(self, kind):
        """Every rate of the kind."""
        return [rates[kind] for rates in (*(tier.rates for tier in self.tiers), self.referee) if kind in rates]

    def rates(self, kind):
        return bool(self.offers(kind))

    def needs_amount(self, kind):
        return any("percent" in rate for rate in self.offers(kind))

    def round(self, exact):
        return rounded(exact, self.decimals, self.rounding)

    def tier_at(self, volume):
        """The highest tier whose threshold the volume has reached, or None."""
        reached = [tier for tier in self.tiers if tier.start <= volume]
        return reached[-1] if reached else None

    def contribution(self, kind, amount, is_own_tie=True):
        """What an event adds to the volume that it is rated by."""
        if self.metric == "revenue":
            return amount or Decimal(0)
        return int(self.metric == "events" or self.unit == "event" or kind == "signup" and is_own_tie)

    def rate(self, kind, amount, before, after):
        """What one event earns its referrer, the volume being so much before and after it."""
        if self.rating == "marginal":
            return self._rate_slices(kind, amount or Decimal(0), before)
        return self.rate_at(self.tier_at(before if self.crossing == "old" else after), kind, amount)

    @staticmethod
    def rate_at(tier, kind, amount):
        if tier is None:
            return Rating(None, "none", None, Fraction(0), "below_first_tier")
        if kind not in tier.rates:
            return Rating(tier.name, "none", None, Fraction(0), "no_rate_at_tier")
        return Rating(tier.name, *apply(tier.rates[kind], amount))

    def reward(self, kind, amount):
        """What the referee gets beside."""
        return Rating(None, *apply(self.referee[kind], amount))

    def _rate_slices(self, kind, amount, before):
        """Each part of the amount at the rate of the band that it falls in."""
        bands = [(None, Decimal(0), self.tiers[0].start)]
        for tier, above in zip(self.tiers, [*self.tiers[1:], None]):
            bands.append((tier, tier.start, above.start if above else Decimal("Infinity")))
        slices = [(tier, min(before + amount, end) - max(before, start)) for tier, start, end in bands]
        slices = [(tier, size) for tier, size in slices if size > 0]
        if len(slices) < 2:
            return self.rate_at(slices[0][0] if slices else self.tier_at(before), kind, amount)
        highest = slices[-1][0]
        paying = [(tier.rates[kind], size) for tier, size in slices if tier and kind in tier.rates]
        if not paying:
            return self.rate_at(highest, kind, amount)
        return Rating(highest.name, "bands", None, sum(apply(rate, size)[2] for rate, size in paying))

    def quote(self, kind, volume, amount=None):
        if not self.rates(kind):
            return None
        volume = 0 if self.unit == "event" else volume  # which does not accumulate
        return self.round(self.rate(kind, amount, volume, volume + self.contribution(kind, amount)).exact)


def apply(rate, amount):
    """A rate on an amount: (basis, rate, exact result)."""
    if "flat" in rate:
        return "flat", Decimal(rate["flat"]), Fraction(Decimal(rate["flat"]))
    exact = Fraction(amount) * Fraction(Decimal(rate["percent"])) / 100
    if "min" in rate:
        exact = max(exact, Fraction(Decimal(rate["min"])))
    if "max" in rate:
        exact = min(exact, Fraction(Decimal(rate["max"])))
    return "percent", Decimal(rate["percent"]), exact
