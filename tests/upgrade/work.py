"""What must go on in a database that an older version began."""

from history import FILL
from psql import literal
from sound import check_sealing

# A payment of which nothing was taken back yet.
LIVE_PAYMENT = """SELECT min(event_key) FROM (
    SELECT event_key FROM referrals.commission_ledger WHERE mode = 'live' AND event_kind = 'payment' AND side = 'referrer' AND program = 'customers'
    GROUP BY event_key HAVING count(*) = 1 AND min(amount) > 0) AS untouched"""


def fill_as_far(session):
    """The history of the dump suite, without what this version does not have yet."""
    functions = {name for (name,) in session.query("SELECT proname FROM pg_proc WHERE pronamespace = 'referrals'::regnamespace")}
    for statement in FILL:
        called = {part.split("(")[0].strip() for part in statement.split("referrals.")[1:] if "(" in part}
        if all(name in functions or not name.isidentifier() for name in called):
            session.query(statement)


class User:
    """A session of the application that stays open, with all that it has cached."""

    def __init__(self, session, first_id):
        self.session, self.id = session, first_id

    def check(self, checks, what):
        """Signs somebody up, is paid, and takes a part back."""
        self.id += 1
        before = self.session.value("SELECT max(audit_id) FROM referrals.audit_log")
        self.session.query(f"INSERT INTO shop.users (id, referred_by, name) VALUES ({self.id}, 'anna', 'late')")
        self.session.query(f"INSERT INTO shop.\"Paid \\ Orders\" VALUES ('u{self.id}', {self.id}, 100, 'USD', '2024-08-01 00:00:00+00', 'it''s paid\\')")
        self.session.query(f"SELECT referrals.reverse_event('payment', 'u{self.id}', 'half of it', 50)")
        mode = self.session.value("SELECT referrals.mode()")
        lines = self.session.query(f"""SELECT event_kind, kind, mode FROM referrals.commission_ledger
            WHERE id > {before} AND referee = '{self.id}' AND side = 'referrer' ORDER BY id""")
        checks.equal(f"{what}: a sign-up, its payment and a refund are recorded",
                     [["signup", "accrual", mode], ["payment", "accrual", mode], ["payment", "reversal", mode]], lines)


def check_old_lines(checks, what, session):
    """Lines and payouts that were there go on: refunded, paid, explained, and as append-only as before. The database is live."""
    key = session.value(LIVE_PAYMENT)
    checks.true(f"{what}: there is an old payment", key is not None)
    returned = session.query(f"SELECT referrals.reverse_event('payment', {literal(key)}, 'back after the update')")
    checks.true(f"{what}: an old line is taken back", returned)
    draft = session.value("SELECT min(payout_id) FROM referrals.payout WHERE state = 'draft'")
    session.query(f"SELECT referrals.approve_payout({draft})")
    session.query(f"SELECT referrals.settle_payout({draft}, 'bank/after')")
    checks.equal(f"{what}: an old payout is settled", "paid", session.value(f"SELECT state FROM referrals.payout WHERE payout_id = {draft}"))
    checks.true(f"{what}: new payouts are drafted", session.query("SELECT referrals.draft_payouts('9999-01-01 00:00:00+00')"))
    line = session.value("SELECT min(commission_id) FROM referrals.commission")
    checks.true(f"{what}: an old line is explained", session.value(f"SELECT referrals.explain({line})").startswith(f"Line {line}: "))
    checks.equal(f"{what}: the record stays append-only", "55000", session.run("UPDATE referrals.commission SET amount = 0").sqlstate)
    session.query("SELECT referrals.process_queue()")
    checks.equal(f"{what}: nothing waits", "0", session.value("SELECT count(*) FROM referrals.queue"))


def check_sealed(checks, what, session, root, epochs):
    """The record is sound by the root that the old version returned, and the chain goes on."""
    checks.equal(f"{what}: verify() knows the old root", [], session.query(f"SELECT * FROM referrals.verify({literal(root)})"))
    check_sealing(checks, what, session, epochs)
    checks.equal(f"{what}: and still does", [], session.query(f"SELECT * FROM referrals.verify({literal(root)})"))


def check_shown(checks, what, session):
    """The views show of each old row what the version that wrote it showed (dump_release.py)."""
    for view, kept in (("commission_ledger", "ledger"), ("dashboard", "dashboard")):
        columns = session.value(f"""SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = 'kept.{kept}'::regclass AND attnum > 0""")
        checks.true(f"{what}: there is something in kept.{kept}", session.value(f"SELECT count(*) FROM kept.{kept}") != "0")
        for sense, left, right in (("lost", f"kept.{kept}", f"referrals.{view}"), ("new", f"referrals.{view}", f"kept.{kept}")):
            checks.equal(f"{what}: nothing is {sense} in {view}", [],
                         session.query(f"SELECT {columns} FROM {left} EXCEPT SELECT {columns} FROM {right}"))
