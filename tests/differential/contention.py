"""Many connections at once, then the question: is the ledger that of some serial order?

The order is not known beforehand. It is read from the audit ids, which are
given out while the referrer's standing is locked, and the model is told the
same sign-ups in that order. Every outcome of every sign-up must come out.

Contested sign-ups (one key from several connections, one wanted code from
several people) are alike in all that the model sees, so it does not matter
which attempt won.
"""

import itertools
import random
import threading
from collections import Counter, defaultdict

from crowd import no_deadlocks, work_at_once
from late_attach import attach_under_load
from model import World
from ops import micro, stamp
from plan import DAY
from psql import Failure, Session, literal
from read import comparable, model_standings, read_attributions, read_audit, read_people, read_standings
from signups import SignUp
from tally import Tally
from windows import Calendar

PLANS = {
    "partners": '{"currency": "USD", "window": "month", "time_zone": "America/New_York", "hold_days": 30, "tiers": ['
                '{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "1.005"}}},'
                '{"name": "Silver", "from": 3, "rates": {"signup": {"flat": "2.005"}}},'
                '{"name": "Gold", "from": 20, "rates": {"signup": {"flat": "5"}}}]}',
    "sales": '{"currency": "JPY", "window": "lifetime", "crossing": "old", "rounding": "down", "tiers": ['
             '{"name": "First", "from": "1.5", "rates": {"signup": {"flat": "10.9"}}},'
             '{"name": "Second", "from": 7, "rates": {}},'
             '{"name": "Third", "from": 31, "rates": {"signup": {"flat": "99"}}}]}',
    "teams": '{"currency": "EUR", "window": "month", "rating": "whole", "referee": {"signup": {"flat": "0.50"}}, "tiers": ['
             '{"name": "Small", "from": 0, "rates": {"signup": {"flat": "1"}}},'
             '{"name": "Large", "from": 8, "rates": {"signup": {"flat": "1.5"}}}]}',
}
REFERRERS = 24


