"""What is asked of the record, and what is run now and then: look-ups, tiers, quotes, the dashboard, payouts."""

import statistics

from lab import rounds
from report import at_least
from schema import EXTENSION, databases
from switch import switched

CODE = "\\set code 10000 + random(1, :referrers)\n"
USER = "\\set user random(1, :referrers)\n"
PLAN = """{"currency": "USD", "tiers": [
  {"name": "Bronze", "from": 0, "rates": {"payment": {"percent": "5", "min": "0.10", "max": "50"}}},
  {"name": "Silver", "from": 10, "rates": {"payment": {"percent": "7.5"}}}]}"""

# Each beside the prepared SELECT that finds the same by hand, if there is one.
ASKED = {
    "lookup()": (
        CODE + "SELECT referrals.lookup('REF' || :code);",
        CODE + "SELECT user_key FROM referrals.participant WHERE code = 'REF' || :code;",
        at_least(0.8)),
    "code_of()": (
        USER + "SELECT referrals.code_of(:user::text);",
        USER + "SELECT code FROM referrals.participant WHERE user_key = :user::text;",
        None),
    # By hand it is what the standing says; the function counts the record, since it can be asked about any time.
    "tier_of()": (
        USER + "SELECT referrals.tier_of(:user::text);",
        USER + "SELECT standing.tier FROM referrals.participant JOIN referrals.standing USING (participant_id) "
        "WHERE user_key = :user::text AND mode = 'mock';",
        None),
    "quote()": ("\\set volume random(0, 20)\n"
                f"SELECT referrals.quote('{' '.join(PLAN.split())}', 'payment', :volume, 49.90);", None, None),
    "dashboard of one": (USER + "SELECT * FROM referrals.dashboard WHERE user_key = :user::text;", None, None),
}


def run(report, scale):
    report.section("Operations", f"one connection, prepared; {scale.participants:,} people, {scale.referrers:,} of "
                   "them referrers; medians of interleaved rounds")
    with databases(scale, [EXTENSION]) as made:
        ask(report, scale, made[EXTENSION])
        settle(report, scale, made[EXTENSION])
        with switched("referrals.allow_live", "on", library="referrals"):  # the first of the two keys to live mode
            pay_out(report, scale, made[EXTENSION])
            seal(report, scale, made[EXTENSION])


def ask(report, scale, database):
    define = {"referrers": scale.referrers}
    cells = {("dashboard of all", True): lambda: 1 / database.seconds("SELECT * FROM referrals.dashboard;")}
    for name, (script, by_hand, _) in ASKED.items():
        for ours, text in ((True, script), (False, by_hand)):
            if text:
                cells[name, ours] = lambda text=text: database.pgbench(text, 1, scale.seconds, define=define)
    found = rounds(cells, scale.operation_rounds)
    for name, (_, by_hand, budget) in ASKED.items():
        if by_hand:
            report.compare(name, "extension", "SELECT", found[name, True], found[name, False], budget)
        else:
            report.fact(name, rate(found[name, True]))
    report.fact(f"dashboard of all {scale.referrers:,} referrers",
                duration([1 / value for value in found["dashboard of all", True]]))


def settle(report, scale, database):
    """Accrues sign-ups that wait, all of one referrer."""
    database.sql("""SELECT referrals.define_program('default', referrals.program_plan('default') || '{"accrual": "queued"}');
        INSERT INTO users (name, referred_by) SELECT 'Somebody', 'REF10001' FROM generate_series(1, %d);
        SELECT referrals.define_program('default', referrals.program_plan('default') - 'accrual');""" % scale.bulk_rows)
    taken = database.seconds(f"SELECT referrals.process_queue({scale.bulk_rows});")
    left = database.sql("SELECT count(*) FROM referrals.queue;")
    report.check("operations: nothing waits any more", left == "0", f"{left} wait")
    report.fact(f"process_queue() of {scale.bulk_rows:,} sign-ups with one referrer", f"{scale.bulk_rows / taken:,.0f} /s")


def pay_out(report, scale, database):
    """Drafts payouts of live lines; each draft is cancelled, so that the next finds the lines free again."""
    database.sql("SELECT referrals.go_live();")
    database.sql("INSERT INTO users (name, referred_by) "
                 f"SELECT 'Somebody', 'REF' || 10001 + number % {scale.referrers} "
                 f"FROM generate_series(1, {scale.bulk_rows}) AS number;\nVACUUM ANALYZE;")
    taken = []
    for _ in range(scale.operation_rounds):
        taken.append(database.seconds(
            "SELECT count(*) FROM referrals.draft_payouts(as_of => now() + interval '1 year');"))
        lines = database.sql("SELECT count(*) FROM referrals.payout_line WHERE NOT released;")
        report.check("operations: every line was in a draft", lines == str(scale.bulk_rows), f"{lines} lines")
        database.sql("SELECT count(referrals.cancel_payout(payout_id)) FROM referrals.payout WHERE state = 'draft';")
    report.fact(f"draft_payouts() of {scale.bulk_rows:,} lines of {scale.referrers:,} referrers", duration(taken))


def seal(report, scale, database):
    """Seals all that is live, undone each time, and verifies it; beside one SHA-256 of each of the rows in plain SQL."""
    rows = int(database.sql("SELECT count(*) FROM referrals.audit_log WHERE mode IS DISTINCT FROM 'mock';"))
    per_second = lambda sql: rows / database.seconds(sql)
    sealing = "BEGIN; SELECT count(*) FROM referrals.seal(); ROLLBACK;"
    by_hand = """SELECT count(sha256(convert_to(audit::text || coalesce(line::text, ''), 'UTF8')))
        FROM referrals.audit_log AS audit LEFT JOIN referrals.commission AS line ON line.commission_id = audit.audit_id
        WHERE audit.mode IS DISTINCT FROM 'mock';"""
    found = rounds({"seal()": lambda: per_second(sealing), "by hand": lambda: per_second(by_hand)}, scale.operation_rounds)
    sealed = database.sql("SELECT sum(rows) FROM referrals.seal();")
    report.check("operations: every live row is sealed", sealed == str(rows), f"{sealed} of {rows}")
    found |= rounds({"verify()": lambda: per_second("SELECT count(*) FROM referrals.verify();")}, scale.operation_rounds)
    report.check("operations: the record is sound", database.sql("SELECT count(*) FROM referrals.verify();") == "0", "problems")
    for name in ("seal()", "verify()"):
        report.compare(f"{name} of {rows:,} live rows", "extension", "sha256 in SQL", found[name], found["by hand"])


def rate(values):
    return f"{statistics.median(values):,.0f} /s ({min(values):,.0f} to {max(values):,.0f})"


def duration(seconds):
    milliseconds = [1000 * value for value in seconds]
    return f"{statistics.median(milliseconds):,.0f} ms ({min(milliseconds):,.0f} to {max(milliseconds):,.0f})"
