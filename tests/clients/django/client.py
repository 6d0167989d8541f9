"""The extension as Django's ORM sees it: migrations, create_user, bulk_create, atomic, DecimalField, its exceptions."""

import json
import os
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent)]
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import DataError, Error, IntegrityError, OperationalError, ProgrammingError, connections, transaction  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.db.models import Sum  # noqa: E402
from report import AMOUNTS, PLAN, POOLED, TOTAL, Report, concurrently  # noqa: E402
from shop.models import CommissionLine, Dashboard, Member, Payment  # noqa: E402
from shop.sign_up import sign_up, with_codes  # noqa: E402

report = Report()
notices = []
WORKERS, EACH = 6, 10


def listen(connection, **_):
    connection.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))


connection_created.connect(listen)


def call(sql, *parameters, using="default"):
    with connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def prepare():
    call("SELECT referrals.define_program('django', %s)", json.dumps(PLAN), using="owner")
    call_command("migrate", database="owner", verbosity=0)
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
        report.true("Django finds nothing else to migrate", True)
    except SystemExit as changes:
        report.true("Django finds nothing else to migrate", False, changes)


def code(user):
    return with_codes(User.objects).get(pk=user.pk).code


def users():
    maria = sign_up("maria")
    report.true("a memorable code", code(maria).startswith("MARIA"), code(maria))
    with transaction.atomic():
        ben, eve = sign_up("ben", code(maria).lower()), sign_up("eve", f" {code(maria)} ")
        earned = CommissionLine.objects.filter(referrer=str(maria.pk)).order_by("id")
        report.equal("create_user earned in its transaction",
                     [(str(ben.pk), Decimal("0.10")), (str(eve.pk), Decimal("0.20"))], list(earned.values_list("referee", "amount")))
        report.true("the new users have codes there", code(ben) and code(eve))
        # The code was told for one user, and is forgotten in the same transaction.
        nobody = User.objects.create_user("nobody")
        report.equal("whoever signs up next is nobody's", (2, Decimal("0.30")), referred(maria))
    sign_up("mistaken", "NOSUCHCODE")
    report.made(5, Decimal("0.10"), Decimal("0.20"))
    report.equal("Django reads its users as before", nobody, User.objects.get(username="nobody"))
    # As in a view of the site: an error in it leaves nothing.
    try:
        with transaction.atomic():
            lost = sign_up("lost", code(maria))
            raise LookupError
    except LookupError:
        report.equal("atomic leaves nothing", (None, False), (
            call("SELECT referrals.code_of(%s)", str(lost.pk)), User.objects.filter(username="lost").exists()))
    try:
        sign_up("ben", code(maria))
        report.true("a user name that is taken is an IntegrityError", False)
    except IntegrityError as error:
        report.equal("a user name that is taken is an IntegrityError", "23505", error.__cause__.sqlstate)
    report.equal("and earns nobody anything", (2, Decimal("0.30")), referred(maria))
    return maria, ben


def referred(user, prefix=""):
    row = Dashboard.objects.get(pk=f"{prefix}{user.pk}")
    return row.referrals, row.accrued


def members():
    first = Member.objects.create(name="First", wanted_code="django-first")
    report.equal("a wanted code", "DJANGOFIRST", call("SELECT referrals.code_of(%s)", f"member:{first.pk}"))
    # [bulk]
    Member.objects.bulk_create([Member(name=f"m{i}", referred_by="DJANGOFIRST") for i in range(500)], batch_size=200)
    # [end]
    report.equal("bulk_create", (500, Decimal("99.90")), referred(first, "member:"))
    chain = Member.objects.bulk_create([Member(name="a", wanted_code="DJANGOA"), Member(name="b", referred_by="DJANGOA")])
    report.equal("a row names the code of the row before", (1, Decimal("0.10")), referred(chain[0], "member:"))
    with transaction.atomic():
        try:
            with transaction.atomic():
                Member.objects.create(name="half", referred_by="DJANGOFIRST")
                raise LookupError
        except LookupError:
            pass
        Member.objects.create(name="whole", referred_by="DJANGOFIRST")
    report.equal("a savepoint that was rolled back earned nothing", (501, Decimal("100.10")), referred(first, "member:"))
    report.made(504, Decimal("0.10"), *[Decimal("0.20")] * 499, Decimal("0.10"), Decimal("0.20"))