class Client(threading.Thread):
    """One connection with a stream of its own. Acknowledged sign-ups are noted in `done`."""

    def __init__(self, number, seed, database, statements):
        super().__init__(name=f"client {number}")
        self.number, self.rng, self.statements = number, random.Random(f"{seed}/{number}"), statements
        # Every third is stricter: what the server refuses it for that (40001) it tries again, as applications do.
        self.isolation = {2: "repeatable read", 5: "serializable"}.get(number % 6, "read committed")
        self.session = Session(database, [f"SET application_name = 'client {number}'",
                                          f"SET default_transaction_isolation = '{self.isolation}'"])
        self.done, self.own_codes, self.error, self.retries = [], [], None, 0

    def run(self):
        try:
            for number in range(self.statements):
                self.sign_up(number)
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.session.close()

    def sign_up(self, number):
        statements, rows = self.work(number)
        for _ in range(1000):
            if self.attempt(statements):
                break
            self.retries += 1
        else:
            raise Failure(f"{self.name}: 40001 a thousand times: {statements[0][:500]}")
        if statements[-1] != "ROLLBACK":
            self.done += rows
        if len(rows) == 1 and not rows[0].key.startswith("contested") and self.rng.random() < 0.2:
            code = self.session.value(f"SELECT referrals.code_of({literal(rows[0].key)})")
            self.own_codes += [code] if code else []

    def attempt(self, statements):
        for sql in statements:
            result = self.session.run(sql)
            if result.sqlstate == "40001" and self.isolation != "read committed":
                if len(statements) > 1:
                    self.session.run("ROLLBACK")
                return False
            if not result.ok:
                raise Failure(f"{self.name}: {sql[:500]}\n{result.messages}")
        return True

    def referral(self):
        kind = self.rng.random()
        if kind < 0.08:
            return self.rng.choice([None, "", "unknown"])
        if kind < 0.16 and self.own_codes:
            return self.rng.choice(self.own_codes)
        # Half of all goes to two people.
        return f"REF{self.rng.choice([0, 1]) if kind < 0.58 else self.rng.randrange(REFERRERS)}"

    def time(self):
        return stamp(micro("2024-03-01T05:00:00") + self.rng.choice([-1, 0, 1, self.rng.randrange(-40 * DAY, 40 * DAY)]))

    def work(self, number):
        """The statements of one transaction, and its sign-ups."""
        way = self.rng.choices(["one", "many", "copy", "rolled back", "two", "register", "same key", "same code"],
                               [30, 22, 8, 6, 6, 8, 6, 6])[0]
        if way == "same key":
            # The same sign-ups from several connections, in any order; one of them is the first.
            numbers = self.rng.sample(range(40), self.rng.choice([1, 1, 2, 3]))
            rows = [SignUp(f"contested{n}", f"REF{n % 4}", None, None, "2024-03-05 00:00:00+00") for n in numbers]
            return [self.insert(rows)], rows
        count = {"many": self.rng.randint(2, 9), "copy": self.rng.randint(2, 30), "two": 2, "same code": 2}.get(way, 1)
        rows = [SignUp(f"c{self.number}-{number}-{n}", self.referral(), None, None, self.time()) for n in range(count)]
        if way == "register":
            row = rows[0]
            return [f"SELECT referrals.register({literal(row.key)}, referred_by => {literal(row.referred_by)}, "
                    f"program => 'sales', registered_at => {literal(row.at)})"], rows
        if way == "same code":
            # Several people want one code at the same time; they name nobody.
            for row in rows:
                row.referred_by, row.wanted = None, f"WANT{self.rng.randrange(12)}"
        if way == "copy":
            lines = "\n".join("\t".join(["\\N" if v is None else v for v in (r.key, r.referred_by, r.at)]) for r in rows)
            return [f"COPY signups (id, referred_by, at) FROM STDIN;\n{lines}\n\\."], rows
        if way in ("rolled back", "two"):
            # Two statements of one transaction stay with one referrer: an
            # application that locks people in any order deadlocks by itself.
            pause = f"SELECT pg_sleep({self.rng.choice([0, 0.002, 0.01])})"
            for row in rows:
                row.referred_by = rows[0].referred_by
            inserts = [sql for row in rows for sql in (self.insert([row]), pause)]
            return ["BEGIN", *inserts, "ROLLBACK" if way == "rolled back" else "COMMIT"], rows
        return [self.insert(rows)], rows

    @staticmethod
    def insert(rows):
        tuples = ", ".join(f"({literal(r.key)}, {literal(r.referred_by)}, {literal(r.wanted)}, {literal(r.at)})" for r in rows)
        return f"INSERT INTO signups (id, referred_by, code, at) VALUES {tuples}"


class Meddler(threading.Thread):
    """Makes and changes other programs all the while, so that every session rereads what it has cached."""

    def __init__(self, database):
        super().__init__(name="meddler")
        self.session, self.stop, self.error = Session(database), threading.Event(), None

    def run(self):
        try:
            for number in itertools.count():
                if self.stop.wait(0.005):
                    break
                for call in (f"define_program('other {number // 2}', {literal(PLANS['sales'])})",
                             f"pause_program('other {number // 4}')", f"resume_program('other {number // 4}')"):
                    self.session.query(f"SELECT referrals.{call}")
        except Exception as error:
            self.error = error
        finally:
            self.session.close()


