"""Many connections whose single statements cross each other in every way that comes to mind: not one may deadlock.

Left out are the ways that doc/errors.md names, and what an application brings on itself: the tables
have no unique keys, nobody updates the row of another, and each statement is a transaction.
"""

import json

from aftermath import drain
from psql import Failure, literal
from shop import PROGRAMS, REFERRERS, SHARED, tuples
from soundness import findings
from worker import Worker

CONNECTIONS, STATEMENTS = 10, 250
NAMES = "Ann", "Bo", "Cy"  # few, so that codes made from them meet
EXPLAINED = {"22004", "22023", "23505", "42704", "55000"}  # wrong arguments, now and then
TABLES = [
    "CREATE TABLE crowd (id text, referred_by text, code text, joined timestamptz, name text)",
    "CREATE TABLE sales (id text, user_id text, amount numeric, status text, paid_at timestamptz)",
    "CREATE INDEX ON sales (id)",
    ATTACH := "SELECT referrals.attach('crowd', key => 'id', code => 'code', label => 'name', registered_at => 'joined', "
              "program => 'direct')",
    ATTACH_EVENTS := "SELECT referrals.attach_events('sales', 'payment', key => 'id', referee => 'user_id', amount => 'amount', "
                     "occurred_at => 'paid_at', accrue_when => 'status = ''paid''', reverse_when => 'status = ''refunded''')",
]
WORK = {"sign_up": 30, "copy": 4, "register": 5, "sell": 24, "refund": 10, "accrue": 10, "reverse_event": 10, "reverse": 4, "attribute": 8,
        "enroll": 3, "define_program": 2, "pause": 2, "process_queue": 10, "draft_payouts": 4, "change_payout": 8, "attach_again": 1,
        "look": 4, "change_mode": 2, "seal": 3, "erase": 3}


class Stormer(Worker):
    """A connection with everybody's rights. Its codes and keys can be guessed by the others, and are."""

    def __init__(self, number, live, *arguments, **options):
        super().__init__(f"stormer {number}", *arguments, **options)
        self.number, self.live, self.count, self.sold, self.tolerated = number, live, 0, [], 0

    def run(self):
        try:
            for _ in range(STATEMENTS):
                sql, *tolerated = getattr(self, self.rng.choices(list(WORK), list(WORK.values()))[0])()
                result = self.connection.open().run(sql)
                if not result.ok and result.sqlstate not in tolerated:
                    raise Failure(f"{self.name}: {result.sqlstate}: {sql[:500]}\n{result.messages}")
                self.tolerated += not result.ok
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.connection.close()

    def near(self):
        """The number that some other connection is at, or about."""
        return max(1, self.count + self.rng.randint(-12, 12))

    def next(self):
        self.count += 1
        return self.count

    def somebody(self):
        """A key that may be there, or come."""
        chance = self.rng.random()
        if chance < 0.2:
            return f"same{self.rng.randrange(60)}"
        return f"shared{self.rng.randrange(SHARED)}" if chance < 0.4 else f"c{self.rng.randrange(CONNECTIONS)}x{self.near()}"

    def code(self):
        if self.rng.random() < 0.4:
            return self.rng.choice(REFERRERS)[1]
        return f"TAKE{self.rng.randrange(30)}" if self.rng.random() < 0.2 else f"CODE{self.rng.randrange(CONNECTIONS)}X{self.near()}"

    def time(self):
        return f"2025-0{self.rng.choice('34')}-{self.rng.randint(1, 28):02} 12:00:00+00"

    # Sign-ups with the codes of each other's, while these are being made.

    def newcomers(self, count):
        rows = []
        for _ in range(count):
            number, chance = self.next(), self.rng.random()
            key = f"same{self.rng.randrange(60)}" if chance < 0.15 else f"c{self.number}x{number}"
            wanted = f"TAKE{self.rng.randrange(30)}" if chance > 0.85 else f"CODE{self.number}X{number}" if chance > 0.4 else None
            # Who has the name of many others has a code like theirs. (In a table with a unique key nobody else has the key.)
            name = None if key.startswith("same") else self.rng.choice(NAMES)
            rows.append([key, self.code() if self.rng.random() < 0.85 else None, wanted, self.time(), name])
        return rows

    def sign_up(self):
        return f"INSERT INTO crowd VALUES {tuples(self.newcomers(self.rng.choice([1, 1, 2, 4, 10])))}",

    def copy(self):
        lines = "\n".join("\t".join(value or "\\N" for value in row) for row in self.newcomers(40))
        return f"COPY crowd FROM STDIN;\n{lines}\n\\.",

    def register(self):
        key, code, wanted, time, name = map(literal, self.newcomers(1)[0])
        return f"SELECT referrals.register({key}, {code}, 'direct', {wanted}, {name}, {time})", "23505"

    def attribute(self):
        return f"SELECT referrals.attribute('{self.somebody()}', '{self.code()}', 'asked')", "42704"

    # Events of everybody, in any order; some are sent by all.

    def event(self):
        contested = self.rng.randrange(60) if self.rng.random() < 0.3 else None
        key = f"s{self.number}x{self.next()}" if contested is None else f"sale{contested}"
        return [key, self.somebody() if contested is None else f"shared{contested % SHARED}", "100", "paid", self.time()]

    def sell(self):
        rows = [self.event() for _ in range(self.rng.choice([1, 2, 5, 12]))]
        self.sold += [row[0] for row in rows if row[0].startswith("s" + str(self.number) + "x")]
        return f"INSERT INTO sales VALUES {tuples(rows)}",

    def refund(self):
        keys = [self.sold.pop(self.rng.randrange(len(self.sold))) for _ in range(5) if self.sold] or ["none"]
        return f"UPDATE sales SET status = 'refunded' WHERE id IN ({', '.join(map(literal, keys))})",

    def accrue(self):
        key, referee, amount, _, time = self.event()
        return f"SELECT referrals.accrue('payment', '{key}', '{referee}', {amount}, occurred_at => '{time}')", "23505"

    def reverse_event(self):
        if self.rng.random() < 0.2:
            return f"SELECT referrals.reverse_event('signup', '{self.somebody()}', 'gone')", "22023"
        refunded = self.rng.choice(["NULL", "10", "0.01"])
        return f"SELECT referrals.reverse_event('payment', 'sale{self.rng.randrange(60)}', 'back', {refunded})", "22023"

    def reverse(self):
        return (f"SELECT referrals.reverse((SELECT max(id) FROM referrals.commission_ledger WHERE kind = 'accrual') "
                f"- {self.rng.randrange(30)}, 'by hand', 1)"), "22004", "22023", "42704", "55000"

    # What operators do meanwhile.

    def enroll(self):
        return f"SELECT referrals.enroll('{self.rng.choice(REFERRERS)[0]}', '{self.rng.choice(list(PROGRAMS))}')",

    def define_program(self):
        name = self.rng.choice(list(PROGRAMS))
        plan = json.loads(PROGRAMS[name])
        plan["tiers"][0]["rates"]["signup"]["flat"] = str(self.rng.randrange(100))
        return f"SELECT referrals.define_program('{name}', {literal(json.dumps(plan))}, '{self.time()}')",

    def pause(self):
        return f"SELECT referrals.{self.rng.choice(['pause', 'resume', 'resume'])}_program('{self.rng.choice(list(PROGRAMS))}')",

    def process_queue(self):
        return f"SELECT referrals.process_queue({self.rng.choice([1, 10, 1000])})",

    def draft_payouts(self):
        return f"SELECT referrals.draft_payouts(minimum => {self.rng.choice([0, 10, 100])})",

    def change_payout(self):
        call = self.rng.choice(["approve_payout({})", "approve_payout({})", "cancel_payout({})", "settle_payout({}, 'bank')",
                                "fail_payout({}, 'why')"])
        return f"SELECT referrals.{call.format(self.rng.randint(1, 60))}", "42704", "55000"

    def attach_again(self):
        return self.rng.choice([ATTACH, ATTACH_EVENTS]),

    def change_mode(self):
        """In the round that is mock at first; what is mock is also purged."""
        return "SELECT 1" if self.live else f"SELECT referrals.{self.rng.choice(['go_live', 'go_mock', 'purge_mock', 'purge_mock'])}()",

    def seal(self):
        return "SELECT referrals.seal()",

    def erase(self):
        """Anybody but the referrers; the application forgets them in the same statement."""
        key = f"c{self.rng.randrange(CONNECTIONS)}x{self.near()}"
        return f"WITH forgotten AS (DELETE FROM crowd WHERE id = '{key}') SELECT referrals.erase('{key}')", "42704"

    def look(self):
        return self.rng.choice(["SELECT count(*) FROM referrals.dashboard", "SELECT referrals.health()",
                                "SELECT referrals.verify()", "SELECT referrals.reconcile()",
                                f"SELECT referrals.code_of('{self.somebody()}'), referrals.lookup('{self.code()}')"]),


