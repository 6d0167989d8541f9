"""The rules of corrections, late ties and payouts against examples worked out by hand."""

import json
from decimal import Decimal

from examples import amounts, lines_after, pay, refer, refuses, sign_up, world_with
from ops import micro
from payouts import status
from plan import DAY


def plan(kind, tiers, **settings):
    steps = [{"name": name, "from": start, "rates": {kind: rate}}
             for name, (start, rate) in zip(["Bronze", "Silver", "Gold"], tiers.items())]
    return json.dumps({"currency": "USD", "tiers": steps, **settings})


def earn(world, key, amount="0", **more):
    """One payment; its earning."""
    pay(world, key, amount, **more)
    return world.events[world.mode, "payment", key][0]


def world_of(text, referees=1):
    world = world_with(text)
    refer(world, referees)
    return world


def refunds_take_their_share():
    world = world_of(plan("payment", {0: {"percent": "33.3333"}}))
    earning = earn(world, "a", "30")
    assert earning.net == 10
    steps = [world.reverse_event("payment", "a", "back", Decimal(10)) for _ in range(3)]
    assert amounts([step[0]["line"] for step in steps]) == ["-3.33", "-3.34", "-3.33"] and earning.in_full
    assert world.reverse_event("payment", "a", "back") == [] == world.reverse_event("payment", "nothing", "back")
    # 3.33 of 10 are gone by hand: a refund of a third is more than covered, a second one up to the third.
    earning = earn(world, "b", "30")
    line = world.reverse(earning.entry, "by hand", Decimal("5"))["line"]
    assert line["base_amount"] == -15 and line["amount"] == -5
    assert [world.reverse_event("payment", "b", "back", Decimal(r))[0]["line"]["amount"] for r in (10, 7)] == [0, Decimal("-0.67")]
    assert earning.base_left == 0 and not earning.in_full
    refuses("22023", world.reverse_event, "payment", "b", "back", Decimal("13.01"))
    assert amounts([world.reverse_event("payment", "b", "back", Decimal(13))[0]["line"]]) == ["-4.33"] and earning.in_full
    for sqlstate, arguments in [("22004", ("payment", "b", None)), ("22023", ("payment", "b", " ")),
                                ("22023", ("payment", "b", "x", Decimal(0))),
                                ("22023", ("payment", "b", "x", Decimal("NaN"))), ("22003", ("payment", "b", "x", Decimal("0.00001")))]:
        refuses(sqlstate, world.reverse_event, *arguments)


def lines_are_reversed_by_amount():
    world = world_of(plan("payment", {0: {"percent": 10}}, currency="KWD", metric="revenue"))
    entry = earn(world, "a", "99.99").entry  # earns 9.999
    for wrong in ("0", "-1", "10", "0.0001", "NaN"):
        refuses("22023", world.reverse, entry, "x", Decimal(wrong))
    refuses("22004", world.reverse, entry, None)
    refuses("22023", world.reverse, entry, " ")
    refuses("42704", world.reverse, None, "x")
    step = world.reverse(entry, "x", Decimal("3.334"))
    assert step["line"]["base_amount"] == Decimal("-33.3400") and world.standings["anna", "mock"].volume == Decimal("66.65")
    refuses("22023", world.reverse, step, "x")
    assert world.reverse(entry, "x")["line"]["amount"] == Decimal("-6.665") and world.standings["anna", "mock"].volume == 0
    refuses("55000", world.reverse, entry, "x")
    nothing = earn(world, "b", "0").entry
    assert amounts([world.reverse(nothing, "x")["line"]]) == ["0.000"] and nothing["earning"].in_full
    of_mock = earn(world, "c", "5").entry
    world.allowed = True
    world.go_live()
    refuses("55000", world.reverse, of_mock, "x")


