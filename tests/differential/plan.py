"""One version of a program's rules: tiers, windows, rates, rounding (DESIGN section 3)."""

import json
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3}
ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
DAY = 24 * 3600 * 1000000


@dataclass
class Tier:
    name: str
    start: Decimal
    rates: dict


class Plan:
    """One version of a program's rules."""

    def __init__(self, program, version, text, effective_from):
        plan = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        currency = plan["currency"]
        self.program, self.version, self.text, self.effective_from = program, version, text, effective_from
        self.currency = currency if isinstance(currency, str) else currency["unit"]
        self.decimals = DECIMALS[currency] if isinstance(currency, str) else int(currency["decimals"])
        self.unit = plan.get("window", "lifetime")
        self.zone = plan.get("time_zone", "UTC")
        self.crossing = plan.get("crossing", "new")
        self.rounding = ROUNDINGS[plan.get("rounding", "half_up")]
        self.hold = int(Decimal(plan.get("hold_days", 0))) * DAY
        self.tiers = [Tier(t["name"], Decimal(t["from"]), t["rates"]) for t in plan["tiers"]]

    def rates(self, kind):
        return any(kind in tier.rates for tier in self.tiers)

    def tier_at(self, volume):
        """The highest tier whose threshold the volume has reached, or None."""
        reached = [tier for tier in self.tiers if tier.start <= volume]
        return reached[-1] if reached else None

    def rate(self, kind, before, after):
        """One event: (tier name, basis, rate, amount, note)."""
        tier = self.tier_at(after if self.crossing == "new" else before)
        if tier is None:
            return None, "none", None, Decimal(0), "below_first_tier"
        if kind not in tier.rates:
            return tier.name, "none", None, Decimal(0), "no_rate_at_tier"
        flat = Decimal(tier.rates[kind]["flat"])
        return tier.name, "flat", flat, flat.quantize(Decimal(1).scaleb(-self.decimals), self.rounding), None

    def quote(self, kind, volume):
        if not self.rates(kind):
            return None
        return self.rate(kind, volume, volume + 1 if kind == "signup" else volume)[3]
