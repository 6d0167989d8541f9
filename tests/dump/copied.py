"""What must hold of a copy of the database of history.py: the same rows, mock, and at work."""

from history import APP, PLAN, READER
from psql import Session, literal

# Every privilege on what is in the schema; lists of grants have no order of their own, and NULL is the owner's and the
# public's as they come. The privilege to VACUUM (m), new in 17, is left out: who owns what has it.
PRIVILEGES = """
    SELECT kind, name, array_agg(entry ORDER BY entry) FROM (
      SELECT kind, name, regexp_replace(unnest(entries)::text, 'm/', '/') AS entry FROM (
        SELECT 'schema' AS kind, nspname::text AS name, coalesce(nspacl, acldefault('n', nspowner)) AS entries
        FROM pg_namespace WHERE nspname = 'referrals'
        UNION ALL SELECT 'relation', relname, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
        FROM pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v', 'S')
        UNION ALL SELECT 'function', oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
        FROM pg_proc WHERE pronamespace = 'referrals'::regnamespace
        UNION ALL SELECT 'type', typname, coalesce(typacl, acldefault('T', typowner))
        FROM pg_type WHERE typnamespace = 'referrals'::regnamespace AND typtype = 'd'
      ) AS lists
    ) AS granted GROUP BY 1, 2 ORDER BY 1, 2"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal ORDER BY 1, 2"""


def contents(session):
    """The rows of every table and the position of every sequence of the schema, as text."""
    tables = [row[0] for row in session.query(
        "SELECT relname FROM pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'r' ORDER BY 1")]
    found = {name: session.query(f"SELECT t::text FROM referrals.{name} AS t ORDER BY 1") for name in tables}
    for (name,) in session.query(
            "SELECT relname FROM pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'S' ORDER BY 1"):
        found[name] = session.query(f"SELECT last_value, is_called FROM referrals.{name}")
    return found


def check_copy(checks, how, name, before, privileges, triggers):
    """A restored database: the same rows, mock, and at work."""
    session = Session(name)
    after = contents(session)
    checks.equal(f"{how}: the tables and sequences", sorted(before), sorted(after))
    for table in before:
        checks.equal(f"{how}: the rows of {table}", before[table], after.get(table))
    checks.equal(f"{how}: privileges", privileges, session.query(PRIVILEGES))
    checks.equal(f"{how}: triggers", triggers, session.query(TRIGGERS))
    session.close()
    check_mode(checks, how, name)
    check_queue(checks, how, name)
    check_work(checks, how, name)


def check_mode(checks, how, name):
    """The setting allows live and the row in environment says live, but not in this database."""
    session = Session(name)
    first = session.run("SELECT referrals.mode()")
    checks.equal(f"{how}: mode", "mock", first.value)
    health = session.query("SELECT check_name, detail FROM referrals.health() WHERE NOT ok")
    checks.true(f"{how}: health() says why it is mock", any("mock" in f"{row}" for row in health), str(health))
    session.close()
    session = Session(name)
    told = session.run("SELECT referrals.register('somebody')").messages + session.run("SELECT referrals.mode()").messages
    checks.true(f"{how}: a session is warned", "WARNING" in told, told)
    again = session.run("SELECT referrals.register('somebody else')").messages
    checks.true(f"{how}: and only once", "WARNING" not in again, again)
    session.close()


def check_queue(checks, how, name):
    """What waited is still there, and is accrued: what is mock at once, what is live where it is live again."""
    session = Session(name)
    health = session.value("SELECT detail FROM referrals.health() WHERE check_name = 'queue' AND NOT ok")
    checks.true(f"{how}: health() tells of the queue", "3 mock" in health and "5 live" in health, health)
    checks.equal(f"{how}: what is mock is taken from the queue", "3", session.value("SELECT referrals.process_queue()"))
    checks.equal(f"{how}: and earned what it would have before", [["pat's 1", "1.00", "Few"], ["pat's 2", "1.00", "Few"], ["pat's 3", "2.00", "Many"]],
                 session.query("SELECT referee, amount, tier FROM referrals.commission_ledger WHERE referrer = 'pat' ORDER BY id"))
    checks.equal(f"{how}: what is live waits on", [["live", "5"]], session.query("SELECT mode, count(*) FROM referrals.queue GROUP BY mode"))
    session.close()


