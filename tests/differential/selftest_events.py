"""The rules of events, and of the tables they come from, against examples worked out by hand."""

from decimal import Decimal

from events import Event
from examples import amounts, lines_after, pay, reasons, refer, refuses, sign_up, world_with
from facts import INFINITY
from ops import micro
from plan import Plan
from sources import sources


def plan(tiers, **settings):
    """tiers: {from: rate of a payment}; metric revenue unless said."""
    import json
    steps = [{"name": name, "from": start, "rates": {"payment": rate} if rate else {}}
             for name, (start, rate) in zip(["Bronze", "Silver", "Gold"], tiers.items())]
    return json.dumps({"currency": "USD", "metric": "revenue", "tiers": steps, **settings})


def paid(text, *payments, **more):
    """What the payments earn, one after the other."""
    world = world_with(text)
    refer(world, 1)
    return amounts([line for number, amount in enumerate(payments) for line in pay(world, f"p{number}", amount, **more)])


def percents_have_least_and_most():
    rate = {"percent": "5", "min": "0.10", "max": 50}
    assert paid(plan({0: rate}), "1.00", "2000", "33.35", "0") == ["0.10", "50.00", "1.67", "0.10"]
    assert paid(plan({0: {"percent": 5}}, currency="JPY"), "30", "29.9999") == ["2", "1"]
    for rounding, expected in (("half_up", ["0.051", "0.152"]), ("half_even", ["0.050", "0.152"]), ("down", ["0.050", "0.151"])):
        assert paid(plan({0: {"percent": 5}}, currency="KWD", rounding=rounding), "1.01", "3.03") == expected
    # A third of a cent more than half of one is lost if it is rounded twice.
    assert paid(plan({0: {"percent": "33.3333"}}, rounding="half_even"), "0.0151") == ["0.01"]


def volumes_count_what_they_say():
    tiers = {0: {"flat": 1}, 3: {"flat": 2}}
    assert paid(plan(tiers, metric="events"), "5", "5", "5", "5") == ["1.00", "1.00", "2.00", "2.00"]
    assert paid(plan(tiers, metric="events", crossing="old"), "5", "5", "5", "5") == ["1.00", "1.00", "1.00", "2.00"]
    assert paid(plan(tiers), "2.9999", "0.0001", "0", None) == ["1.00", "2.00", "2.00", "2.00"]
    assert paid(plan(tiers, metric="referrals"), "5", "5", "5") == ["1.00"] * 3
    assert paid(plan(tiers, window="event"), "2.99", "3", "1") == ["1.00", "2.00", "1.00"]
    assert paid(plan({0: {"flat": 1}, 1: {"flat": 2}}, window="event", metric="referrals"), "1") == ["2.00"]


def days_end_with_the_event():
    world = world_with(plan({0: {"flat": 1}}, metric="events", window={"days": 7}))
    refer(world, 1, at="2024-02-20T00:00:00")
    pay(world, "a", at="2024-03-01T12:00:00")
    volumes = [pay(world, key, at=at)[0]["volume_before"] for key, at in [
        ("b", "2024-03-08T11:59:59.999999"), ("c", "2024-03-08T12:00:00"), ("d", "2024-02-28T12:00:00"), ("e", "2024-03-01T12:00:00")]]
    assert volumes == [1, 1, 0, 2]
    standing = world.standings["anna", "mock"]
    assert standing.window == (micro("2024-03-01T12:00:00") + 1, micro("2024-03-08T12:00:00") + 1) and standing.volume == 2


def slices_have_the_rates_of_their_bands():
    ladder = plan({0: {"percent": 5}, 100: {"percent": 10}, 200: None}, rating="marginal")
    world = world_with(ladder)
    refer(world, 1)
    lines = [pay(world, f"p{amount}", amount)[0] for amount in ("80", "50", "30", "0", "40.01", "7")]
    assert amounts(lines) == ["4.00", "4.00", "3.00", "0.00", "4.00", "0.00"]
    assert [(line["tier"], line["basis"], line["rate"] and str(line["rate"]), line["note"]) for line in lines] == [
        ("Bronze", "percent", "5", None), ("Silver", "bands", None, None), *[("Silver", "percent", "10", None)] * 2,
        ("Gold", "bands", None, None), ("Gold", "none", None, "no_rate_at_tier")]
    # Rounded once: 0.05 x 5% and 0.05 x 10% are 0.0025 and 0.005.
    assert str(Plan("p", 1, ladder, 0).quote("payment", Decimal("99.95"), Decimal("0.10"))) == "0.01"
    late = plan({10: {"percent": 10}}, rating="marginal")
    assert paid(late, "9", "1", "11") == ["0.00", "0.00", "1.10"] and paid(late, "15") == ["0.50"]


