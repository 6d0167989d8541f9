"""Many connections at once under plans that let events wait, and workers that process them: is it as if nothing had waited?

The model is told the same plans without the queue, and everything in the order in
which it was settled, which the audit ids show. Whether that order is the one that
is promised is a question of its own: of what a worker could see when it began,
nothing may come after what arrived later. Workers roll back, and in a second kind
of run they are terminated, at any moment.
"""

from collections import defaultdict

from attached import TRIGGER_REASON
from contention import subject
from contention_events import LADDER, SALES
from crowd import no_deadlocks, work_at_once
from model import World
from ops import to_json
from processes import wait_until_alone
from psql import Session, literal
from queue_clients import REFERRERS, Client, Killer, Worker
from read import (comparable, model_corrections, model_standings, read_attributions, read_audit, read_corrections, read_people,
                  read_standings)
from signups import SignUp
from tally import Tally
from windows import Calendar


def plan(**settings):
    tiers = [{"name": name, "from": start, "rates": {"signup": {"flat": flat}, "payment": {"percent": percent}}}
             for (name, start, percent), flat in zip(LADDER, ("1", "1.5", "2"))]
    return {"currency": "USD", "metric": "revenue", "time_zone": "America/New_York", "tiers": tiers, **settings}


def counting(**settings):
    tiers = [{"name": name, "from": start, "rates": {"signup": {"flat": flat}, "payment": {"percent": flat}}}
             for name, start, flat in (("Few", 0, "1.005"), ("Some", 7, "2.005"), ("Many", 40, "5"))]
    return {"currency": "USD", "time_zone": "America/New_York", "tiers": tiers, **settings}


# The hot ones first: half of all goes to two referrers.
PLANS = {"months": counting(window="month", referee={"signup": {"flat": "0.50"}}),
         "whole": plan(rating="whole", window="quarter"),
         "capped": plan(window={"days": 20}, limits={"amount_per_window": "60.50", "commissions_per_window": 9}),
         "whole count": counting(rating="whole", window="month", reversal_lowers_volume=True)}


def run(seed, database, clients, statements, kill=False):
    check = Session(database, ["SET timezone = 'UTC'"])
    check.query(SALES.create)
    check.query("CREATE TABLE signups (id text, referred_by text, at timestamptz)")
    # What arrived in which transaction: the queue itself is empty in the end.
    check.query("CREATE TABLE arrivals (queue_id bigint, kind text, key text, xid xid8 DEFAULT pg_current_xact_id())")
    check.query("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.arrivals "
                "VALUES (NEW.queue_id, NEW.event_kind, NEW.event_key); RETURN NULL; END $$")
    check.query("CREATE TRIGGER note AFTER INSERT ON referrals.queue FOR EACH ROW EXECUTE FUNCTION note()")
    world = World(Calendar(check))
    for name, parts in PLANS.items():
        check.query(f"SELECT referrals.define_program({literal(name)}, {literal(to_json({**parts, 'accrual': 'queued'}))})")
        world.define_program(name, to_json(parts), None, None)
    check.query("SELECT referrals.attach('signups', key => 'id', registered_at => 'at', program => 'months')")
    check.query(SALES.attach_sql())
    world.attach("public.signups", "months", "", [], None, None)
    for number in range(REFERRERS):
        row, program = SignUp(f"referrer{number}", None, f"REF{number}", None, 0), list(PLANS)[number % len(PLANS)]
        check.query(f"SELECT referrals.register({literal(row.key)}, wanted_code => {literal(row.wanted)}, "
                    f"program => {literal(program)}, registered_at => '1970-01-01 00:00:00+00')")
        world.register(row, program, None, None)
    before, last = len(world.audit), int(check.value("SELECT max(audit_id) FROM referrals.audit_log"))

    threads = [Client(number, seed, database, statements) for number in range(clients)]
    workers = [Worker(number, seed, database, kill) for number in range(3)]
    helpers = [*workers, *([Killer(seed, database, workers)] if kill else [])]
    work_at_once(threads, helpers)
    tally = Tally()
    wait_until_alone(check)
    left = int(check.value("SELECT count(*) FROM referrals.queue"))
    while (taken := int(check.value("SELECT referrals.process_queue(100)"))) == 100:
        left -= taken
    tally.equal("what was left in the queue is not what the last calls took", left, taken)
    tally.equal("events in the queue", "0", check.value("SELECT count(*) FROM referrals.queue"))
    no_deadlocks(tally, check)
    done = [step for thread in threads for step in thread.done]
    explain(tally, check, world, done, before, last)
    tally.true("the workers had nothing to do", sum(worker.taken for worker in workers) > 0)
    late = compare_order(tally, check, [seen for worker in workers for seen in worker.seen])
    check.close()
    return (f"{clients} connections, {len(done)} events and corrections, {len(world.lines())} lines, workers took "
            f"{' and '.join(str(worker.taken) for worker in workers)}, {late} came after later ones unseen, "
            f"{sum(thread.retries for thread in [*threads, *workers])} retries"
            + (f", {helpers[-1].killed} workers terminated" if kill else "")), tally


