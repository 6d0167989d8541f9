"""The extension as psycopg 3 sees it: transactions, pipelines, COPY, exact numbers, exceptions."""

from datetime import datetime, timezone
from decimal import Decimal

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb
from report import AMOUNTS, PLAN, POOLED, TOTAL, Report, concurrently

report = Report()
notices = []
WORKERS, EACH = 6, 10


# [connect]
def connect(user, **parameters):
    # Behind pgbouncer no statement is prepared: the next transaction may have another server connection.
    connection = psycopg.connect(user=user, prepare_threshold=None if POOLED else 5, **parameters)
    # [end]
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    return connection


def prepare(owner):
    owner.execute("""CREATE TABLE psycopg_users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, wanted_code text, referred_by text)""")
    owner.execute("GRANT SELECT, INSERT ON psycopg_users TO clients_app")
    owner.execute("GRANT INSERT ON psycopg_users TO clients_web")
    # [program]
    owner.execute("SELECT referrals.define_program('psycopg', %s)", [Jsonb(PLAN)])
    owner.execute("""SELECT referrals.attach('psycopg_users', program => 'psycopg', code => 'wanted_code', label => 'name',
                     key_prefix => 'psycopg:')""")
    # [end]
    owner.commit()


# [sign-up]
def sign_up(connection, name, referred_by=None, wanted_code=None):
    """The new user's id and code. Both are committed together, with what the sign-up earned, or neither is."""
    with connection.transaction():
        (user,) = connection.execute(
            "INSERT INTO psycopg_users (name, referred_by, wanted_code) VALUES (%s, %s, %s) RETURNING id",
            [name, referred_by, wanted_code]).fetchone()
        (code,) = connection.execute("SELECT referrals.code_of(%s)", [f"psycopg:{user}"]).fetchone()
    return user, code
# [end]


def codes(app):
    report.equal("a wanted code", "PSYMARIA", sign_up(app, "Maria", wanted_code="psy-maria")[1])
    report.true("a memorable code", sign_up(app, "Chloe")[1].startswith("CHLOE"))
    report.true("a random code", len(sign_up(app, "")[1]) == 8)
    (code,) = app.execute("INSERT INTO psycopg_users (name) VALUES ('Zed') RETURNING referrals.code_of('psycopg:' || id)").fetchone()
    report.equal("RETURNING is before the trigger", None, code)
    report.made(4)


def one_transaction(app):
    with app.transaction():
        ben, _ = sign_up(app, "Ben", referred_by="PSY MARIA")
        eve, _ = sign_up(app, "Eve", referred_by="psymaria")
        earned = app.execute("SELECT referee, amount FROM referrals.commission_ledger WHERE program = 'psycopg' ORDER BY id").fetchall()
        report.equal("the sign-ups earned in their transaction",
                     [(f"psycopg:{ben}", Decimal("0.10")), (f"psycopg:{eve}", Decimal("0.20"))], earned)
    report.made(2, Decimal("0.10"), Decimal("0.20"))
    with app.transaction(force_rollback=True):
        gone, code = sign_up(app, "Gone", "PSYMARIA", "PSYGONE")
    report.equal("a rollback leaves no code", (None, None), app.execute(
        "SELECT referrals.code_of(%s), referrals.lookup(%s)", [f"psycopg:{gone}", code]).fetchone())
    with app.transaction():
        try:
            with app.transaction():
                sign_up(app, "Half", "PSYMARIA")
                raise psycopg.Rollback
        except psycopg.Rollback:
            pass
        sign_up(app, "Whole", "PSYMARIA")
    report.made(1, Decimal("0.20"))
    report.equal("a savepoint that was rolled back earned nothing", (3, Decimal("0.50")), earned_by(app, "psycopg:1"))


def earned_by(connection, key):
    return connection.execute("SELECT referrals, accrued FROM referrals.dashboard WHERE user_key = %s", [key]).fetchone()