def reversals_lower_volume_or_not():
    for lowers, volumes in ((True, [5, 4, 3]), (False, [5, 5, 5])):
        world = world_of(plan("signup", {0: {"flat": 1}, 4: {"flat": 2}}, reversal_lowers_volume=lowers), 5)
        standing, seen = world.standings["anna", "mock"], []
        seen.append(standing.volume)
        world.reverse_event("signup", "user2", "x")
        seen.append(standing.volume)
        world.reverse(world.events["mock", "signup", "user1"][0].entry, "x", Decimal("0.50"))
        world.reverse(world.events["mock", "signup", "user1"][0].entry, "x", Decimal("0.50"))
        seen.append(standing.volume)
        assert seen == volumes and world.tier_of("anna", micro("2024-03-15T12:00:00")) == ("Bronze" if lowers else "Silver")
        assert [e["detail"]["to"] for e in world.audit if e["action"] == "tier_changed"] == ["Bronze", "Silver", *["Bronze"] * lowers]
        assert refer(world, 1)[0]["volume_before"] == volumes[-1]
    world = world_of(plan("payment", {0: {"percent": 1}}, metric="revenue"))
    earn(world, "a", "100")
    world.reverse_event("payment", "a", "x", Decimal("33.3"))
    assert world.standings["anna", "mock"].volume == Decimal("66.7")


def whole_windows_are_rated_again():
    world = world_of(plan("signup", {0: {"flat": 1}, 3: {"flat": "2.50"}}, rating="whole"), 2)
    lines = refer(world, 1)
    assert [(line["kind"], line["referee"], str(line["amount"]), line["tier"], line["reason"]) for line in lines] == [
        ("accrual", "user3", "2.50", "Silver", None), ("adjustment", "user1", "1.50", "Silver", "tier Silver instead of Bronze"),
        ("adjustment", "user2", "1.50", "Silver", "tier Silver instead of Bronze")]
    assert refer(world, 1)[1:] == []
    before = len(world.audit)
    for key in ("user4", "user1"):
        world.reverse_event("signup", key, "gone")
    assert [(line["kind"], line["referee"], str(line["amount"]), line["tier"]) for line in lines_after(world, before)] == [
        ("reversal", "user4", "-2.50", "Silver"), ("reversal", "user1", "-2.50", "Bronze"),
        ("adjustment", "user2", "-1.50", "Bronze"), ("adjustment", "user3", "-1.50", "Bronze")]
    assert sum(entry["line"]["amount"] for entry in world.lines()) == 2


def what_is_left_is_rated_again():
    tiers = {0: {"percent": 5}, 150: {"percent": 10}}
    world = world_of(plan("payment", tiers, rating="whole", metric="revenue", reversal_lowers_volume=False))
    earning = earn(world, "a", "100")
    world.reverse_event("payment", "a", "x", Decimal(40))
    assert earning.net == 3
    assert amounts(pay(world, "b", "50")) == ["5.00", "3.00"] and earning.net == 6
    # From here on the share is of what was left: 6 of 60.
    assert amounts([world.reverse_event("payment", "a", "x", Decimal(10))[0]["line"]]) == ["-1.00"]
    assert amounts([world.reverse_event("payment", "a", "x", Decimal(50))[0]["line"]]) == ["-5.00"] and earning.in_full
    # Without an amount, the share is of the commission: 1.00 less 0.25, then 2.00 less a quarter.
    world = world_of(plan("signup", {0: {"flat": 1}, 2: {"flat": 2}}, rating="whole"))
    world.reverse(world.events["mock", "signup", "user1"][0].entry, "x", Decimal("0.25"))
    assert amounts(refer(world, 1)) == ["2.00", "0.75"]
    world.reverse(world.events["mock", "signup", "user1"][0].entry, "x", Decimal("0.30"))
    world.reverse_event("signup", "user2", "x")
    assert world.events["mock", "signup", "user1"][0].net == Decimal("0.60")  # 1.00 x 3/4 x 4/5