def explain(tally, check, world, done, before, last):
    """Find the order in which all was settled, and have the model go through it."""
    rows = [(number, entry) for number, _, entry in read_audit(check, last)]
    people = {key: rest for _, key, rest in read_people(check)}
    outcomes, backed = defaultdict(list), defaultdict(list)
    for number, entry in rows:
        line = entry["line"]
        if line and line["side"] == "referrer" and line["kind"] == "accrual":
            outcomes[line["event_kind"], line["event_key"]].append(number)
        elif line and line["side"] == "referrer" and line["kind"] == "reversal":
            backed[line["event_key"]].append(number)
        elif entry["action"] == "refused":
            outcomes[entry["detail"]["event_kind"], entry["detail"]["event_key"]].append(number)
    order = []
    for step in done:
        what, key = step[0], step[1].key
        if what == "back":
            if not backed[key]:  # it had earned nothing
                tally.true(f"{key} was not reversed", any(n in {number for number, entry in rows if not entry["line"]}
                                                          for n in outcomes["payment", key]))
                continue
            numbers = backed[key]
        else:
            numbers = outcomes["signup" if what == "sign up" else "payment", key]
        tally.equal(f"number of outcomes of {step}", 1, len(numbers))
        order.append((numbers[0], step))
    known = {("signup" if what == "sign up" else "payment", thing.key) for what, thing in done}
    tally.equal("outcomes of what was never sent, or not committed", [], sorted(map(str, outcomes.keys() - known)))
    for _, (what, thing) in sorted(order, key=lambda item: item[0]):
        if what == "sign up":
            world.insert("public.signups", thing, None, lambda key, label: people[key][0])
        elif what == "back":
            world.reverse_event("payment", thing.key, TRIGGER_REASON, direct=False)
        else:
            world.accrue(thing, None)
    tally.maps("participant", {key: (p.code, p.program, p.registered_at) for key, p in world.people.items()}, people)
    tally.maps("attribution", world.attributions, read_attributions(check))
    expected, actual = defaultdict(list), defaultdict(list)
    for entry in world.audit[before:]:
        expected[subject(world, entry)].append(entry)
    for number, entry in rows:
        actual[subject(world, entry)].append((number, entry))
    for name in sorted(expected.keys() | actual.keys()):
        tally.lists(f"audit and lines about {name}", [comparable(entry) for entry in expected[name]],
                    [comparable(entry) for _, entry in actual[name]])
        for entry, (number, _) in zip(expected[name], actual[name]):
            entry["id"] = number
    tally.maps("standing", model_standings(world), read_standings(check))
    tally.maps("reversal", model_corrections(world), read_corrections(check))


def compare_order(tally, check, seen):
    """Of what a worker could see when it began, nothing of a referrer may come after what arrived later."""
    snapshots = {xid: snapshot.split(":") for xid, snapshot in seen}
    settled = defaultdict(list)
    for row in check.query("""
            SELECT o.referrer_id, a.queue_id, a.xid, o.audit_id, o.transaction_id FROM arrivals a JOIN (
              SELECT t.referrer_id, l.audit_id, l.transaction_id, coalesce(c.event_kind, l.detail ->> 'event_kind') AS kind,
                coalesce(c.event_key, l.detail ->> 'event_key') AS key
              FROM referrals.audit_log l LEFT JOIN referrals.commission c ON c.commission_id = l.audit_id
              JOIN referrals.attribution t ON t.referee_id = coalesce(c.referee_id, l.participant_id)
              WHERE l.action = 'refused' OR c.kind = 'accrual' AND c.side = 'referrer'
            ) o USING (kind, key) ORDER BY o.audit_id"""):
        settled[row[0]].append((int(row[1]), int(row[2]), row[4]))
    late = 0
    for events in settled.values():
        for place, (queue_id, _, worker) in enumerate(events):
            for earlier, arrived_in, _ in events[place + 1:]:
                if earlier < queue_id:
                    late += 1
                    tally.true(f"{earlier} was to be seen, and was settled after {queue_id}, by transaction {worker}",
                               worker not in snapshots or not is_visible(arrived_in, snapshots[worker]))
    tally.true("nothing was settled", settled)
    return late


def is_visible(xid, snapshot):
    oldest, next_, running = snapshot
    return xid < int(oldest) or xid < int(next_) and str(xid) not in running.split(",")