def run(seed, database, clients, statements):
    """Let the clients work, then explain what they left. Returns what there is to tell, and the tally."""
    check = Session(database, ["SET timezone = 'UTC'"])
    check.query("CREATE TABLE signups (id text, referred_by text, code text, at timestamptz)")
    world = World(Calendar(check))
    for name, plan in PLANS.items():
        check.query(f"SELECT referrals.define_program({literal(name)}, {literal(plan)})")
        world.define_program(name, plan, None, None)
    check.query("SELECT referrals.attach('signups', key => 'id', code => 'code', registered_at => 'at', program => 'partners')")
    world.attach("public.signups", "partners", "", [], None, None)
    for number in range(REFERRERS):
        row = SignUp(f"referrer{number}", None, f"REF{number}", None, 0)
        program = ["partners", "sales", "teams", "partners"][number % 4]
        check.query(f"SELECT referrals.register({literal(row.key)}, wanted_code => {literal(row.wanted)}, "
                    f"program => {literal(program)}, registered_at => '1970-01-01 00:00:00+00')")
        world.register(row, program, None, None)
    before = len(world.audit)
    last = int(check.value("SELECT max(audit_id) FROM referrals.audit_log"))

    threads = [Client(number, seed, database, statements) for number in range(clients)]
    work_at_once(threads, [Meddler(database)])
    tally = Tally()
    no_deadlocks(tally, check)
    signups = [row for thread in threads for row in thread.done]
    explain(tally, check, world, signups, before, last)
    refused = attach_under_load(tally, check, seed, database)
    check.close()
    retries = sum(thread.retries for thread in threads)
    return f"{clients} connections, {len(signups)} sign-ups, {retries} retries, attach refused {refused} times", tally


def explain(tally, check, world, signups, before, last):
    """Find the serial order, and have the model go through it."""
    rows = [(number, entry) for number, _, entry in read_audit(check, last)
            if entry["action"] not in ("plan_defined", "program_paused", "program_resumed")]
    people = {key: rest for _, key, rest in read_people(check)}
    # The outcomes of each person's attempts, in order.
    outcomes = defaultdict(list)
    for number, entry in rows:
        if entry["action"] in ("accrual", "refused", "untied") and not (entry["line"] and entry["line"]["side"] == "referee"):
            outcomes[entry["line"]["referee"] if entry["line"] else entry["person"]].append(number)

    attempts = Counter()
    ordered = []
    for row in signups:
        attempt = attempts[row.key]
        attempts[row.key] += 1
        if not (row.referred_by or "").strip():
            # No outcome but the registration: first of all, and whoever got the wanted code before the others.
            place = (0, row.wanted is not None and people[row.key][0] != row.wanted)
        else:
            tally.true(f"lost: {row.key} has {attempts[row.key]} acknowledged sign-ups with a code, but only "
                       f"{len(outcomes[row.key])} outcomes", attempt < len(outcomes[row.key]))
            place = (1, outcomes[row.key][attempt])
        ordered.append((place, row))
    ordered.sort(key=lambda item: item[0])
    for key, numbers in outcomes.items():
        tally.equal(f"number of outcomes of {key}", attempts[key], len(numbers))

    for _, row in ordered:
        signup = SignUp(row.key, row.referred_by, row.wanted, None, micro(row.at.removesuffix("+00:00").removesuffix("+00")))
        # register() and the trigger differ only in the program of the newcomer.
        program = people[row.key][1] if row.key in people else None
        world.attached["public.signups"] = program, ""
        world.insert("public.signups", signup, None, lambda key, label: people[key][0])
    tally.maps("participant", {key: (p.code, p.program, p.registered_at) for key, p in world.people.items()}, people)
    tally.maps("attribution", world.attributions, read_attributions(check))
    tally.maps("standing", model_standings(world), read_standings(check))

    # Per referrer the audit rows must be the model's, one by one; the same for those about the referee alone.
    expected, actual = defaultdict(list), defaultdict(list)
    for entry in world.audit[before:]:
        expected[subject(world, entry)].append(comparable(entry))
    for _, entry in rows:
        actual[subject(world, entry)].append(comparable(entry))
    for name in sorted(expected.keys() | actual.keys()):
        tally.lists(f"audit and lines about {name}", expected[name], actual[name])


def subject(world, entry):
    """Whose queue an audit row belongs to."""
    if entry["line"]:
        return entry["line"]["referrer"]
    if entry["action"] == "refused":
        return world.attributions[entry["person"]][0]
    return entry["person"] or ""
