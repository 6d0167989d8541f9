"""A world small enough to work out by hand, for the self-tests."""

from decimal import Decimal

from events import Event
from facts import Refused
from model import World
from ops import micro
from signups import SignUp

LADDER = '"tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}}}, ' \
         '{"name": "Silver", "from": 10, "rates": {"signup": {"flat": "15.00"}}}]'


class HandCalendar:
    """The months of New York around the change of clocks of March 2024, from an almanac."""
    BEGINS = ["2024-02-01T05:00:00", "2024-03-01T05:00:00", "2024-04-01T04:00:00", "2024-05-01T04:00:00"]

    def window(self, unit, zone, instant):
        assert (unit, zone) == ("month", "America/New_York")
        begins = [micro(begin) for begin in self.BEGINS]
        return next((start, end) for start, end in zip(begins, begins[1:]) if start <= instant < end)

    def months_later(self, zone, instant, months):
        """31 January, 12:00 in New York; a month later there is no 31st."""
        assert (zone, instant, months) == ("America/New_York", micro("2024-01-31T17:00:00"), 1)
        return micro("2024-02-29T17:00:00")


def world_with(plan, effective_from=None):
    world = World(HandCalendar())
    world.define_program("default", plan, effective_from, 0)
    world.attach("app.users", "default", "", [], 0, None)
    sign_up(world, "anna", wanted="ANNA", at="2024-01-01T00:00:00")
    world.audit.clear()
    return world


def sign_up(world, key, code=None, wanted=None, at="2024-03-15T12:00:00"):
    before = len(world.audit)
    world.insert("app.users", SignUp(key, code, wanted, None, micro(at)), 0, lambda key, label: "RND" + key.upper())
    return world.audit[before:]


def refer(world, count, at="2024-03-15T12:00:00"):
    """Sign up that many people with Anna's code; the lines."""
    first = len(world.people)
    entries = [entry for number in range(count) for entry in sign_up(world, f"user{first + number}", "anna", at=at)]
    return [entry["line"] for entry in entries if entry["line"]]


def amounts(lines):
    return [str(line["amount"]) for line in lines]


def pay(world, key, amount=None, referee="user1", at="2024-03-15T12:00:00", kind="payment", currency=None):
    """An event; its lines."""
    before = len(world.audit)
    world.accrue(Event(kind, key, referee, amount and Decimal(amount), currency, micro(at)), 0)
    return lines_after(world, before)


def lines_after(world, before):
    return [entry["line"] for entry in world.audit[before:] if entry["line"]]


def reasons(world):
    return [entry["detail"]["reason"] for entry in world.audit if entry["action"] == "refused"]


def refuses(sqlstate, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except Refused as refused:
        assert str(refused) == sqlstate, f"{refused} instead of {sqlstate}"
    else:
        raise AssertionError(f"{call.__name__}{arguments} is not refused")