def pipelines(app):
    (partner, code) = sign_up(app, "Pipeline")
    # [pipeline]
    with app.pipeline(), app.transaction():
        insert = "INSERT INTO psycopg_users (name, referred_by) VALUES (%s, %s) RETURNING id"
        cursors = [app.execute(insert, [f"p{i}", code]) for i in range(200)]
    users = [cursor.fetchone()[0] for cursor in cursors]
    # [end]
    report.equal("a pipeline of sign-ups", (200, Decimal("39.90")), earned_by(app, f"psycopg:{partner}"))
    report.made(201, Decimal("0.10"), *[Decimal("0.20")] * 199)
    try:
        with app.pipeline() as pipeline:
            with app.transaction():
                app.execute("INSERT INTO psycopg_users (name) VALUES ('lost')")
                app.execute("SELECT referrals.accrue('payment', 'psycopg-lost', %s, 'NaN'::numeric)", [f"psycopg:{users[0]}"])
                app.execute("INSERT INTO psycopg_users (name) VALUES ('lost too')")
                pipeline.sync()
        report.true("a wrong call ends the pipeline", False)
    except errors.InvalidParameterValue as error:
        report.true("a wrong call in a pipeline has its exception", "NaN" in str(error) or "amount" in str(error), str(error))
    report.equal("and nothing of the pipeline is there", [], app.execute(
        "SELECT id FROM psycopg_users WHERE name LIKE 'lost%'").fetchall())


def copies(app):
    (partner, code) = sign_up(app, "Copy")
    with app.transaction():
        # [copy]
        with app.cursor() as cursor, cursor.copy("COPY psycopg_users (name, referred_by) FROM STDIN") as copy:
            for i in range(2000):
                copy.write_row((f"c{i}", code))
        # [end]
        with app.cursor() as cursor, cursor.copy("COPY psycopg_users (name, wanted_code, referred_by) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text", "text", "text"])
            copy.write_row(("First", "PSYFIRST", None))
            # It names the code of the row before.
            copy.write_row(("Second", None, "PSYFIRST"))
    report.equal("a COPY of sign-ups", (2000, Decimal("399.90")), earned_by(app, f"psycopg:{partner}"))
    report.equal("a binary COPY", Decimal("0.10"), app.execute(
        "SELECT accrued FROM referrals.dashboard WHERE code = 'PSYFIRST'").fetchone()[0])
    report.made(2003, Decimal("0.10"), *[Decimal("0.20")] * 1999, Decimal("0.10"))


def money(app):
    partner, code = sign_up(app, "Rich")
    payer, _ = sign_up(app, "Payer", code)
    at = datetime.now(timezone.utc)
    for number, amount in enumerate(AMOUNTS):
        # [accrue]
        with app.transaction():
            (line,) = app.execute("SELECT referrals.accrue('payment', %b, %b, %b, occurred_at => %b)",
                                  [f"psycopg-{number}", f"psycopg:{payer}", amount, at]).fetchone()
        # [end]
        report.equal("sent again it is the same line", (line,), app.execute(
            "SELECT referrals.accrue('payment', %s, %s, %s, 'USD', %s)", [f"psycopg-{number}", f"psycopg:{payer}", amount, at]).fetchone())
    for binary in (False, True):
        with app.cursor(binary=binary) as cursor:
            # [read]
            cursor.execute("""SELECT amount FROM referrals.commission_ledger
                              WHERE referrer = %s AND event_kind = 'payment' ORDER BY id""", [f"psycopg:{partner}"])
            amounts = [amount for (amount,) in cursor]
            # [end]
        report.equal(f"amounts are exact, binary {binary}", AMOUNTS, amounts)
    accrued = earned_by(app, f"psycopg:{partner}")[1]
    report.equal("so is their sum", TOTAL + Decimal("0.10"), accrued)
    report.true("which floats are not", Decimal(sum(map(float, amounts))) != TOTAL)
    report.made(2, Decimal("0.10"), *AMOUNTS)


