"""The comparison of the views: statuses, balances that sum up to the ledger, places on the ladder."""

from decimal import Decimal

from payouts import is_in_payout, payee, status
from psql import micros, moment
from read import number


def compare_views(tally, session, world):
    session.query("BEGIN")  # in which now() stands still
    now = moment(session.value(f"SELECT {micros('now()')}"))
    lines = world.lines()
    shown = [(int(row[0]), *row[1:7], number(row[7]), number(row[8]), number(row[9]), *row[10:12], moment(row[12]), *row[13:])
             for row in session.query(f"""SELECT id, mode, kind, side, program, referrer, referee, rate, base_amount, amount,
                 currency, event_key, {micros('payable_at')}, status, tier, basis FROM referrals.commission_ledger ORDER BY id""")]
    names = ("mode", "kind", "side", "program", "referrer", "referee", "rate", "base_amount", "amount", "currency", "event_key",
             "payable_at")
    tally.lists("commission_ledger", [
        (entry["id"], *(entry["line"][name] for name in names), status(entry, now), entry["line"]["tier"], entry["line"]["basis"])
        for entry in lines], shown)
    compare_money(tally, session, world, lines, now)
    compare_places(tally, session, world, now)
    session.query("COMMIT")


def compare_money(tally, session, world, lines, now):
    """The dashboard has a row for each mode and currency of whoever brought somebody or has a line."""
    board = {}
    for row in session.query(f"""SELECT user_key, mode, currency, code, program, referrals, {micros('last_referral_at')},
            accrued, reversed, on_hold, payable, in_payout, paid, balance FROM referrals.dashboard"""):
        board.setdefault((row[0], row[1]), {})[row[2]] = (*row[3:5], int(row[5]), moment(row[6]), [number(value) for value in row[7:]])
    expected = {}
    for entry in lines:
        line = entry["line"]
        sums = expected.setdefault((payee(line), line["mode"]), {}).setdefault(line["currency"], [Decimal(0)] * 7)
        kind = 1 if line["kind"] == "reversal" else 0
        paid = is_in_payout(entry) and entry["payout"].state == "paid"
        place = 5 if paid else 4 if is_in_payout(entry) else 2 if line["payable_at"] > now else 3
        sums[kind] += -line["amount"] if kind else line["amount"]
        sums[place] += line["amount"]
        sums[6] += 0 if paid else line["amount"]
    for place in expected.keys() | world.ties.keys():
        key, mode = place
        someone, ties = world.people[key], [time for _, time in world.ties.get(place, ())]
        facts = someone.code, someone.program, len(ties), max(ties, default=None)
        rows = {currency: (*facts, sums) for currency, sums in expected.get(place, {}).items()}
        if not rows:
            plan = world.programs[someone.program].plan_at(now)
            rows = {plan and plan.currency: (*facts, [Decimal(0)] * 7)}
        tally.maps(f"dashboard of {key}, {mode},", rows, board.pop(place, {}))
    tally.equal("rows of the dashboard for nobody", {}, board)


def compare_places(tally, session, world, now):
    places = {(row[0], row[1]): (number(row[2]), row[3]) for row in session.query(
        "SELECT user_key, mode, volume, tier FROM referrals.dashboard")}
    progress = {(row[0], row[1]): row[2:] for row in session.query(
        """SELECT referrer, mode, program, volume, tier, next_tier, next_from, remaining, progress BETWEEN 0 AND 1
        FROM referrals.tier_progress""")}
    for (referrer, mode), ties in world.ties.items():
        someone, name = world.people[referrer], f"{referrer}, {mode}"
        plan = world.programs[someone.program].plan_at(now)
        times = [time for _, time in ties] + [earning.line["occurred_at"] for earning in world.earnings.get((referrer, mode), ())]
        # Whether a fact dated in the future counts already is left open.
        if plan is None or any(now < time < plan.window(world.calendar, now)[1] for time in times):
            continue
        if (referrer, mode) not in world.standings and (referrer, mode) not in progress:
            continue  # Nobody is on the way before something was accrued; a worker may have made the place already.
        volume = world.volume(plan, referrer, mode, now)
        tier, ahead = plan.tier_at(volume), next((tier for tier in plan.tiers if tier.start > volume), None)
        tally.equal(f"dashboard place of {name}", (volume, tier and tier.name), places[referrer, mode])
        tally.true(f"tier_progress does not show {name}", (referrer, mode) in progress)
        row = progress[referrer, mode]
        tally.equal(f"tier_progress of {name}",
                    [someone.program, volume, tier and tier.name, ahead and ahead.name, ahead and ahead.start,
                     ahead and ahead.start - volume, "t"],
                    [row[0], number(row[1]), row[2], row[3], number(row[4]), number(row[5]), row[6]])
