"""Copies in another cluster, and in another major: what pg_dump carries there, and what pg_upgrade makes."""

import os
import tempfile

from copied import PRIVILEGES, TRIGGERS, check_copy, contents
from sound import check_root, check_sealing, check_sound, last_root, reconcile
from ways import WAYS, client


class Original:
    """A database and what is in it before it is copied."""

    def __init__(self, cluster, database):
        self.cluster, self.database = cluster, database
        session = cluster.session(database)
        self.contents, self.privileges, self.triggers = contents(session), session.query(PRIVILEGES), session.query(TRIGGERS)
        self.reconciled, self.root = reconcile(session), last_root(session)
        session.close()


def check_dumps(checks, what, original, target, pg_dump):
    """Dumps a database in all ways with a pg_dump of the original's major or of a later one, and restores each elsewhere."""
    source = original.cluster.database(original.database)
    admin = target.session("postgres")
    with tempfile.TemporaryDirectory() as directory:
        for way, options, restores in WAYS:
            how, name, file = f"{what}, {way}", f"copy_{way}", os.path.join(directory, way)
            checks.equal(f"{how}: pg_dump says nothing", (0, ""), client(pg_dump, "-d", source, "-f", file, *options))
            admin.query(f"CREATE DATABASE {name} TEMPLATE template0")
            for program, *arguments in restores:
                told = client(target.program(program), *arguments, file, "-d", target.database(name))
                checks.equal(f"{how}: the restore says nothing", (0, ""), told)
            check_arrived(checks, how, original, target, name)
            admin.query(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def check_upgrade(checks, original, new):
    """pg_upgrade of the cluster of the original, which must have been stopped: all as in any copy."""
    old = original.cluster
    new.as_server(new.program("pg_upgrade"), "-b", old.programs, "-B", new.programs, "-d", old.data, "-D", new.data,
                  "-p", old.port, "-P", new.port, "-s", os.environ["PGHOST"], "-U", "postgres")
    new.start()
    check_arrived(checks, "pg_upgrade", original, new, original.database)


def check_arrived(checks, how, original, target, name):
    """A copy in another cluster: sound, mock, at work, and live once it is told to be."""
    session = target.session(name)
    check_sound(checks, how, session, original.reconciled)
    session.close()
    check_copy(checks, how, target.database(name), original.contents, original.privileges, original.triggers)
    session = target.session(name)
    check_live(checks, how, session)
    # Another cluster counts its transactions anew.
    check_root(checks, how, session, original.root)
    check_sealing(checks, how, session, len(original.contents["epoch"]) + 1)
    session.close()


def check_live(checks, how, session):
    """After go_live() real money goes on where it stopped."""
    last = session.value("SELECT max(audit_id) FROM referrals.audit_log")
    session.query("SELECT referrals.go_live()")
    checks.equal(f"{how}: live after go_live()", "live", session.value("SELECT referrals.mode()"))
    line = session.value("SELECT id FROM referrals.commission_ledger WHERE event_key = 'direct' AND kind = 'accrual' AND mode = 'live' AND side = 'referrer'")
    again = session.value("SELECT referrals.accrue('payment', 'direct', '10', 1000, 'USD', '2024-07-10 12:00:00+00')")
    checks.equal(f"{how}: what was accrued before the copy earns nothing again", line, again)
    checks.equal(f"{how}: what waited to be accrued is live again", "5", session.value("SELECT referrals.process_queue()"))
    session.query("INSERT INTO shop.users (id, referred_by, name) VALUES (2000000, 'anna', 'live again')")
    session.query("INSERT INTO shop.\"Paid \\ Orders\" VALUES ('live again', 2000000, 70, 'USD', now(), 'it''s paid\\')")
    lines = session.query(f"""SELECT event_kind, mode FROM referrals.commission_ledger
        WHERE id > {last} AND referee = '2000000' AND side = 'referrer' ORDER BY id""")
    checks.equal(f"{how}: new lines are live", [["signup", "live"], ["payment", "live"]], lines)
    draft = session.value("SELECT min(payout_id) FROM referrals.payout WHERE state = 'draft'")
    session.query(f"SELECT referrals.approve_payout({draft})")
    checks.equal(f"{how}: a payout goes on", "approved", session.value(f"SELECT state FROM referrals.payout WHERE payout_id = {draft}"))
