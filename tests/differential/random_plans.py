"""Random plans: every metric, window, rating, rate, limit and rounding; and some that must be refused."""

from decimal import Decimal

from ops import RawNumber, to_json
from plan import DECIMALS

FLATS = ["0", "10", "10.00", "0.005", "0.015", "2.675", "1.0005", "12.5", "0.5", "1.5", "99.9999", "1234567.89"]
PERCENTS = ["0", "5", "7.5", "10", "33.3333", "12.345", "0.5", "100", "150", "2.5"]
KINDS = ["payment", "order", "visit", "tip"]
WITHOUT_AMOUNT = ["visit", "tip"]


class RandomPlans:
    queued_share = 0  # how many of the plans let events wait

    def number(self, text):
        """As a JSON string or a JSON number; both are read exactly."""
        return text if self.chance(0.5) else RawNumber(text)

    def plan(self):
        return to_json(self.plan_parts())

    def plan_parts(self, currency=None):
        rng, plan = self.rng, {}
        plan["currency"] = currency or self.currency()
        metric = plan["metric"] = rng.choice(["referrals", "referrals", "events", "revenue", "revenue"])
        rating = rng.choices(["forward", "marginal", "whole"], [3, 2 if metric == "revenue" else 0, 2])[0]
        if rating != "forward" or self.chance(0.3):
            plan["rating"] = rating
        if self.chance(0.85):
            plan["window"] = self.pick({"lifetime": 3, "month": 4, "quarter": 1, "year": 1, "days": 3, "event": 1})
            plan["time_zone"] = rng.choice(self.zones)
            if plan["window"] == "days":
                plan["window"] = {"days": self.number(rng.choice(["1", "7", "30", "90", "400"]))} if rating != "whole" else "month"
        if rating == "forward" and self.chance(0.7):
            plan["crossing"] = rng.choice(["new", "old"])
        if self.chance(0.8):
            plan["rounding"] = rng.choice(["half_up", "half_even", "down"])
        if self.queued_share:
            plan["accrual"] = "queued" if self.chance(self.queued_share) else "immediate"
        if self.chance(0.6):
            plan["hold_days"] = self.number(rng.choice(["0", "1", "30", "400", "1200"]))
        if self.chance(0.5):
            plan["reversal_lowers_volume"] = self.chance(0.4)
        if self.chance(0.45):
            plan["limits"] = self.limits(plan, rating)
        if self.chance(0.35):
            plan["referee"] = self.rates("forward", 0.6)
        plan["tiers"] = self.tiers(metric, rating)
        if plan["metric"] == "referrals" and self.chance(0.5):
            del plan["metric"]
        rng.shuffle(order := list(plan))
        return {key: plan[key] for key in order}

    def currency(self):
        """Mostly one of the story's two, so that plans meet in one."""
        others = ["USD", "EUR", "JPY", "KWD", "TND", "KRW", {"unit": "CREDIT", "decimals": 4}, {"unit": "POINTS", "decimals": 0}]
        if not self.currencies:
            self.currencies = self.rng.sample(others, 2)
        currency = self.rng.choice(self.currencies if self.chance(0.85) else others)
        if isinstance(currency, dict) and currency["unit"] == "CREDIT" and self.chance(0.3):
            return {**currency, "decimals": self.rng.randint(0, 4)}
        return currency

    def limits(self, plan, rating):
        limits, rng = {}, self.rng
        if rating != "whole" and self.chance(0.5):
            limits["commissions_per_window"] = self.number(rng.choice(["1", "2", "3", "12"]))
        if rating != "whole" and self.chance(0.5):
            currency = plan["currency"]
            decimals = DECIMALS[currency] if isinstance(currency, str) else currency["decimals"]
            amount = Decimal(rng.choice(["0", "1", "7.5", "20", "100.01", "1000"]))
            limits["amount_per_window"] = self.number(str(amount if amount == round(amount, decimals) else int(amount)))
        if self.chance(0.5):
            limits["months_after_signup"] = self.number(rng.choice(["1", "2", "6", "12"]))
        return limits

    def tiers(self, metric, rating):
        rng, tiers, rates_nothing = self.rng, [], self.chance(0.05)
        if metric == "revenue":
            start, steps = rng.choice(["0", "0", "0", "0.01", "49.99", "100"]), ["50", "100", "100", "0.0001", "249.95", "1000"]
        else:
            start, steps = rng.choice(["0", "0", "0", "1", "2", "2.5", "0.0001"]), ["1", "1", "2", "3", "0.5", "1.25", "6"]
        for name in ["Bronze", "Silver", "Gold", "Ünobtainium"][:rng.randint(1, 4)]:
            rates = {} if rates_nothing else self.rates(rating, 0.85)
            tiers.append({"name": name, "from": self.number(start), "rates": rates})
            start = str(Decimal(start) + Decimal(rng.choice(steps)))
        return tiers

    def rates(self, rating, share):
        rates = {}
        if rating != "marginal" and self.chance(share):
            rates["signup"] = {"flat": self.number(self.rng.choice(FLATS))}
        for kind in KINDS:
            if self.chance(share) and not (rating == "marginal" and kind in WITHOUT_AMOUNT):
                rates[kind] = self.rate(rating, kind)
        return rates

    def rate(self, rating, kind):
        if rating != "marginal" and (kind in WITHOUT_AMOUNT or self.chance(0.3)):
            return {"flat": self.number(self.rng.choice(FLATS))}
        rate = {"percent": self.number(self.rng.choice(PERCENTS))}
        if rating != "marginal" and self.chance(0.3):
            rate["min"] = self.number(self.rng.choice(["0.10", "1", "0.005", "3"]))
        if rating != "marginal" and self.chance(0.3):
            rate["max"] = self.number(self.rng.choice(["3", "50", "12.345"]))
        return rate

    def wrong_plan(self):
        """A plan that contradicts itself."""
        whole = {"name": "A", "from": 0, "rates": {"payment": {"percent": 5}}}
        plan = {"currency": "USD", "metric": "revenue", "tiers": [whole]}
        change = self.rng.choice([
            {"rating": "marginal", "metric": "events"},
            {"rating": "marginal", "tiers": [{**whole, "rates": {"payment": {"flat": 1}}}]},
            {"rating": "marginal", "tiers": [{**whole, "rates": {"payment": {"percent": 1, "max": 2}}}]},
            {"rating": "marginal", "crossing": "old"},
            {"rating": "whole", "crossing": "old"},
            {"rating": "whole", "limits": {"commissions_per_window": 3}},
            {"rating": "whole", "limits": {"amount_per_window": 3}},
            {"rating": "whole", "window": {"days": 3}},
            {"window": {"days": 0}}, {"window": {"days": 36501}}, {"window": {"days": RawNumber("1.5")}}, {"window": {"weeks": 1}},
            {"limits": {"commissions_per_window": 0}}, {"limits": {"months_after_signup": 1201}},
            {"limits": {"amount_per_window": RawNumber("0.001")}}, {"limits": {"amount_per_window": "-1"}},
            {"referee": {"signup": {"percent": 5}}},
            {"tiers": [{**whole, "rates": {"signup": {"percent": 5}}}]},
            {"tiers": [{**whole, "rates": {"payment": {"percent": 5, "flat": 1}}}]},
            {"tiers": [{**whole, "rates": {"payment": {"flat": 1, "min": 1}}}]},
            {"tiers": [{**whole, "rates": {"payment": {"percent": 1, "min": 3, "max": 2}}}]},
            {"tiers": [{**whole, "rates": {"payment": {"percent": -1}}}]},
            {"tiers": [{**whole, "rates": {"payment": {}}}]},
            {"accrual": "later"}, {"accrual": None}, {"metric": "clicks"}, {"rating": "slices"}, {"reversal_lowers_volume": "yes"},
        ])
        return to_json({**plan, **change})
