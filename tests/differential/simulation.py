"""simulate(): what other plans would have made of a history, against the model told the same history under them.

Each program has one plan, and referrers of its own; nothing comes late, nobody
moves, nothing is paused. Under the program's own plan the simulation must give
what the ledger has.
"""

import random
from decimal import Decimal

from compare import compare_all
from events import Event
from facts import Refused
from model import World
from ops import micro, stamp, to_json
from plan import DAY
from psql import Session, literal
from random_plans import RandomPlans
from read import number
from signups import SignUp
from tally import Tally
from windows import Calendar

REFERRERS = 3


class Plans(RandomPlans):
    def __init__(self, rng):
        self.rng, self.currencies = rng, []
        self.zones = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu"]

    def chance(self, share):
        return self.rng.random() < share

    def pick(self, weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def rating_all(self, currency):
        """A plan under which no event is refused, nor a sign-up without its line."""
        parts = self.plan_parts(currency)
        parts.pop("limits", None)
        place = parts.setdefault("referee", {}) if parts.get("rating") == "marginal" else parts["tiers"][0]["rates"]
        for kind in ("signup", "payment", "order", "visit"):
            place.setdefault(kind, {"flat": "1"})
        return parts


class History:
    """What happens to one program: steps (sql, model), times ever later."""

    def __init__(self, rng, name, reverses, by_amount):
        self.rng, self.name, self.reverses, self.by_amount = rng, name, reverses, by_amount
        self.at, self.people, self.events, self.steps = micro("2024-01-20T00:00:00"), [], [], []
        for index in range(REFERRERS):
            self.sign_up(f"{name} r{index}", None, f"{name.upper()}R{index}")

    def step(self, sql, tell):
        self.steps.append((sql, tell))

    def later(self):
        self.at += self.rng.choice([1, 3600 * 10**6, DAY, 3 * DAY, self.rng.randrange(10 * DAY)])
        return self.at

    def sign_up(self, key, code, wanted=None):
        at = self.later()
        self.step(f"SELECT referrals.register({literal(key)}, referred_by => {literal(code)}, program => {literal(self.name)}, "
                  f"wanted_code => {literal(wanted)}, registered_at => {literal(stamp(at))})",
                  lambda world, issued: world.register(SignUp(key, code, wanted, None, at), self.name, at, issued))

    def refer(self):
        key = f"{self.name} {len(self.people)}"
        self.people.append(key)
        self.sign_up(key, f"{self.name.upper()}R{self.rng.choice([0, 0, 1, 2])}")

    def happen(self):
        kind = self.rng.choice(["payment", "payment", "order", "visit"])
        key, amount = f"{self.name} {len(self.steps)}", Decimal(self.rng.choice(["0", "1", "19.99", "50", "100", "249.9999", "1000"]))
        event = Event(kind, key, self.rng.choice(self.people), amount, None, self.later())
        self.events.append((kind, key, amount))
        self.step(f"SELECT referrals.accrue({literal(kind)}, {literal(key)}, {literal(event.referee)}, {amount}, "
                  f"occurred_at => {literal(stamp(event.at))})", lambda world, issued: world.accrue(event, None))

    def take_back(self):
        kind, key, amount = self.rng.choice([("signup", self.rng.choice(self.people), Decimal(0))] + self.events[-8:] * 4)
        refunded = (amount * self.rng.randrange(1, 60) / 100).quantize(Decimal("0.01")) or None if self.rng.random() < 0.6 else None
        # More than is left is an error; it changes nothing.
        self.step(f"SELECT referrals.reverse_event({literal(kind)}, {literal(key)}, 'x', {literal(refunded)})",
                  lambda world, issued: world.reverse_event(kind, key, "x", refunded))

    def take_some(self):
        """A part by amount: half of what is left of the line, if that is an amount."""
        kind, key, _ = self.rng.choice(self.events[-8:])
        line = ("(SELECT commission_id FROM referrals.commission WHERE kind = 'accrual' AND side = 'referrer' "
                f"AND event_key = {literal(key)})")

        def tell(world, issued):
            earnings = world.events.get((world.mode, kind, key))
            if earnings:
                plan = earnings[0].plan
                return world.reverse(earnings[0].entry, "x", Decimal(1).scaleb(-plan.decimals))
            return None
        # The least amount there is.
        self.step(f"SELECT referrals.reverse({line}, 'x', power(10::numeric, -(SELECT referrals._decimals(program_id, plan_version) "
                  f"FROM referrals.commission WHERE commission_id = {line}))::numeric(19,4))", tell)

    def make(self, steps):
        self.refer()
        for _ in range(steps):
            kind = self.rng.random()
            if kind < 0.3 or not self.events and kind > 0.8:
                self.refer()
            elif kind < 0.8 or not self.reverses:
                self.happen()
            elif self.by_amount and kind < 0.87:
                self.take_some()
            else:
                self.take_back()


def told(calendar, histories, plans, issued, effective=None):
    """A world in which the histories have happened, each under its plan; and the steps that had an effect. Only those
    are in the ledger, so only those can be told again under another plan."""
    world, had_effect = World(calendar), set()
    for history in histories:
        world.define_program(history.name, plans[history.name], None, None)
        for step in history.steps:
            if effective is None or step in effective:
                try:
                    if step[1](world, issued):
                        had_effect.add(step)
                except Refused:  # by the extension too
                    pass
    return world, had_effect


def sums(world, name, since, until):
    result = {}
    for entry in world.lines():
        line = entry["line"]
        if line["side"] == "referrer" and line["program"] == name and since <= line["occurred_at"] < until:
            result[line["referrer"]] = result.get(line["referrer"], Decimal(0)) + line["amount"]
    return result


def run(seed, database, programs, steps):
    rng, tally, check = random.Random(f"simulation {seed}"), Tally(), Session(database, ["SET timezone = 'UTC'"])
    plans, histories, texts = Plans(rng), [], {}
    for index in range(programs):
        # Where a sign-up has no line it is not known what came before it and what after: how it stands to a reversal is
        # left open. How much a reversal by amount takes under another plan, too.
        history = History(rng, f"p{index}", reverses=index % 3 > 0, by_amount=index % 3 == 2)
        currency = plans.currency()
        texts[history.name] = to_json((plans.rating_all if index % 3 == 1 else plans.plan_parts)(currency))
        history.make(steps)
        histories.append((history, currency))
        check.query(f"SELECT referrals.define_program({literal(history.name)}, {literal(texts[history.name])})")
        for sql, _ in history.steps:
            check.run(sql)
    codes = dict(check.query("SELECT user_key, code FROM referrals.participant"))
    calendar = Calendar(check)

    def issued(key, label):
        return codes[key]
    world, effective = told(calendar, [history for history, _ in histories], texts, issued)
    compare_all(tally, check, world)
    for history, currency in histories:
        others = [] if history.by_amount else [to_json(plans.plan_parts(currency)) for _ in range(4)]
        for text in [texts[history.name], *others]:
            other, _ = told(calendar, [history], {history.name: text}, issued, effective)
            compare_simulation(tally, check, history, text, world, other, texts[history.name])
    check.close()
    return f"{programs} programs, {len(world.lines())} lines", tally


def compare_simulation(tally, check, history, text, world, other, own):
    middle = history.at - 60 * DAY
    for since, until in ((-10**18, 10**18), (-10**18, middle), (middle, 10**18)):
        given = [literal(history.name), literal(text)]
        given += [f"since => {literal(stamp(since))}"] if since == middle else []
        given += [f"until => {literal(stamp(until))}"] if until == middle else []
        sql = f"SELECT referrer, actual, simulated FROM referrals.simulate({', '.join(given)})"
        rows = {row[0]: (number(row[1]), number(row[2])) for row in check.query(sql)}
        actual, simulated = sums(world, history.name, since, until), sums(other, history.name, since, until)
        expected = {key: (actual.get(key, 0), simulated.get(key, 0)) for key in actual.keys() | simulated.keys()}
        # A referrer without any line may be there or not.
        rows = {key: row for key, row in rows.items() if key in expected or any(row)}
        tally.maps(f"plan of the program: {own}\n  {sql}\n ", expected, rows)
