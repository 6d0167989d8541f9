#!/usr/bin/env python3
"""The report: its figures beside those of the views, its HTML, and what it looks like in a browser.

Called by tests/run, which sets the environment of the throw-away server; it makes a server of its own beside that one, and
leaves pages and pictures in target/report, of several majors in target/report/pgNN. With UPDATE=1 the picture in
doc/report.md is taken anew. Chromium comes from Debian and axe-core from npm. Where one of them cannot be had it says so
and counts nothing; REQUIRED=1 makes that a failure. Last line: N passed, N failed.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump", "copies", "harness")]
import figures  # noqa: E402
import looks  # noqa: E402
import markup  # noqa: E402
import shop  # noqa: E402
from browser import Broken, Browser  # noqa: E402
from checks import Checks, Unavailable  # noqa: E402
from cluster import Cluster  # noqa: E402
from history import APP, READER  # noqa: E402
from psql import Failure, literal  # noqa: E402

DOC = TESTS.parent / "doc"
# Several majors at once have a directory each, as they have for their logs.
PICTURES = TESTS.parent / "target" / "report" / Path(os.environ.get("REFERRALS_LOGS", "")).name
# What a page may weigh in bytes, however much there is to tell and whatever keys there are.
MOST = 700_000
# What a page that is not as it should be breaks off with.
BROKEN = Failure, KeyError, StopIteration, AttributeError, ValueError


def page(cluster, database, name, arguments=""):
    """A page as people get it: by psql, into a file."""
    file = PICTURES / f"{name}.html"
    done = subprocess.run(["psql", "-X", "-d", cluster.database(database), "-Atqc", f"select referrals.report({arguments})", "-o", file],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise Failure(f"report({arguments}) in {database}: {done.stderr}")
    return file


@contextlib.contextmanager
def one_moment(session):
    """A transaction in which a page and the views see the same rows, and have the same now()."""
    session.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        yield
    finally:
        session.query("ROLLBACK")


def take(session, arguments=""):
    return session.value(f"SELECT referrals.report({arguments})")


def check_page(checks, what, text):
    checks.equal(f"{what}: the HTML", [], markup.problems(text))
    checks.true(f"{what}: its size", len(text.encode()) < MOST, f"{len(text.encode())} bytes")


def check_figures(checks, cluster, database, session):
    """All of it, of a time, of a program, and of nothing."""
    check_page(checks, f"{database}, by psql", page(cluster, database, database).read_text(encoding="utf-8"))
    with one_moment(session):
        text = take(session)
        check_page(checks, database, text)
        figures.check(checks, database, text, session)
    low, high = session.query("SELECT min(occurred_at), max(occurred_at) FROM referrals.commission_ledger")[0]
    middle = session.value(f"SELECT {literal(low)}::timestamptz + ({literal(high)}::timestamptz - {literal(low)}::timestamptz) / 2")
    for name, arguments, where in [
        ("since", f"since => {literal(middle)}", f"occurred_at >= {literal(middle)}"),
        ("until", f"until => {literal(middle)}", f"occurred_at < {literal(middle)}"),
        ("one day", f"since => {literal(high)}, until => {literal(high)}::timestamptz + interval '1 day'", f"occurred_at >= {literal(high)}"),
        ("before all", f"until => {literal(low)}", "false"),
    ]:
        what = f"{database}, {name}"
        with one_moment(session):
            text = take(session, arguments)
            check_page(checks, what, text)
            figures.check(checks, what, text, session, where)
        checks.true(f"{what}: it says so", "are those of events in the time above" in text)


def check_programs(checks, database, session):
    for (program,) in session.query("SELECT name FROM referrals.program ORDER BY name"):
        what = f"{database}, program {program}"
        with one_moment(session):
            check_program(checks, what, program, session)


def check_program(checks, what, program, session):
    text = take(session, literal(program))
    check_page(checks, what, text)
    found = figures.Figures(text)
    for mode in found.modes:
        figures.ledger(checks, f"{what}, {mode}", found, session, mode, f"program = {literal(program)}")
    for mode in ("live", "mock"):
        count = session.value("SELECT coalesce(sum(referrals), 0) FROM (SELECT DISTINCT user_key, code, referrals FROM referrals.dashboard "
                              f"WHERE mode = '{mode}' AND program = {literal(program)}) AS people")
        words = f"brought {int(count):,} p"
        checks.true(f"{what}: {count} people were brought", count == "0" or words in found.text, words)


def check_hostile(checks, cluster, database):
    """Names are there, whole, and nothing but text."""
    text = page(cluster, database, database).read_text(encoding="utf-8")
    root = markup.Page(text).root
    said = [element.attributes.get("title") or element._text() for element in root.all("bdi")]
    for name in shop.NAMES[:12]:
        checks.true(f"a name is shown: {name[:30]!r}", written(name) in said)
    for bad in ("<script", "<img", "onerror=alert(1)>", "<b>PT", "<u>", "<kind>"):
        checks.true(f"{bad} is not in the page", bad not in text)
    checks.true("an erased person is said to be", "erased" in root.text and "sheikh<" not in text)


def written(name):
    """A name as the page writes it."""
    escapes = {"\n": "\\n", "\t": "\\t", "\x01": "\\u{1}", "\x1b": "\\u{1b}", "\x7f": "\\u{7f}"}
    return figures.shown("".join(escapes.get(letter, letter) for letter in name))


def check_state(checks, cluster, database):
    """One state of the database, read and no more, by whoever may look at the views."""
    session = cluster.session(database)
    other = cluster.session(database)
    session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    before = take(session)
    other.query("SELECT referrals.register('meanwhile', referred_by => 'KUWAIT', registered_at => '2024-05-01 00:00:00+00')")
    other.query("SELECT referrals.accrue('payment', 'meanwhile', 'meanwhile', 10, 'KWD', '2024-05-02 00:00:00+00')")
    checks.true("a fixed snapshot stays as it is", take(session) == before)
    session.query("COMMIT")
    checks.true("and another sees what was added", take(session) != before)
    with one_moment(session):
        session.query("SELECT referrals.accrue('payment', 'own', 'meanwhile', 20, 'KWD', '2024-05-02 00:00:00+00')")
        figures.check(checks, "with what the transaction wrote itself", take(session), session)
    session.query(f"SET ROLE {READER}")
    checks.true("a reader gets it", take(session).startswith("<!DOCTYPE html>"))
    session.query("RESET ROLE")
    session.query("CREATE ROLE report_nobody")
    session.query("SET ROLE report_nobody")
    checks.equal("nobody else does", "42501", session.run("SELECT referrals.report()").sqlstate)
    session.close()
    other.close()


def check_modes(checks, cluster, database):
    """What is mock is said to be, and a copy is mock though its lines are live."""
    text = page(cluster, database, database).read_text(encoding="utf-8")
    checks.true("live comes before mock", text.index('id="live"') < text.index('id="mock"'))
    checks.true("mock figures are said to be", "Practice, not real money" in text)
    admin = cluster.session("postgres")
    admin.query(f"CREATE DATABASE copy TEMPLATE {database}")
    admin.close()
    session = cluster.session("copy")
    copied = take(session)
    session.close()
    checks.true("a copy says that it is one", f'Mock mode: live was chosen in database "{database}", of which this is a copy.' in markup.Page(copied).root.text)
    checks.true("and shows the live lines", 'id="live"' in copied)


def check_empty(checks, cluster):
    text = page(cluster, "empty", "empty").read_text(encoding="utf-8")
    check_page(checks, "empty", text)
    checks.true("a database without programs says so", "There is no program yet" in text)
    session = cluster.session("empty")
    session.query("SELECT referrals.register('alone')")
    session.close()
    text = page(cluster, "empty", "nobody").read_text(encoding="utf-8")
    check_page(checks, "nobody brought", text)
    checks.true("one in which nobody was brought says so", "Nothing to show" in text)


def check_bounded(checks, cluster):
    """Many lines, people, currencies and programs are a page no larger."""
    session = cluster.session("many")
    session.query("CREATE TABLE payments (id bigint PRIMARY KEY, who text, amount numeric, cur text)")
    for number in range(12):
        session.query(f"""SELECT referrals.define_program('p{number}', '{{"currency": {{"unit": "U{number}", "decimals": 0}}, "tiers": [{{"name": "A", "from": 0,
            "rates": {{"signup": {{"flat": 1}}, "payment": {{"flat": 2}}, {', '.join(f'"kind {kind}": {{"flat": 1}}' for kind in range(25))}}}}},
            {{"name": "B", "from": 1000, "rates": {{}}}}]}}')""")
        session.query(f"""SELECT count(referrals.register('{number} ' || repeat('"', 500 - length(n::text)) || n, program => 'p{number}', wanted_code => 'C{number}X' || n))
            FROM generate_series(1, 60) AS n""")
        session.query(f"SELECT count(referrals.register('f{number} ' || n, referred_by => 'C{number}X' || 1 + n % 60)) FROM generate_series(1, 200) AS n")
        session.query(f"SELECT count(referrals.accrue('kind ' || n % 25, repeat('&', 500) || '{number} ' || n, 'f{number} ' || 1 + n % 200)) FROM generate_series(1, 100) AS n")
    text = page(cluster, "many", "many").read_text(encoding="utf-8")
    check_page(checks, "many", text)
    shown = figures.Figures(text)
    checks.equal("many: so many currencies", 8, len(shown.tables("mock", "Referrers in .*")))
    checks.equal("many: so many programs", 8, len(shown.tables("mock", "Tiers of .*")))
    for words in ("4 currencies have fewer lines and no place here: see the view referrals.dashboard", "6 kinds have fewer lines and no row here",
                  "35 more people have a row in the view referrals.dashboard", "4 programs have fewer referrers and no place here",
                  "40 more referrers are in the view referrals.tier_progress", "more lines are in the view referrals.commission_ledger"):
        checks.true(f"many: it says what it leaves out: {words}", words in shown.text)
    session.close()


