"""A streaming standby: it shows what the primary has, refuses what writes, and takes over."""

import subprocess
import threading
import time

from checks import Checks
from cluster import Cluster, wait_for_replay, wait_until
from copied import contents
from psql import Failure
from reading import check_reading_while_replaying
from sound import check_root, check_sealing, check_sound, last_root, reconcile
from surface import DRAWING, OF_HERE, readings, writings

HINT = "This server is a standby. Call it on the primary."
# Whoever signed up has a participant and, with a referrer, a tie and a line; each line has its record. Counts what is wrong.
TORN = """
    SELECT (SELECT count(*) FROM shop.users AS u WHERE referrals.code_of(u.id::text) IS NULL)
      + (SELECT count(*) FROM referrals.commission AS c LEFT JOIN referrals.audit_log AS a ON a.audit_id = c.commission_id WHERE a.audit_id IS NULL)
      + (SELECT count(*) FROM shop.users AS u JOIN referrals.participant AS p ON p.user_key = u.id::text
         LEFT JOIN referrals.attribution AS t ON t.referee_id = p.participant_id WHERE u.name = 'load' AND t.referee_id IS NULL)"""


class Load(threading.Thread):
    """Signs people up, lets them order and gives money back, until the server is gone; remembers what was acknowledged."""

    def __init__(self, cluster, database, first):
        super().__init__()
        self.session, self.next, self.users, self.refunds = cluster.session(database), first, [], []

    def run(self):
        try:
            while True:
                user, self.next = self.next, self.next + 1
                self.session.query(f"INSERT INTO shop.users (id, referred_by, name) VALUES ({user}, 'anna', 'load')")
                self.users.append(str(user))
                self.session.query(f"""INSERT INTO shop."Paid \\ Orders" VALUES ('load {user}', {user}, 10, 'USD', now(), 'it''s paid\\')""")
                if user % 3 == 0:
                    self.session.query(f"""UPDATE shop."Paid \\ Orders" SET state = 'refunded' WHERE no = 'load {user}'""")
                    self.refunds.append(f"load {user}")
        except Failure:
            pass  # The server was stopped, which is what it waits for.


def check_standby(checks, primary, database):
    """Makes a standby of a cluster, compares, stops the primary and lets the standby take over; gives the new primary."""
    standby = Cluster("standby").make_standby_of(primary, {"referrals.allow_live": "off"})
    try:
        standby.start()
        there, here = primary.session(database), standby.session(database)
        wait_for_replay(there, here)
        checks.equal("standby: it is mock where the configuration does not allow live", "mock", here.value("SELECT referrals.mode()"))
        standby.configure({"referrals.allow_live": "on"})
        standby.reload()
        here.close()
        here = standby.session(database)
        checks.equal("standby: it is live where it does", "live", here.value("SELECT referrals.mode()"))
        check_reading(checks, there, here)
        check_writing(checks, here)
        check_caches(checks, there, here)
        check_dump(checks, primary, standby, database)
        check_reading_while_replaying(checks, primary, standby, database)
        check_failover(checks, primary, standby, database, there, here)
    finally:
        standby.remove()


def check_reading(checks, there, here):
    """Each view, table and function that reads gives the same on both."""
    for name, query in readings(there):
        if query is None:
            checks.true(f"standby: the suite asks {name} nothing: add it to surface.py", False)
            continue
        expected, found = there.run(query), here.run(query)
        checks.true(f"standby: {name} works on the primary", expected.ok, expected.messages)
        checks.true(f"standby: {name} works", found.ok, found.messages)
        if name not in OF_HERE:
            checks.equal(f"standby: {name} gives the same", sorted(map(str, expected.rows)), sorted(map(str, found.rows)))
    drawn = here.run(DRAWING)
    checks.true("standby: generate_code() works", drawn.ok and drawn.rows[0][0].startswith("MARIA"), drawn.messages)
    here.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    for name, query in readings(there):
        found = here.run(query)
        checks.true(f"standby, REPEATABLE READ: {name} works", found.ok, found.messages)
    here.query("COMMIT")


