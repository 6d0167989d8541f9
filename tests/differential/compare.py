"""The comparison of the tables and of what the functions say, line by line."""

from decimal import Decimal

from codes import check_form
from psql import literal, micros, moment
from read import (comparable, model_corrections, model_payouts, model_queue, model_standings, number, read_attributions, read_audit,
                  read_corrections, read_payouts, read_people, read_queue, read_standings)
from signups import normalize


def compare_all(tally, session, world):
    """Every row of every table."""
    tally.maps("participant", {key: (p.code, p.program, p.registered_at) for key, p in world.people.items()},
               {key: rest for _, key, rest in read_people(session)})
    tally.maps("attribution", world.attributions, read_attributions(session))
    tally.maps("standing", model_standings(world), read_standings(session))
    rows = read_audit(session)
    tally.lists("audit_log", [comparable(entry) for entry in world.audit], [comparable(entry) for _, _, entry in rows])
    for entry, row in zip(world.audit, rows):
        entry["id"] = row[0]
    lines = int(session.value("SELECT count(*) FROM referrals.commission"))
    tally.equal("number of lines", len(world.lines()), lines)
    tally.maps("reversal", model_corrections(world), read_corrections(session))
    tally.lists("queue", model_queue(world), read_queue(session))
    tally.maps("payout", model_payouts(world), read_payouts(session))
    tally.equal("lines in two payouts that are open or paid", [], session.query(
        """SELECT l.commission_id FROM referrals.payout_line l JOIN referrals.payout USING (payout_id)
        WHERE state IN ('draft', 'approved', 'paid') GROUP BY 1 HAVING count(*) > 1"""))
    programs = {(row[0], int(row[2])): (row[1] == "t", moment(row[3])) for row in session.query(
        f"SELECT g.name, g.paused, l.version, {micros('l.effective_from')} FROM referrals.plan l JOIN referrals.program g USING (program_id)")}
    compare_sound(tally, session)
    tally.maps("plan", {(name, plan.version): (program.paused, plan.effective_from)
                        for name, program in world.programs.items() for plan in program.plans}, programs)


def compare_sound(tally, session):
    """The record verifies, before and after what is new of it is sealed."""
    tally.equal("verify()", [], session.query("SELECT * FROM referrals.verify()"))
    for block, root, _ in session.query("SELECT * FROM referrals.seal()"):
        tally.equal(f"verify() of block {block}", [], session.query(f"SELECT * FROM referrals.verify('{root}')"))


def compare_questions(tally, session, world, rng, instants, stamp):
    """What the functions say of a few people, codes and plans."""
    tally.equal("mode()", world.mode, session.value("SELECT referrals.mode()"))
    people = list(world.people)
    for instant in instants:
        for key in ["nobody", *rng.sample(people[:8], min(4, len(people[:8]))), *rng.sample(people, min(2, len(people)))]:
            sql = f"referrals.tier_of({literal(key)}, {literal(stamp(instant))})"
            tally.equal(sql, world.tier_of(key, instant), session.value(f"SELECT {sql}"))
        for name, program in world.programs.items():
            plan = program.plan_at(instant)
            sql = f"referrals.program_plan({literal(name)}, {literal(stamp(instant))})"
            if plan is None:
                tally.equal(sql, None, session.value(f"SELECT {sql}"))
                continue
            tally.equal(sql, "t", session.value(f"SELECT {sql} = {literal(plan.text)}::jsonb"))
            for kind in ("signup", "payment", "order", "visit", "refund"):
                volume, amount = rng.choice(["0", "1", "2", "1.5", "3.9999", "9", "123456"]), None
                if plan.needs_amount(kind) or kind != "signup" and rng.random() < 0.5:
                    amount = rng.choice(["0", "0.0001", "1", "49.99", "1000", "1234567.8901"])
                sql = f"referrals.quote({literal(plan.text)}, {literal(kind)}, {volume}, {literal(amount)})"
                expected = plan.quote(kind, Decimal(volume), number(amount))
                tally.equal(sql, expected, number(session.value(f"SELECT {sql}")))
    for key in rng.sample(people, min(3, len(people))):
        code = world.people[key].code
        tally.equal(f"code_of({key!r})", code, session.value(f"SELECT referrals.code_of({literal(key)})"))
        typed = f" {code[:2].lower()}-{code[2:].lower()}\t"
        tally.equal(f"lookup({typed!r})", key, session.value(f"SELECT referrals.lookup({literal(typed)})"))
    for text in [" a-b\tc\n", "-", "maria\u00a07k", "\u2003x - Y_z", "ñandú", "a--b  c" * 9, *(world.people[key].code for key in people[:2])]:
        tally.equal(f"normalize_code({text!r})", normalize(text), session.value(f"SELECT referrals.normalize_code({literal(text)})"))
    for label in (None, "", "Maria Lopez", "José", "x", "R2-D2 unit", "Bartholomew-Maximilian"):
        code = session.value(f"SELECT referrals.generate_code({literal(label)})")
        tally.true(f"generate_code({label!r}) is {code!r}", check_form(code, label) and code not in world.codes)
    tally.equal("lookup of no code", None, session.value("SELECT referrals.lookup('no such code')"))
    tally.equal("code_of nobody", None, session.value("SELECT referrals.code_of('nobody')"))


def compare_simulations(tally, session, world, rng, instants, stamp):
    """In any story: what simulate() calls actual, and that it copes with the history. What it makes of it: simulation.py."""
    since, until = sorted(instants[:2])
    for name, program in world.programs.items():
        text = rng.choice(program.plans).text
        rows = session.query(f"SELECT referrer, actual, simulated FROM referrals.simulate({literal(name)}, {literal(text)}, "
                             f"{literal(stamp(since))}, {literal(stamp(until))})")
        actual = {}
        for entry in world.lines():
            line = entry["line"]
            if (line["mode"], line["side"], line["program"]) == (world.mode, "referrer", name) and since <= line["occurred_at"] < until:
                actual[line["referrer"]] = actual.get(line["referrer"], 0) + line["amount"]
        shown = {row[0]: number(row[1]) for row in rows}
        tally.equal(f"number of referrers that simulate({name!r}) shows", len(shown), len(rows))
        tally.maps(f"simulate({name!r}, ...), actual of", actual, {key: amount for key, amount in shown.items() if key in actual or amount})
