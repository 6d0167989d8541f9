"""The rules of sign-ups against examples worked out by hand."""

from decimal import Decimal

from codes import check_form
from examples import LADDER, amounts, refer, sign_up, world_with
from facts import Refused
from ops import micro
from plan import DAY, Plan
from psql import INFINITY
from signups import SignUp, normalize


def thresholds_are_inclusive():
    lines = refer(world_with(f'{{"currency": "USD", {LADDER}}}'), 11)
    assert amounts(lines) == ["10.00"] * 9 + ["15.00"] * 2
    lines = refer(world_with(f'{{"currency": "USD", "crossing": "old", {LADDER}}}'), 12)
    assert amounts(lines) == ["10.00"] * 10 + ["15.00"] * 2
    assert [int(line["volume_before"]) for line in lines] == list(range(12))


def amounts_are_rounded_once():
    def rounded(flat, currency, rounding):
        tiers = f'[{{"name": "T", "from": 0, "rates": {{"signup": {{"flat": {flat}}}}}}}]'
        text = f'{{"currency": "{currency}", "rounding": "{rounding}", "tiers": {tiers}}}'
        return str(Plan("p", 1, text, 0).quote("signup", 0))
    assert [rounded("2.675", "USD", r) for r in ("half_up", "half_even", "down")] == ["2.68", "2.68", "2.67"]
    assert [rounded("0.005", "EUR", r) for r in ("half_up", "half_even", "down")] == ["0.01", "0.00", "0.00"]
    assert [rounded('"1.5"', "JPY", r) for r in ("half_up", "half_even", "down")] == ["2", "2", "1"]
    assert [rounded("1.0005", "KWD", r) for r in ("half_up", "half_even", "down")] == ["1.001", "1.000", "1.000"]


def months_begin_at_local_midnight():
    world = world_with(f'{{"currency": "USD", "window": "month", "time_zone": "America/New_York", {LADDER}}}')
    refer(world, 9, at="2024-03-01T05:00:00")
    assert amounts(refer(world, 1, at="2024-04-01T03:59:59.999999")) == ["15.00"]
    assert amounts(refer(world, 1, at="2024-04-01T04:00:00")) == ["10.00"]
    standing = world.standings["anna", "mock"]
    assert (standing.volume, standing.tier, standing.window[0]) == (1, "Bronze", micro("2024-04-01T04:00:00"))
    # A late sign-up is rated in its own window and leaves the standing alone.
    assert amounts(refer(world, 1, at="2024-03-20T00:00:00")) == ["15.00"]
    assert (standing.volume, standing.tier) == (1, "Bronze")
    changes = [(e["detail"]["from"], e["detail"]["to"]) for e in world.audit if e["action"] == "tier_changed"]
    assert changes == [(None, "Bronze"), ("Bronze", "Silver"), ("Silver", "Bronze")]
    assert world.tier_of("anna", micro("2024-04-01T03:59:59.999999")) == "Silver"
    assert world.tier_of("anna", micro("2024-03-01T05:00:00")) == "Bronze"


def each_event_makes_one_line_with_its_note():
    tiers = '"tiers": [{"name": "A", "from": 2.5, "rates": {}}, {"name": "B", "from": 4, "rates": {"signup": {"flat": 7}}}]'
    lines = refer(world_with(f'{{"currency": {{"unit": "CREDIT", "decimals": 0}}, "hold_days": 2, {tiers}}}'), 4)
    assert [(line["tier"], line["basis"], line["rate"], line["note"]) for line in lines] == [
        (None, "none", None, "below_first_tier"), (None, "none", None, "below_first_tier"),
        ("A", "none", None, "no_rate_at_tier"), ("B", "flat", Decimal(7), None)]
    assert lines[0]["payable_at"] - lines[0]["occurred_at"] == 2 * DAY and lines[0]["currency"] == "CREDIT"
    nothing = world_with('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {}}]}')
    assert refer(nothing, 2) == [] and len(nothing.ties["anna", "mock"]) == 2
    assert [entry["action"] for entry in nothing.audit] == ["tier_changed"]