def check_looks(checks, cluster):
    """In a browser, if there is one."""
    browser = judge = None
    try:
        judge = looks.axe()
        browser = Browser()
        print(f"{browser.version}, axe-core {looks.AXE}", flush=True)
        for name in ("music", "everything", "empty", "many"):
            looks.check(checks, browser, name, PICTURES / f"{name}.html", PICTURES, judge)
        if os.environ.get("UPDATE"):
            looks.first_screen(browser, PICTURES / "music.html", DOC / "report.png")
    except Unavailable as why:
        checks.left_out("a browser", why)
    except Broken as broken:
        checks.true("the browser went on", False, str(broken))
    finally:
        if browser:
            browser.close()


def prepare(cluster):
    admin = cluster.session("postgres")
    for role in (READER, APP):
        admin.query(f"CREATE ROLE {role}")
    for name in ("everything", "music", "empty", "many"):
        admin.query(f"CREATE DATABASE {name}")
        session = cluster.session(name)
        session.query("CREATE EXTENSION referrals")
        session.close()
    admin.close()


def main():
    # make test ends a suite with SIGTERM, and the server is to go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    PICTURES.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with contextlib.ExitStack() as stack:
        cluster = Cluster("report")
        stack.callback(cluster.remove)
        cluster.make().start()
        prepare(cluster)
        for name in ("everything", "music"):
            with checks.part(name, BROKEN):
                session = cluster.session(name)
                if name == "music":
                    session.query("SELECT referrals.go_live()")
                getattr(shop, name)(session)
                check_figures(checks, cluster, name, session)
                check_programs(checks, name, session)
                session.close()
        with checks.part("names", BROKEN):
            check_hostile(checks, cluster, "everything")
        with checks.part("modes", BROKEN):
            check_modes(checks, cluster, "everything")
        with checks.part("state", BROKEN):
            check_state(checks, cluster, "everything")
        with checks.part("nothing", BROKEN):
            check_empty(checks, cluster)
        with checks.part("many", BROKEN):
            check_bounded(checks, cluster)
        with checks.part("looks", BROKEN):
            check_looks(checks, cluster)
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