def check_work(checks, how, name):
    """Sign-ups go on where they stopped."""
    session = Session(name, [f"SET ROLE {APP}"])
    session.query("SELECT referrals.register('after the restore')")
    checks.true(f"{how}: the app role may not read the ledger", session.run("TABLE referrals.commission").sqlstate == "42501")
    session.query("RESET ROLE")
    last = int(session.value("SELECT max(audit_id) FROM referrals.audit_log"))
    ties = int(session.value("SELECT count(*) FROM referrals.attribution"))
    session.query(f"SET ROLE {APP}")
    session.query("INSERT INTO shop.users (id, referred_by, name) VALUES (1000000, 'an-na', 'late')")
    session.query("INSERT INTO shop.\"Sales Reps\" VALUES ('r9', 'anna', '2024-05-20 00:00:00+00')")
    # Of two orders one is paid at once, and refunded later; of the kind "order" no plan has a rate.
    session.query("INSERT INTO shop.\"Paid \\ Orders\" VALUES ('n1', 1000000, 50, 'USD', '2024-08-01 00:00:00+00', 'it''s paid\\'), "
                  "('n2', 1000000, 50, 'USD', '2024-08-01 00:00:00+00', NULL)")
    session.query("UPDATE shop.\"Paid \\ Orders\" SET state = E'\\n' WHERE no IN ('n1', 'n2')")
    session.query("RESET ROLE")
    lines = session.query(f"""SELECT kind, side, mode, event_kind, referee, referrer FROM referrals.commission_ledger
        WHERE id > {last} ORDER BY id""")
    checks.equal(f"{how}: new sign-ups and orders earn", [
        ["accrual", "referrer", "mock", "signup", "1000000", "1"], ["accrual", "referee", "mock", "signup", "1000000", "1"],
        ["accrual", "referrer", "mock", "signup", "rep:r9", "1"], ["accrual", "referee", "mock", "signup", "rep:r9", "1"],
        ["accrual", "referrer", "mock", "payment", "1000000", "1"], ["reversal", "referrer", "mock", "payment", "1000000", "1"]], lines)
    live = session.value("SELECT min(commission_id) FROM referrals.commission WHERE mode = 'live' AND kind = 'accrual'")
    checks.equal(f"{how}: a live line is not reversed in a copy", "55000", session.run(f"SELECT referrals.reverse({live}, 'copy')").sqlstate)
    checks.equal(f"{how}: nor paid", "55000", session.run("SELECT referrals.approve_payout(min(payout_id)) FROM referrals.payout WHERE state = 'draft'").sqlstate)
    checks.equal(f"{how}: nor drafted", 0, len(session.query("SELECT referrals.draft_payouts('9999-01-01 00:00:00+00')")))
    told = session.value(f"SELECT referrals.explain({live})")
    checks.true(f"{how}: a line is explained", told.startswith(f"Line {live}: "), told)
    checks.equal(f"{how}: and are tied", ties + 2, int(session.value("SELECT count(*) FROM referrals.attribution")))
    checks.equal(f"{how}: a known user keeps the code", "ANNA", session.value("SELECT referrals.register('1', wanted_code => 'OTHER')"))
    changed = session.run("UPDATE referrals.commission SET amount = 0")
    checks.equal(f"{how}: lines stay append-only", "55000", changed.sqlstate)
    version = session.value(f"SELECT referrals.define_program('reps', {literal(PLAN)})")
    checks.equal(f"{how}: the next plan version", "2", version)
    session.query(f"SET ROLE {READER}")
    seen = int(session.value("SELECT count(*) FROM referrals.dashboard"))
    checks.true(f"{how}: the reader role reads the dashboard", seen > 0)
    session.close()
