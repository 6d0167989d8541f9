#!/usr/bin/env python3
"""What doc/monitoring gives to operators, with the programs that it is for: prometheus-postgres-exporter reads queries.yaml
and shows what SQL shows; promtool takes alerts.yaml and says when each alert fires; grafana.json shows what there is; and
pg_cron runs the jobs of schedule.sql (where PostgreSQL 15 is tested, for which Debian has it). What cannot be had of Debian
is left out, and told; REQUIRED=1 makes that a failure.

Called by tests/run, which sets the environment of the throw-away server. Last line: N passed, N failed.
"""

import math
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump", "copies", "harness")]
from checks import Checks  # noqa: E402
from dashboard import alerted, check_dashboard, queried  # noqa: E402
from debian import unpacked  # noqa: E402
from exporter import Exporter  # noqa: E402
from psql import Session  # noqa: E402
from schedule import MAJOR, Schedule, install  # noqa: E402

FILES = TESTS.parent / "doc" / "monitoring"
DATABASE, ROLE = "referrals_monitoring", "regress_referrals_exporter"
PLAN = ('{"currency": "USD", "accrual": "%s", "tiers": [{"name": "A", "from": 0, '
        '"rates": {"signup": {"flat": 10}, "payment": {"percent": 5}}}]}')
# What the exporter says of itself and of its scrapes.
ITS_OWN = {"pg_exporter_last_scrape_error"}


def tidy(session):
    session.query(f"DROP DATABASE IF EXISTS {DATABASE}")
    session.query(f"DROP ROLE IF EXISTS {ROLE}")


def fill(session):
    """A shop with a little of everything, whose people have keys that must not be seen."""
    for statement in (
            "CREATE EXTENSION referrals", f"CREATE ROLE {ROLE} LOGIN", f"SELECT referrals.grant_access('{ROLE}', 'monitor')",
            f"SELECT referrals.define_program('default', '{PLAN % 'immediate'}')",
            f"SELECT referrals.define_program('later', '{PLAN % 'queued'}')",
            "SELECT referrals.register('secret-ann', wanted_code => 'HIDDENANN')",
            "SELECT referrals.register('secret-eve', wanted_code => 'HIDDENEVE', program => 'later')",
            # Payouts are of live lines, and this server may not go live.
            "INSERT INTO referrals.payout (payee_id, currency, amount, state) SELECT participant_id, 'USD', 12.5, unnest(ARRAY['draft', 'draft', 'approved']) "
            "FROM referrals.participant WHERE user_key = 'secret-ann'"):
        session.query(statement)


def figures():
    """The metrics that the file makes, without its labels."""
    return {name for name, usage in queried(FILES / "queries.yaml")[0].items() if usage != "LABEL"}


