"""The model against examples worked out by hand, and the comparison against known errors."""

import copy
import json
from decimal import Decimal

import selftest_events
import selftest_money
import selftest_signups
from examples import LADDER, pay, refer, world_with
from payouts import Payout
from read import comparable, model_corrections, model_payouts, model_standings
from tally import Mismatch, Tally

WHOLE = {"currency": "USD", "metric": "revenue", "rating": "whole", "referee": {"payment": {"flat": 1}}, "tiers": [
    {"name": "Bronze", "from": 0, "rates": {"payment": {"percent": 10}}},
    {"name": "Silver", "from": 100, "rates": {"payment": {"percent": 20}}}]}


def told_world():
    """A world in which something of everything has happened, its rows numbered."""
    world = world_with(f'{{"currency": "USD", {LADDER}}}')
    refer(world, 11)
    world.allowed = True
    world.go_live()
    world.define_program("default", json.dumps(WHOLE), -1, 0)
    pay(world, "a", "60.00")
    pay(world, "b", "60.00")
    pay(world, "c", "-1")
    world.reverse_event("payment", "a", "back", Decimal("30.00"))
    world.reverse_event("payment", "b", "back")
    for payout, state in zip(world.draft_payouts(10**18), ("approved", "cancelled")):
        world.move_payout(payout, state)
    for number, entry in enumerate(world.audit):
        entry["id"] = number
    for number, payout in enumerate(world.payouts):
        payout.id = number
    return world


def other(value):
    """Something else of the same kind."""
    if isinstance(value, tuple):
        return (other(value[0]), *value[1:])
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, (int, Decimal)) else f"{value}'"


def comparison_reports_errors():
    """Each value of each row, changed by a little, is found; so is a row too many, too few, or out of order."""
    world = told_world()
    rows = [comparable(entry) for entry in world.audit]
    Tally().lists("audit", rows, copy.deepcopy(rows))
    kinds = {row["line"]["kind"] for row in rows if row["line"]}
    assert kinds == {"accrual", "adjustment", "reversal"} and {"payout_drafted", "refused"} <= {row["action"] for row in rows}
    wrong = [rows[:-1], rows + rows[-1:], [rows[1], rows[0], *rows[2:]]]
    for number, row in enumerate(rows):
        for holder in ("line", "detail"):
            for name, value in (row[holder] or {}).items():
                changed = copy.deepcopy(rows)
                changed[number][holder][name] = other(value)
                wrong.append(changed)
        for name in ("action", "mode", "person", "program"):
            changed = copy.deepcopy(rows)
            changed[number][name] = "other"
            wrong.append(changed)
    for changed in wrong:
        must_differ(Tally().lists, rows, changed)
    assert len(wrong) > 500


def comparison_of_places_edges_and_payouts_reports_errors():
    world, found = told_world(), 0
    assert [payout.state for payout in world.payouts] == ["approved", "cancelled"] and isinstance(world.payouts[0], Payout)
    for rows in (model_standings(world), model_corrections(world), model_payouts(world)):
        Tally().maps("rows", rows, copy.deepcopy(rows))
        for key, row in rows.items():
            changes = [{**row, name: other(value)} for name, value in row.items()] if isinstance(row, dict) else \
                [(*row[:place], other(row[place]), *row[place + 1:]) for place in range(len(row))]
            for change in changes:
                must_differ(Tally().maps, rows, {**rows, key: change})
                found += 1
            must_differ(Tally().maps, rows, {name: value for name, value in rows.items() if name != key})
    assert found > 40


def must_differ(compare, expected, actual):
    try:
        compare("rows", expected, actual)
    except Mismatch:
        return
    raise AssertionError("a changed row was taken for equal")


TESTS = [*selftest_signups.TESTS, *selftest_events.TESTS, *selftest_money.TESTS, comparison_reports_errors,
         comparison_of_places_edges_and_payouts_reports_errors]


def main(quiet=False):
    """Returns how many failed."""
    failed = 0
    for test in TESTS:
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"FAILED self-test {test.__name__}: line {error.__traceback__.tb_next.tb_lineno} {error}")
        else:
            if not quiet:
                print(f"ok     {test.__name__.replace('_', ' ')}")
    if not quiet:
        print(f"{len(TESTS) - failed} passed, {failed} failed")
    return failed