def storm(round_):
    session = round_.cluster.session(round_.database)
    for statement in TABLES:
        session.query(statement)
    arguments = round_.live, round_.cluster, round_.database, round_.seed
    round_.workers = [Stormer(number, *arguments) for number in range(CONNECTIONS)]
    for worker in round_.workers:
        worker.start()
    for worker in round_.workers:
        worker.join()
        if worker.error:
            raise worker.error
    session.query("SELECT pg_stat_force_next_flush()")
    deadlocks = session.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    round_.checks.true(f"{deadlocks} deadlocks in pg_stat_database", deadlocks == "0")
    round_.log()
    for mode in ("go_live", "go_mock", "go_live"):
        session.query(f"SELECT referrals.{mode}()")
        session.query("SELECT referrals.process_queue()")
    drain(round_.checks, session)
    repaired = repair(session, round_.live)
    for what, rows in findings(session):
        round_.checks.none(what, rows)
    people, lines = session.query("SELECT (SELECT count(*) FROM referrals.participant), (SELECT count(*) FROM referrals.commission)")[0]
    session.close()
    tolerated = sum(worker.tolerated for worker in round_.workers)
    return (f"{CONNECTIONS} connections, {CONNECTIONS * STATEMENTS} statements, {tolerated} of them refused with reason, {people} people, "
            f"{lines} lines: {deadlocks} deadlocks, {repaired} calls of reconcile() made")


def repair(session, live):
    """reconcile() names the call for who was registered by hand and is in no table, and for what was purged with the mock lines."""
    made = 0
    for _ in range(5):  # it names a thousand at a time
        calls = session.query("SELECT detail FROM referrals.reconcile()"
                              + (" WHERE problem = 'participant_without_user'" if live else ""))
        for call, in calls:
            session.query(f"{call}\n")
        made += len(calls)
        if not calls:
            break
    return made