def check_writing(checks, here):
    """Each function that writes says why it does not."""
    calls = writings(here)
    for name, call in calls:
        told = here.run(call)
        checks.equal(f"standby: {name}() is refused", "25006", told.sqlstate)
        checks.true(f"standby: {name}() says why", f"referrals.{name}() writes, and this transaction is read-only" in told.messages
                    and f"HINT:  {HINT}" in told.messages, told.messages)
    checks.true("standby: there are functions that write", len(calls) > 20, str(len(calls)))
    told = here.run("SELECT referrals.register('1')")
    checks.equal("standby: register() of a known user is refused", "25006", told.sqlstate)
    told = here.run("INSERT INTO shop.users (name) VALUES ('new')")
    checks.equal("standby: Postgres refuses a sign-up", "25006", told.sqlstate)


def check_caches(checks, there, here):
    """What a session of the standby keeps of mode, programs and plans is forgotten when the primary changes it."""
    asked = ("SELECT referrals.mode()", "SELECT referrals.program_plan('customers') ->> 'hold_days'", "SELECT referrals.tier_of('1')")
    before = [here.value(sql) for sql in asked]
    plan = there.value("SELECT referrals.program_plan('customers')")
    there.query("SELECT referrals.go_mock()")
    there.query(f"SELECT referrals.define_program('customers', jsonb_set($plan${plan}$plan$, '{{hold_days}}', '7'))")
    wait_for_replay(there, here)
    checks.equal("standby: a session sees the new mode and plan", ["mock", "7"], [here.value(sql) for sql in asked[:2]])
    there.query("SELECT referrals.go_live()")
    there.query(f"SELECT referrals.define_program('customers', $plan${plan}$plan$)")
    wait_for_replay(there, here)
    checks.equal("standby: and the old ones again", before, [here.value(sql) for sql in asked])


def check_dump(checks, primary, standby, database):
    """A dump taken of the standby is that of the primary, but for how far the sequences are."""
    def dump(cluster):
        done = subprocess.run([cluster.program("pg_dump"), "-d", cluster.database(database)], capture_output=True, text=True)
        checks.equal(f"standby: pg_dump of the {cluster.name} says nothing", (0, ""), (done.returncode, done.stderr))
        return [line for line in done.stdout.splitlines() if not line.startswith(("SELECT pg_catalog.setval", "\\restrict", "\\unrestrict"))]

    checks.equal("standby: a dump of it is one of the primary", dump(primary), dump(standby))