def refusals_have_reasons():
    world = world_with(f'{{"currency": "USD", {LADDER}}}', micro("2024-03-10T00:00:00"))
    details = [sign_up(world, *arguments)[0]["detail"] for arguments in [
        ("bo", "NO-such code"), ("cy", "cy1", "CY1"), ("bo", "anna"), ("di", "ANNA", None, "2024-03-09T23:59:59.999999")]]
    assert details[:3] == [{"reason": "unknown_code", "code": "NOSUCHCODE"}, {"reason": "self_referral", "code": "CY1"},
                           {"reason": "already_registered", "code": "ANNA"}]
    assert details[3] == {"reason": "no_plan", "event_kind": "signup", "event_key": "di"}
    assert world.standings["anna", "mock"].as_of == -INFINITY
    world.pause("default", True)
    entries = sign_up(world, "ed", " a-n\tna ")
    assert [(e["action"], e["detail"].get("reason")) for e in entries] == [("refused", "program_paused"), ("tier_changed", None)]
    # The two ties count although both events were refused.
    world.pause("default", False)
    assert [line["volume_before"] for line in refer(world, 1)] == [2]
    assert [e["detail"]["reason"] for key in (None, "", "k" * 513) for e in sign_up(world, key)] == ["no_key", "no_key", "key_too_long"]
    for row, sqlstate in [(SignUp(None, None, None, None, 0), "22004"), (SignUp("", None, None, None, 0), "22023"),
                          (SignUp("x", None, "ab", None, 0), "22023"), (SignUp("x", None, "anna", None, 0), "23505"),
                          (SignUp("x", None, None, None, INFINITY), "22008")]:
        try:
            world.register(row, "default", 0, None)
            raise AssertionError(f"{row} was registered")
        except Refused as refused:
            assert str(refused) == sqlstate
    assert world.register(SignUp("bo", None, "ab", None, None), "default", 0, None) == "RNDBO"


def audit_rows_have_their_order():
    world = world_with(f'{{"currency": "USD", {LADDER}}}')
    world.insert("app.users", SignUp("bo", "anna", "ANNA", None, INFINITY), micro("2024-03-15T00:00:00"), lambda key, label: "RNDBO")
    assert [e["action"] for e in world.audit] == ["code_refused", "time_refused", "accrual", "tier_changed"]


def modes_are_apart():
    world = world_with(f'{{"currency": "USD", {LADDER}}}')
    refer(world, 9)
    world.allowed = True
    world.go_live()
    assert [(line["mode"], line["volume_before"]) for line in refer(world, 1)] == [("live", 0)]
    world.go_mock()
    assert amounts(refer(world, 1)) == ["15.00"]
    assert world.purge_mock() == 10 and [e["line"]["mode"] for e in world.audit if e["line"]] == ["live"]
    # Ties are facts and outlive the purge; the standing begins anew.
    assert [line["volume_before"] for line in refer(world, 1)] == [10]
    assert world.audit[-1]["detail"] == {"from": None, "to": "Silver", "volume": 11, "plan_version": 1}


def versions_hold_from_their_time():
    world = world_with(f'{{"currency": "USD", {LADDER}}}')
    dearer = LADDER.replace("10.00", "20.00")
    assert world.define_program("default", f'{{"currency": "EUR", {dearer}}}', micro("2024-03-15T12:00:00"), 0) == 2
    lines = refer(world, 1, at="2024-03-15T11:59:59.999999") + refer(world, 1)
    assert [(line["plan_version"], line["currency"], str(line["amount"])) for line in lines] == [(1, "USD", "10.00"), (2, "EUR", "20.00")]
    plan = world.programs["default"].plans[0]
    assert [plan.quote("signup", Decimal(volume)) for volume in ("0", "8.5", "9")] == [10, 10, 15]
    assert plan.quote("payment", Decimal(3)) is None
    world.define_program("b", f'{{"currency": "USD", {LADDER}}}', None, 0)
    world.enroll("anna", "b")
    assert [line["program"] for line in refer(world, 1)] == ["b"]


def codes_have_their_form():
    assert normalize(" a-b\u00a0c\n") == "ABC" and normalize("-") == "" and normalize(None) is None
    assert check_form("MARIA7K", "María Lopez") and check_form("2345WXZZ", "Maria") and check_form("ANNMARIE2222", "Ann-Marie")
    assert not check_form("MARIA70", "Maria") and not check_form("MARIA7", "Maria") and not check_form("X7K", "X")


TESTS = [thresholds_are_inclusive, amounts_are_rounded_once, months_begin_at_local_midnight, each_event_makes_one_line_with_its_note,
         refusals_have_reasons, audit_rows_have_their_order, modes_are_apart, versions_hold_from_their_time, codes_have_their_form]