def check_scrapes(checks, exporter, session):
    """The figures are those of SQL, and move with what happens. Gives the names of the metrics."""
    metrics, bare = queried(FILES / "queries.yaml")
    flush(session)
    first_unsealed = session.value("SELECT rows FROM referrals._unsealed()")
    first = exporter.scrape()
    checks.equal("the exporter takes the queries", (1, 0, 0), (first.value("pg_up"), first.value("pg_exporter_last_scrape_error"),
                                                              first.value("pg_exporter_user_queries_load_error")))
    checks.equal("every metric has a description in the file", set(), bare)
    names = {name for name in first.samples if name.startswith("referrals_")}
    checks.equal("the metrics are those of the file", figures(), names)
    for name in sorted(names):
        checks.equal(f"{name}: its type", metrics[name].lower(), first.types[name])
        checks.true(f"{name}: says what it is", len(first.descriptions[name]) > 8)
    checks.equal("only what counts up is called a total", {name for name in figures() if name.endswith("_total")},
                 {name for name, usage in metrics.items() if usage == "COUNTER"})

    session.query("SELECT referrals.register('secret-' || n, CASE WHEN n > 10 THEN 'HIDDENANN' END) FROM generate_series(1, 30) AS n")
    session.query("SELECT referrals.register('secret-late-' || n, 'HIDDENEVE') FROM generate_series(1, 7) AS n")
    session.query("SELECT referrals.reverse(id, 'secret reason') FROM referrals.commission_ledger ORDER BY id LIMIT 3")
    session.query("SELECT referrals.pause_program('later')")
    flush(session)
    exporter.restart()
    second = exporter.scrape()
    moved = {name: second.value(f"referrals_{name}_total") - first.value(f"referrals_{name}_total")
             for name in ("participants", "ties", "lines", "corrections", "queued")}
    checks.equal("the counters count what happened", {"participants": 37, "ties": 27, "lines": 23, "corrections": 3, "queued": 7}, moved)
    checks.true("audit rows are counted", second.value("referrals_records_total") > first.value("referrals_records_total"))
    checks.equal("what waits", (7, 0), tuple(second.value("referrals_queue_events", mode=mode) for mode in ("mock", "live")))
    checks.true("since when it waits", 0 < second.value("referrals_queue_oldest_age_seconds", mode="mock") < 300)
    checks.equal("nobody waits in the other mode", 0, second.value("referrals_queue_oldest_age_seconds", mode="live"))
    checks.equal("paused programs, and the mode", (1, 0), (second.value("referrals_paused_programs"), second.value("referrals_live")))
    checks.equal("the size is that of the tables", float(session.value(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'referrals'::regnamespace AND relkind = 'r'")),
        second.value("referrals_size_bytes"))
    checks.equal("what is not sealed", float(first_unsealed), first.value("referrals_seal_unsealed_rows"))
    checks.true("nothing was sealed yet", second.value("referrals_seal_blocks") == 0 and math.isnan(second.value("referrals_seal_last_block_age_seconds")))
    for check, ok in session.query("SELECT check_name, ok::int FROM referrals.health()"):
        checks.equal(f"health: {check}", float(ok), second.value("referrals_health_ok", check=check))
    for state, count, amount in session.query("SELECT state, count(*), sum(amount) FROM referrals.payout GROUP BY state"):
        checks.equal(f"payouts: {state}", (float(count), float(amount)), tuple(
            second.value(f"referrals_payouts_{what}", state=state, currency="USD") for what in ("count", "amount")))

    session.query("SELECT referrals.resume_program('later')")
    session.query("SELECT referrals.process_queue()")
    session.query("SELECT count(*) FROM referrals.seal()")
    flush(session)
    exporter.restart()
    third = exporter.scrape()
    checks.equal("the queue is empty again", (0, 0), (third.value("referrals_queue_events", mode="mock"),
                                                      third.value("referrals_queue_oldest_age_seconds", mode="mock")))
    checks.equal("what waited was accrued", 7, third.value("referrals_lines_total") - second.value("referrals_lines_total"))
    checks.equal("everything is sealed", (0, 0, 1), tuple(third.value(f"referrals_seal_{name}") for name in ("unsealed_rows", "unsealed_age_seconds", "blocks")))
    checks.true("the block is new", 0 <= third.value("referrals_seal_last_block_age_seconds") < 300)

    # The worst that can be: the figures that are left still come, and those that cannot be are no numbers.
    session.query("ALTER TABLE referrals.block DISABLE TRIGGER append_only")
    session.query("UPDATE referrals.block SET root = '\\x00'")
    exporter.restart()
    broken = exporter.scrape()
    checks.true("a damaged block is told, and breaks no scrape", broken.value("pg_exporter_last_scrape_error") == 0
                and math.isnan(broken.value("referrals_seal_unsealed_rows")) and broken.value("referrals_live") == 0)
    whole = "".join(scrape.text for scrape in (first, second, third, broken))
    checks.true("nobody's key or code, and no reason, is in what it says", "secret" not in whole and "HIDDEN" not in whole)
    checks.true("no query of it failed", "level=error" not in exporter.said() and "err=" not in exporter.said(), exporter.said())
    return names


def check_subscriptions(checks, exporter, session):
    """A head office of several shops: health() has a row for each, and the metric is one."""
    session.query("SET allow_system_table_mods = on")
    for name in ("east", "west"):
        session.query(f"CREATE SUBSCRIPTION {name} CONNECTION 'dbname=nowhere' PUBLICATION referrals WITH (connect = false, slot_name = NONE)")
        # What CREATE SUBSCRIPTION writes where it may connect.
        session.query("INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate) "
                      f"SELECT oid, 'referrals.commission'::regclass, 'r' FROM pg_subscription WHERE subname = '{name}'")
    checks.equal("two subscriptions are two rows of health()", "2",
                 session.value("SELECT count(*) FROM referrals.health() WHERE check_name = 'subscription'"))
    exporter.restart()
    scrape = exporter.scrape()
    checks.equal("and one metric, which says that not all is well", (0, 0),
                 (scrape.value("referrals_health_ok", check="subscription"), scrape.value("pg_exporter_last_scrape_error")))
    for name in ("east", "west"):
        session.query(f"DROP SUBSCRIPTION {name}")


def flush(session):
    """Statistics are written within a second; not so long here."""
    session.query("SELECT pg_stat_force_next_flush()")
    session.query("SELECT 1")


def check_alerts(checks, known):
    rules, used = alerted(FILES / "alerts.yaml")
    checks.equal("every metric that an alert asks for exists", set(), used - known)
    promtool = unpacked("prometheus", "+prometheus") / "usr" / "bin" / "promtool"
    for arguments in (["check", "rules", FILES / "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]):
        done = subprocess.run([promtool, *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        checks.true(f"promtool {' '.join(arguments[:2])}", done.returncode == 0, done.stdout + done.stderr)
        if arguments[0] == "check":
            checks.true("promtool sees every rule", f"{rules} rules found" in done.stdout + done.stderr, done.stdout + done.stderr)


def main():
    if "REFERRALS_PGDATA" not in os.environ:
        sys.exit("run it with make test SUITES=monitoring")
    checks, schedule = Checks(), None
    server = Session("postgres")
    tests_cron = int(server.value("SHOW server_version_num")) // 10000 == MAJOR
    try:
        if tests_cron:
            with checks.part("pg_cron takes the jobs"):
                install(unpacked("postgresql-15-cron", "+postgresql-15-cron"))
                schedule = Schedule(FILES / "schedule.sql")
                schedule.start()
                schedule.check_jobs(checks)
        else:
            print(f"pg_cron: Debian has it for PostgreSQL {MAJOR}, where its jobs are run")
        # Those of the file, unless the exporter can be asked.
        known = ITS_OWN | figures()
        with checks.part("exporter"):
            program = unpacked("prometheus-exporter", "+prometheus-postgres-exporter") / "usr" / "bin" / "prometheus-postgres-exporter"
            tidy(server)
            server.query(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
            session = Session(DATABASE)
            fill(session)
            exporter = Exporter(program, FILES / "queries.yaml", DATABASE, ROLE, Path(os.environ["TMPDIR"]) / "exporter.log")
            try:
                known = ITS_OWN | check_scrapes(checks, exporter, session)
                check_subscriptions(checks, exporter, session)
            finally:
                exporter.stop()
            session.close()
            tidy(server)
        with checks.part("dashboard"):
            check_dashboard(checks, FILES / "grafana.json", known)
        with checks.part("alerts"):
            check_alerts(checks, known)
        if schedule:
            with checks.part("pg_cron runs the jobs"):
                schedule.check_minute(checks)
                schedule.check_alarm(checks)
    finally:
        if schedule:
            schedule.remove()
        server.close()
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(checks.failed > 0)


if __name__ == "__main__":
    main()