def check_failover(checks, primary, standby, database, there, here):
    """The primary stops under load. What it acknowledged is on the standby, which takes over."""
    before, known, root = contents(there), reconcile(there), last_root(there)
    identifier = there.value("SELECT system_identifier FROM pg_control_system()")
    waiting = standby.session(database)
    waiting.query("BEGIN")
    waiting.query("SELECT referrals.mode()")
    load = [Load(primary, database, first) for first in (100000, 200000, 300000)]
    for thread in load:
        thread.start()
    # Whatever the standby has come to, it shows whole transactions.
    torn, unsound = [], Checks()
    while all(thread.is_alive() for thread in load) and min(len(thread.users) for thread in load) < 100:
        here.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        torn.append(here.value(TORN))
        check_sound(unsound, "standby under load", here, known)
        here.query("COMMIT")
        time.sleep(0.02)
    print(f"standby: looked at {len(torn)} times under load")
    checks.equal("standby: no half transaction under load", {"0"}, set(torn))
    checks.equal("standby: sound under load", 0, unsound.failed)
    wait_until(there, "EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')", "the standby is not connected")
    there.close()
    # A shutdown in good order sends the standby everything first.
    primary.stop("fast")
    for thread in load:
        thread.join()
        thread.session.close()
    standby.promote()
    users, refunds = [sum((getattr(thread, name) for thread in load), []) for name in ("users", "refunds")]
    print(f"standby: {len(users)} sign-ups and {len(refunds)} refunds were acknowledged before the primary stopped")
    checks.true("promoted: there was load", len(users) > 30 and refunds, f"{len(users)}, {len(refunds)}")
    told = waiting.run("SELECT referrals.register('early')")
    checks.true("promoted: a transaction begun on the standby still reads only, and the hint fits",
                told.sqlstate == "25006" and HINT not in told.messages, told.messages)
    waiting.query("ROLLBACK")
    checks.equal("promoted: its session then writes", "ANNA", waiting.value("SELECT referrals.register('1')"))
    waiting.close()
    checks.equal("promoted: the same cluster", identifier, here.value("SELECT system_identifier FROM pg_control_system()"))
    checks.equal("promoted: live stays live", "live", here.value("SELECT referrals.mode()"))
    participants = {row[0] for row in here.query("SELECT user_key FROM referrals.participant")}
    checks.equal("promoted: every acknowledged sign-up is there", [], [user for user in users if user not in participants])
    reversals = {row[0] for row in here.query("SELECT event_key FROM referrals.commission_ledger WHERE kind = 'reversal' AND mode = 'live'")}
    checks.equal("promoted: every acknowledged refund is there", [], [key for key in refunds if key not in reversals])
    checks.equal("promoted: nothing is half there", "0", here.value(TORN))
    after = contents(here)
    for table in ("participant", "attribution", "commission", "reversal", "audit_log", "plan", "program", "payout", "payout_line"):
        checks.equal(f"promoted: no row of {table} is lost", [], sorted(map(str, set(map(tuple, before[table])) - set(map(tuple, after[table])))))
    check_sound(checks, "promoted", here, known)
    check_going_on(checks, here)
    check_sound(checks, "promoted and at work", here, known)
    check_root(checks, "promoted", here, root)
    # The same cluster goes on counting its transactions.
    check_sealing(checks, "promoted", here, len(before["epoch"]))
    here.close()


def check_going_on(checks, here):
    """On the new primary all goes on, with ids that nobody had."""
    last, person = here.query("SELECT max(audit_id), (SELECT max(participant_id) FROM referrals.participant) FROM referrals.audit_log")[0]
    here.query("INSERT INTO shop.users (id, referred_by, name) VALUES (900001, 'anna', 'after'), (900002, 'anna', 'after')")
    here.query("""INSERT INTO shop."Paid \\ Orders" VALUES ('after', 900001, 40, 'USD', now(), 'it''s paid\\')""")
    here.query("""UPDATE shop."Paid \\ Orders" SET state = 'refunded' WHERE no = 'after'""")
    here.query("SELECT referrals.accrue('payment', 'after too', '900002', 40)")
    here.query("SELECT referrals.reverse_event('payment', 'after too', 'half', 20)")
    lines = here.query(f"""SELECT kind, event_kind, referee, mode FROM referrals.commission_ledger
        WHERE id > {last} AND side = 'referrer' ORDER BY id""")
    checks.equal("promoted: sign-ups, events and reversals go on", [
        ["accrual", "signup", "900001", "live"], ["accrual", "signup", "900002", "live"], ["accrual", "payment", "900001", "live"],
        ["reversal", "payment", "900001", "live"], ["accrual", "payment", "900002", "live"], ["reversal", "payment", "900002", "live"]], lines)
    checks.equal("promoted: new people have new ids", "t", here.value(
        f"SELECT min(participant_id) > {person} FROM referrals.participant WHERE user_key IN ('900001', '900002')"))
    drafted = [row[0] for row in here.query("SELECT referrals.draft_payouts('9999-01-01 00:00:00+00')")]
    checks.true("promoted: payouts are drafted", drafted)
    for payout in drafted:
        here.query(f"SELECT referrals.approve_payout({payout})")
        here.query(f"SELECT referrals.settle_payout({payout}, 'bank/{payout}')")
    checks.equal("promoted: what waited is accrued", "8", here.value("SELECT referrals.process_queue()"))
