"""Many connections at once with events, corrections, late ties and payouts: is what they leave that of some serial order?

As for sign-ups (contention.py) the order is read from the audit ids, which are
also what accrue() and reverse() gave back; the model is told everything in that
order. Payouts take what is committed when they are drafted, so for them it is
the books that must balance, whatever the order.
"""

from collections import defaultdict
from decimal import Decimal

from attached import TRIGGER_REASON
from clients import REFEREES, REFERRERS, UNTIED, Client
from contention import subject
from crowd import no_deadlocks, work_at_once
from model import World
from ops import to_json
from psql import Session, literal, micros, moment
from read import (comparable, model_corrections, model_standings, read_attributions, read_audit, read_corrections, read_people,
                  read_standings)
from signups import SignUp
from sources import Source, is_in
from tally import Tally
from windows import Calendar

LADDER = [("Bronze", 0, "5"), ("Silver", 500, "7.5"), ("Gold", 3000, "10")]


def plan(**settings):
    tiers = [{"name": name, "from": start, "rates": {"payment": {"percent": percent}}} for name, start, percent in LADDER]
    return to_json({"currency": "USD", "metric": "revenue", "time_zone": "America/New_York", "tiers": tiers, **settings})


PLANS = {
    "whole": plan(rating="whole", window="quarter", referee={"payment": {"percent": "1.5"}}),
    "capped": plan(window={"days": 20}, limits={"amount_per_window": "60.50", "commissions_per_window": 9}),
    "slices": plan(rating="marginal", window="month", rounding="half_even", reversal_lowers_volume=False),
}
SALES = Source("sales", "payment", {"key": "id", "referee": "who", "amount": "amount", "at": "at"}, {},
               "CREATE TABLE sales (id text PRIMARY KEY, who text, amount numeric, at timestamptz, state text)",
               "state = 'paid'", "state = 'refunded'", is_in("state", "paid"), is_in("state", "refunded"))


def prepare(check):
    """Programs, people and the table of events, in the database and in the model."""
    world = World(Calendar(check))
    world.allowed = True
    check.query("SELECT referrals.go_live()")
    world.go_live()
    for name, text in PLANS.items():
        check.query(f"SELECT referrals.define_program({literal(name)}, {literal(text)})")
        world.define_program(name, text, None, None)
    people = [(f"referrer{n}", None, f"REF{n}", list(PLANS)[n % 3]) for n in range(REFERRERS)]
    people += [(f"referee{n}", f"REF{n % REFERRERS}", f"E{n:03}", "whole") for n in range(REFEREES)]
    people += [(f"untied{n}", None, f"U{n:03}", "whole") for n in range(UNTIED)]
    for key, code, wanted, program in people:
        check.query(f"SELECT referrals.register({literal(key)}, {literal(code)}, {literal(program)}, {literal(wanted)}, NULL, "
                    "'1970-01-01 00:00:00+00')")
        world.register(SignUp(key, code, wanted, None, 0), program, None, None)
    check.query(SALES.create)
    check.query(SALES.attach_sql())
    return world


def run(seed, database, clients, statements):
    check = Session(database, ["SET timezone = 'UTC'"])
    world, tally = prepare(check), Tally()
    before, last = len(world.audit), int(check.value("SELECT max(audit_id) FROM referrals.audit_log"))
    threads = [Client(number, seed, database, statements) for number in range(clients)]
    work_at_once(threads)
    no_deadlocks(tally, check)
    done = [step for thread in threads for step in thread.done]
    explain(tally, check, world, done, before, last)
    balance(tally, check, world)
    check.close()
    return (f"{clients} connections, {len(done)} events and corrections, {len(world.lines())} lines, "
            f"{sum(thread.retries for thread in threads)} retries"), tally