def money(maria, ben):
    for number, amount in enumerate(AMOUNTS):
        Payment.objects.create(id=f"django-{number}", user=ben, amount=amount, status="paid")
    # [read]
    lines = CommissionLine.objects.filter(referrer=str(maria.pk), event_kind="payment").order_by("id")
    amounts = [line.amount for line in lines.iterator()]
    total = lines.aggregate(total=Sum("amount"))["total"]
    # [end]
    report.equal("amounts are exact", AMOUNTS, amounts)
    report.equal("so is their sum", TOTAL, total)
    report.equal("and the dashboard", TOTAL + Decimal("0.30"), referred(maria)[1])
    payment = Payment.objects.get(id="django-1")
    payment.status = "refunded"
    payment.save()
    report.equal("a refund is taken back", TOTAL - AMOUNTS[1], lines.aggregate(total=Sum("amount"))["total"])
    report.made(0, *AMOUNTS, -AMOUNTS[1])


def exceptions():
    # [errors]
    try:
        with transaction.atomic():
            call("SELECT referrals.accrue('payment', 'django-0', '1', 1.00)")
    except IntegrityError as error:
        sqlstate, hint = error.__cause__.sqlstate, error.__cause__.diag.message_hint
    # [end]
    report.equal("another payment under the same key", "23505", sqlstate)
    report.true("and its hint", hint.startswith("An event earns once"), hint)
    bad = '{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"percent": "5"}}}]}'
    refused("22023", DataError, "$.tiers[0].rates.signup", lambda: call("SELECT referrals.define_program('django', %s)", bad, using="owner"))
    refused("42501", ProgrammingError, "permission denied for schema referrals",
            lambda: CommissionLine.objects.using("web").first())
    sign_up("from_the_web", "DJANGOA", using="web")
    report.made(1, Decimal("0.20"))
    error = refused("55000", OperationalError, "never changed or deleted",
                    lambda: call("DELETE FROM referrals.commission", using="superuser"))
    report.true("and its hint", error and "A correction is another entry" in error.__cause__.diag.message_hint)
    refused("42883", ProgrammingError, "No function matches", lambda: call("SELECT referrals.code_of(%s)", 1))


def refused(sqlstate, exception, text, action):
    try:
        action()
    except Error as error:
        report.true(f"{sqlstate} is a {exception.__name__}",
                    type(error) is exception and error.__cause__.sqlstate == sqlstate and text in str(error), repr(error))
        return error
    report.true(sqlstate, False, "no error")


def workers():
    """Many at once: through pgbouncer they share a few server connections, and no code passes from one to another."""
    partners = [sign_up(f"worker{i}") for i in range(WORKERS)]
    partner_codes = [code(partner) for partner in partners]

    def work(i):
        for number in range(EACH):
            with transaction.atomic():
                report.backend(call("SELECT pg_backend_pid()"))
                sign_up(f"worker{i}_{number}", partner_codes[i])
            User.objects.create_user(f"alone{i}_{number}")
        connections.close_all()

    concurrently(WORKERS, work)
    report.equal("sign-ups of many at once", [(EACH, Decimal("1.90"))] * WORKERS, [referred(partner) for partner in partners])
    report.made(WORKERS + 2 * WORKERS * EACH, *[Decimal("0.10"), *[Decimal("0.20")] * (EACH - 1)] * WORKERS)


def main():
    prepare()
    maria, ben = users()
    members()
    money(maria, ben)
    exceptions()
    workers()
    report.equal("no notice and no warning", [], notices)
    report.equal("server-side cursors are off behind pgbouncer", POOLED,
                 connections["default"].settings_dict["DISABLE_SERVER_SIDE_CURSORS"])
    connections.close_all()
    report.finish()


main()