def exceptions(owner, app):
    # [errors]
    try:
        with app.transaction():
            app.execute("SELECT referrals.accrue('payment', 'psycopg-0', 'psycopg:1', 1.00)")
    except errors.UniqueViolation as error:
        message, hint = error.diag.message_primary, error.diag.message_hint
    # [end]
    report.equal("23505", 'event "payment" "psycopg-0" is recorded with other content', message)
    report.true("and its hint", hint.startswith("An event earns once"), hint)
    bad = {"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"percent": "5"}}}]}
    refused("22023", errors.InvalidParameterValue, "$.tiers[0].rates.signup", owner,
            "SELECT referrals.define_program('psycopg', %s)", [Jsonb(bad)])
    refused("22003", errors.NumericValueOutOfRange, "amount", app,
            "SELECT referrals.accrue('payment', 'psycopg-long', 'psycopg:1', %s)", [Decimal("0.00001")])
    refused("a float is no amount: 42883", errors.UndefinedFunction, "double precision", app,
            "SELECT referrals.accrue('payment', 'psycopg-float', 'psycopg:1', %s)", [0.1 + 0.2])
    refused("an integer is no key: 42883", errors.UndefinedFunction, "referrals.code_of(smallint)", app,
            "SELECT referrals.code_of(%s)", [1])
    with connect("clients_web") as web:
        refused("42501", errors.InsufficientPrivilege, "permission denied for schema referrals", web,
                "SELECT * FROM referrals.commission_ledger")
        refused("42501 of a function", errors.InsufficientPrivilege, "permission denied for schema referrals", web,
                "SELECT referrals.code_of('psycopg:1')")
        web.execute("INSERT INTO psycopg_users (name, referred_by) VALUES ('From the web', 'PSYFIRST')")
        report.made(1, Decimal("0.20"))
    with connect("postgres") as superuser:
        error = refused("55000", errors.ObjectNotInPrerequisiteState, "never changed or deleted", superuser,
                        "DELETE FROM referrals.commission")
        report.true("and its hint", "A correction is another entry" in error.diag.message_hint)


def refused(what, exception, text, connection, sql, parameters=()):
    try:
        with connection.transaction():
            connection.execute(sql, parameters)
    except psycopg.Error as error:
        report.true(what, type(error) is exception and text in str(error), repr(error))
        return error
    report.true(what, False, "no error")


def workers(owner, app):
    """Many at once: through pgbouncer they share a few server connections, with whatever those have cached."""
    partners = [sign_up(app, f"Worker {i}") for i in range(WORKERS)]
    report.made(WORKERS)

    def work(i):
        with connect("clients_app", application_name=f"psycopg worker {i}") as connection:
            for number in range(EACH):
                with connection.transaction():
                    report.backend(connection.execute("SELECT pg_backend_pid()").fetchone()[0])
                    sign_up(connection, f"w{number}", partners[i][1])

    def check(what, expected):
        report.equal(what, [(expected,)] * WORKERS, app.execute(
            "SELECT accrued FROM referrals.dashboard WHERE user_key = ANY (%s)", [[f"psycopg:{user}" for user, _ in partners]]).fetchall())

    concurrently(WORKERS, work)
    check("sign-ups of many at once", Decimal("1.90"))
    report.made(WORKERS * EACH, *[Decimal("0.10"), *[Decimal("0.20")] * (EACH - 1)] * WORKERS)
    plan = {"currency": "USD", "tiers": [{"name": "All", "from": 0, "rates": {"signup": {"flat": "7.00"}}}]}
    report.equal("a new version of the plan", (2,), owner.execute(
        "SELECT referrals.define_program('psycopg', %s)", [Jsonb(plan)]).fetchone())
    owner.commit()
    concurrently(WORKERS, work)
    check("every connection goes by the new version", Decimal("71.90"))
    report.made(WORKERS * EACH, *[Decimal("7.00")] * WORKERS * EACH)
    report.equal("the audit trail has each application's name", [(f"psycopg worker {i}", 2 * EACH) for i in range(WORKERS)], app.execute(
        """SELECT application, count(*) FROM referrals.audit_trail
           WHERE action = 'accrual' AND application LIKE 'psycopg worker%' GROUP BY 1 ORDER BY 1""").fetchall())


def main():
    with connect("clients_owner") as owner, connect("clients_app") as app:
        app.autocommit = True
        prepare(owner)
        for part in (codes, one_transaction, pipelines, copies, money):
            part(app)
        exceptions(owner, app)
        workers(owner, app)
    report.equal("no notice and no warning", [], notices)
    report.finish()


main()