def explain(tally, check, world, done, before, last):
    """Find the serial order, and have the model go through it."""
    rows = [(number, entry) for number, _, entry in read_audit(check, last) if not entry["action"].startswith("payout_")]
    by_number = dict(rows)
    accrued, backed, refused, tied, untied = {}, {}, {}, {}, defaultdict(list)
    for number, entry in rows:
        line = entry["line"]
        if line and line["side"] == "referrer":
            if line["kind"] == "accrual":
                accrued[line["event_key"]] = number
            elif line["kind"] == "reversal" and line["reason"] not in ("by hand", "back"):
                backed[line["event_key"]] = number
        elif entry["action"] == "refused":
            refused[entry["detail"]["event_key"]] = number
        elif entry["action"] == "attributed":
            tied[entry["person"]] = number
        elif entry["action"] == "untied":
            untied[entry["person"], entry["detail"]["code"]].append(number)
    order, times = {}, {row[0]: moment(row[1]) for row in check.query(
        f"SELECT user_key, {micros('attributed_at')} FROM referrals.attribution JOIN referrals.participant ON participant_id = referee_id")}
    for number, step in done:
        what = step[0]
        if what == "accrue" and number and number in order:
            # Sent again: what came first is what holds.
            tally.equal(f"content of {step[1].key}", order[number][1].referee, step[1].referee)
            continue
        if what in ("accrue", "row") and number is None:
            number = accrued.get(step[1].key) or refused.get(step[1].key)
        elif what == "row back":
            number = backed.get(step[1].key)
            if number is None:  # it had earned nothing
                tally.true(f"{step[1].key} was not reversed", step[1].key not in accrued)
                continue
        elif what == "attribute":
            numbers = untied[step[1], step[2]]
            number = tied.get(step[1]) if step[3] == "t" else numbers.pop(0) if numbers else None
        tally.true(f"no trace of {step}", number in by_number)
        order[number] = step
    for number in sorted(order):
        tell(world, order[number], times, accrued)
    tally.equal("attempts to tie that are in the audit without having been made", [], [n for numbers in untied.values() for n in numbers])

    expected, actual = defaultdict(list), defaultdict(list)
    for entry in world.audit[before:]:
        expected[queue(world, entry)].append(entry)
    for number, entry in rows:
        actual[queue(world, entry)].append((number, entry))
    for name in sorted(expected.keys() | actual.keys()):
        tally.lists(f"audit and lines about {name}", [comparable(entry) for entry in expected[name]],
                    [comparable(entry) for _, entry in actual[name]])
        for entry, (number, _) in zip(expected[name], actual[name]):
            entry["id"] = number
    tally.maps("attribution", world.attributions, read_attributions(check))
    tally.maps("standing", model_standings(world), read_standings(check))
    tally.maps("reversal", model_corrections(world), read_corrections(check))


def queue(world, entry):
    """Whose queue an audit row belongs to."""
    return entry["detail"]["referrer"] if entry["action"] == "attributed" else subject(world, entry)


def tell(world, step, times, accrued):
    what, *arguments = step
    if what in ("accrue", "row"):
        world.accrue(arguments[0], None)
    elif what == "row back":
        world.reverse_event("payment", arguments[0].key, TRIGGER_REASON, direct=False)
    elif what == "reverse_event":
        world.reverse_event("payment", arguments[0], "back", arguments[1])
    elif what == "attribute":
        world.attribute(*arguments[:2], "asked", times[arguments[0]])
    else:
        line, amount = arguments
        key = next(key for key, number in accrued.items() if number == line)
        world.reverse(world.events["live", "payment", key][0].entry, "by hand", amount)


def balance(tally, check, world):
    """What the payouts have, whoever made them when; then what the next one takes, with nobody else at work."""
    tally.equal("lines in two payouts", [], check.query(
        """SELECT l.commission_id FROM referrals.payout_line l JOIN referrals.payout USING (payout_id)
        WHERE state IN ('draft', 'approved', 'paid') GROUP BY 1 HAVING count(*) > 1"""))
    tally.equal("payouts whose lines are not theirs or do not add up", [], check.query(
        """SELECT payout_id, p.amount, sum(c.amount) FROM referrals.payout p JOIN referrals.payout_line l USING (payout_id)
        JOIN referrals.commission c USING (commission_id)
        GROUP BY payout_id HAVING sum(c.amount) <> p.amount OR p.amount <= 0 OR bool_or(c.mode <> 'live' OR c.currency <> p.currency
          OR l.released <> (p.state IN ('cancelled', 'failed'))
          OR p.payee_id <> CASE c.side WHEN 'referrer' THEN c.referrer_id ELSE c.referee_id END)"""))
    moves = defaultdict(list)
    for row in check.query("""SELECT detail ->> 'payout', action FROM referrals.audit_log WHERE action LIKE 'payout%' ORDER BY audit_id"""):
        moves[row[0]].append(row[1].removeprefix("payout_"))
    allowed = [["drafted"], ["drafted", "cancelled"], ["drafted", "approved"],
               *(["drafted", "approved", last] for last in ("cancelled", "paid", "failed"))]
    for payout, state in check.query("SELECT payout_id, state FROM referrals.payout"):
        tally.true(f"payout {payout} went through {moves[payout]}", moves[payout] in allowed)
        tally.equal(f"state of payout {payout}", state, {"drafted": "draft"}.get(moves[payout][-1], moves[payout][-1]))
    held = {row[0] for row in check.query("SELECT commission_id FROM referrals.payout_line WHERE NOT released")}
    people, free = [key for _, key, _ in read_people(check)], defaultdict(Decimal)
    for entry in world.lines():
        if str(entry["id"]) not in held:
            free[entry["line"][entry["line"]["side"]]] += entry["line"]["amount"]
    wanted = [(key, free[key]) for key in people if free[key] > 0]
    check.query("CREATE TEMP TABLE last AS SELECT n, ordinality FROM referrals.draft_payouts() WITH ORDINALITY AS f(n, ordinality)")
    tally.equal("the last draft", wanted, [(row[0], Decimal(row[1])) for row in check.query(
        """SELECT user_key, amount FROM last JOIN referrals.payout ON payout_id = n JOIN referrals.participant ON participant_id = payee_id
        ORDER BY ordinality""")])