def refusals_have_their_order():
    text = plan({0: {"percent": 5}}, limits={"months_after_signup": 1}, time_zone="America/New_York")
    world = world_with(text, micro("2024-01-15T00:00:00"))
    sign_up(world, "bo", "anna", at="2024-01-31T17:00:00")
    for arguments in [("nobody", "5"), ("anna", "5"), ("bo", "5", "2024-01-14T00:00:00"), ("bo", "-1"), ("bo", None)]:
        referee, amount, at = (*arguments, "2024-02-01T00:00:00")[:3]
        assert pay(world, "x", amount, referee, at) == []
    assert pay(world, "x", "5", "bo", kind="gift", currency="EUR") == [] and pay(world, "x", "5", "bo", currency="EUR") == []
    assert pay(world, "x", "5", "bo", at="2024-02-29T17:00:00") == []
    assert reasons(world) == ["unknown_referee", "no_referrer", "no_plan", "invalid_amount", "invalid_amount", "no_rate",
                              "currency_mismatch", "expired"]
    assert [(e["person"], e["program"]) for e in world.audit if e["action"] == "refused"][:3] == [
        (None, None), ("anna", None), ("bo", "default")]
    # What was refused may be sent again.
    assert amounts(pay(world, "x", "5", "bo", "2024-02-29T16:59:59.999999", currency=" usd")) == ["0.25"]
    world.pause("default", True)
    assert pay(world, "y", "-1", "bo", kind="gift") == [] and reasons(world)[-1] == "program_paused"
    for sqlstate, event in [("22004", Event("payment", None, "bo")), ("22023", Event("", "k", "bo")), ("22023", Event("signup", "k", "bo")),
                            ("22008", Event("payment", "k", "bo", at=INFINITY))]:
        refuses(sqlstate, world.accrue, event, 0)
    for sqlstate, amount in [("22023", "NaN"), ("22003", "0.00001"), ("22003", "1e15")]:
        refuses(sqlstate, world.accrue, Event("payment", "k", "bo", Decimal(amount)), 0)


def an_event_earns_once():
    world = world_with(plan({0: {"percent": 5}}))
    refer(world, 2)
    line = pay(world, "x", "5.00")[0]
    known, before = world.events["mock", "payment", "x"][0].entry, len(world.audit)
    same = Event("payment", "x", "user1", Decimal(5), "usd ", line["occurred_at"])
    assert world.accrue(same, 0) is known and world.accrue(Event("payment", "x", "user1", Decimal(5)), 7) is known
    assert world.accrue(Event("payment", "x", "user1", Decimal(5), at=7), 7) is known and len(world.audit) == before
    for other in [Event("payment", "x", "user2", Decimal(5)), Event("payment", "x", "user1", Decimal(6)), Event("payment", "x", "user1"),
                  Event("payment", "x", "user1", Decimal(5), "EUR"), Event("payment", "x", "user1", Decimal(5), at=8)]:
        refuses("23505", world.accrue, other, 7)
        assert world.accrue(other, 7, direct=False) is None and reasons(world)[-1] == "conflicting_event"
    world.allowed = True
    world.go_live()
    assert amounts(pay(world, "x", "6")) == ["0.30"]


def limits_come_last():
    tiers = {0: {"percent": 10}}
    limited = plan(tiers, limits={"amount_per_window": "25"})
    assert paid(limited, "100", "100.04", "100", "0", "1") == ["10.00", "10.00", "5.00", "0.00", "0.00"]
    world = world_with(plan(tiers, limits={"commissions_per_window": 2, "amount_per_window": 15}))
    refer(world, 1)
    lines = [pay(world, f"p{number}", amount)[0] for number, amount in enumerate(["0", "100", "100", "100"])]
    assert amounts(lines) == ["0.00", "10.00", "5.00", "0.00"] and [line["note"] for line in lines] == [None, None, "capped", "capped"]
    world.reverse_event("payment", "p1", "back", Decimal(50))
    assert amounts(pay(world, "p4", "100")) == ["0.00"]  # still two commissions
    world.reverse_event("payment", "p1", "back")
    assert amounts(pay(world, "p5", "1000")) == ["10.00"]