def ties_are_made_late():
    world = world_of(plan("signup", {0: {"flat": 1}}))
    sign_up(world, "bo", wanted="BOB")
    world.audit.clear()
    assert world.attribute("bo", " an-na ", "called us", 77) == "t"
    assert [e["action"] for e in world.audit] == ["attributed", "accrual"] and world.audit[1]["line"]["occurred_at"] == 77
    assert [world.attribute(*call, "x", 78) for call in (("bo", "NOBODY"), ("anna", "NOBODY"), ("anna", "ANNA"))] == ["f"] * 3
    assert [e["detail"]["reason"] for e in world.audit[2:]] == ["already_tied", "unknown_code", "self_referral"]
    for sqlstate, call in [("22004", (None, "ANNA", "x")), ("22023", ("bo", "ANNA", "")), ("42704", ("nobody", "ANNA", "x"))]:
        refuses(sqlstate, world.attribute, *call, 0)


def live_lines_are_paid_once():
    tiers = [{"name": "A", "from": 0, "rates": {"payment": {"percent": 10}}}]
    world = world_with(json.dumps({"currency": "USD", "hold_days": 1, "referee": {"payment": {"flat": 1}}, "tiers": tiers}))
    refer(world, 1)
    earn(world, "mock", "100")
    at = micro("2024-03-15T12:00:00")
    assert world.draft_payouts(at + 9 * DAY) == []
    refuses("55000", world.move_payout, None, "approved")
    world.allowed = True
    world.go_live()
    first, second = (earn(world, key, "100", at=f"2024-03-1{day}T12:00:00") for key, day in (("a", 5), ("b", 7)))
    for sqlstate, arguments in [("22004", (None,)), ("22023", (0, Decimal(-1))), ("22023", (0, Decimal("NaN"))),
                                ("42704", (0, Decimal(0), "none"))]:
        refuses(sqlstate, world.draft_payouts, *arguments)
    assert world.draft_payouts(at + DAY - 1) == [] == world.draft_payouts(at + DAY, Decimal("10.01"))
    mine, welcome = world.draft_payouts(at + DAY)
    assert [(p.payee, p.amount, len(p.lines)) for p in (mine, welcome)] == [("anna", 10, 1), ("user1", 1, 1)]
    assert world.draft_payouts(at + DAY) == [] and status(first.entry, at) == "in_payout" and status(second.entry, at) == "on_hold"
    for state, text in (("paid", "r"), ("failed", "r")):
        refuses("55000", world.move_payout, mine, state, text)
    refuses("22023", world.move_payout, mine, "paid", " ")
    refuses("22004", world.move_payout, mine, "failed", None)
    refuses("42704", world.move_payout, None, "approved")
    world.move_payout(mine, "approved")
    world.move_payout(mine, "failed", "no account")
    reversal = world.reverse(second.entry, "x", Decimal(4))
    (again,) = [payout for payout in world.draft_payouts(at + 9 * DAY) if payout.payee == "anna"]
    assert again.amount == 16 and reversal in again.lines and first.entry["payout"] is again
    world.move_payout(again, "approved")
    world.move_payout(again, "paid", "ref")
    refuses("55000", world.move_payout, again, "cancelled")
    # What is taken back after it was paid makes a debt, which the next payout has to outweigh.
    debt = world.reverse(first.entry, "x")
    assert status(first.entry, at) == "paid" and status(debt, at + 9 * DAY) == "payable"
    earn(world, "c", "90", at="2024-03-10T12:00:00")
    assert [payout.payee for payout in world.draft_payouts(at + 9 * DAY)] == ["user1"]
    third = earn(world, "d", "20", at="2024-03-10T12:00:00")
    assert [payout.amount for payout in world.draft_payouts(at + 9 * DAY)] == [1, 1]
    debt = world.reverse(third.entry, "x")
    assert [status(entry, at + 9 * DAY) for entry in (third.entry, debt)] == ["in_payout", "payable"]
    assert world.reverse(earn(world, "e", "20", at="2024-03-30T12:00:00").entry, "x")["payout"] is None
    assert status(world.events["live", "payment", "e"][0].entry, at) == "reversed"


TESTS = [refunds_take_their_share, lines_are_reversed_by_amount, reversals_lower_volume_or_not, whole_windows_are_rated_again,
         what_is_left_is_rated_again, ties_are_made_late, live_lines_are_paid_once]