def referees_are_rewarded():
    world = world_with(plan({10: {"percent": 10}}, referee={"signup": {"flat": "2.5"}, "payment": {"percent": 1}}, hold_days=3))
    lines = refer(world, 1) + pay(world, "x", "5")
    assert [(line["side"], line["tier"], line["basis"], str(line["amount"]), line["note"]) for line in lines] == [
        ("referrer", None, "none", "0.00", "below_first_tier"), ("referee", None, "flat", "2.50", None),
        ("referrer", None, "none", "0.00", "below_first_tier"), ("referee", None, "percent", "0.05", None)]
    assert len({line["payable_at"] - line["occurred_at"] for line in lines}) == 1


def sign_ups_are_sent_again():
    world = world_with('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}}, '
                       '{"name": "B", "from": 2, "rates": {"signup": {"flat": 2}}}]}')
    world.pause("default", True)
    refer(world, 2)
    world.pause("default", False)
    before, standing = len(world.audit), world.standings["anna", "mock"]
    again = world.accrue(Event("signup", "user1", "user1"), 0)
    assert amounts(lines_after(world, before)) == ["2.00"] and again["line"]["volume_before"] == 1 and standing.volume == 2
    assert world.accrue(Event("signup", "user1", "user1"), 0) is again and len(world.audit) == before + 1


def rows_become_events():
    world = world_with('{"currency": "USD", "metric": "revenue", "tiers": [{"name": "A", "from": 0, "rates": '
                       '{"payment": {"percent": 10}, "order": {"flat": 1}}}]}')
    refer(world, 1)
    payments, _, orders, _ = sources(partitioned=False)
    at = micro("2024-03-15T12:00:00")
    for source in (payments, orders):
        world.attach_events(source)
    world.audit.clear()

    def payment(key, status, amount="5"):
        return {"id": key, "payer": "user1", "amount": Decimal(amount), "currency": None, "paid_at": at, "status": status}

    def order(key, cancelled):
        return {"number": key, "customer": "user1", "total": Decimal(3), "placed": INFINITY, "cancelled": cancelled}
    world.change("app.payments", [(None, payment("1", "open")), (None, payment("2", "paid")), (None, payment("3", None))], 0)
    assert amounts(world_lines(world)) == ["0.50"]
    world.change("app.payments", [(payment("2", "paid"), payment("2", "refunded")), (payment("1", "open"), payment("1", "paid")),
                                            (payment("3", None), payment("3", "lost"))], 0)
    assert [(line["event_key"], line["kind"]) for line in world_lines(world)] == [("2", "accrual"), ("1", "accrual"), ("2", "reversal")]
    world.change("app.payments", [(payment("1", "open"), payment("1", "paid", "6")), (payment("1", "open", "5"), payment("1", "paid"))], 0)
    assert reasons(world) == ["conflicting_event"] and len(world_lines(world)) == 3
    world.change("app.orders", [(None, order("a", True)), (None, order("b", None)), (None, order(None, False))], 0)
    assert [e["action"] for e in world.audit[-6:]] == ["time_refused", "accrual", "time_refused", "accrual", "skipped", "reversal"]
    world.detach_events(payments.name)
    world.change("app.payments", [(None, payment("9", "paid"))], 0)
    assert world.audit[-1]["action"] == "detached"


def world_lines(world):
    return [entry["line"] for entry in world.lines()]


def versions_change_within_a_window():
    world = world_with(plan({0: {"percent": 10}, 100: {"percent": 20}}))
    refer(world, 1)
    first = pay(world, "a", "60", at="2024-03-02T00:00:00")
    world.define_program("default", plan({0: {"percent": 1}, 100: {"percent": 2}}), micro("2024-03-10T00:00:00"), 0)
    second = pay(world, "b", "60", at="2024-03-11T00:00:00")
    late = pay(world, "c", "60", at="2024-03-03T00:00:00")
    assert amounts(first + second + late) == ["6.00", "1.20", "12.00"]
    assert [line["plan_version"] for line in first + second + late] == [1, 2, 1]
    assert world.standings["anna", "mock"].volume == 180


TESTS = [percents_have_least_and_most, volumes_count_what_they_say, days_end_with_the_event, slices_have_the_rates_of_their_bands,
         refusals_have_their_order, an_event_earns_once, limits_come_last, referees_are_rewarded, sign_ups_are_sent_again, rows_become_events,
         versions_change_within_a_window]
