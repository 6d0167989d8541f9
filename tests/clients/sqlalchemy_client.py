"""The extension as SQLAlchemy sees it: sessions of its ORM, savepoints, many rows in one statement, exact numbers."""

import os
from decimal import Decimal

from report import AMOUNTS, PLAN, POOLED, TOTAL, Report, concurrently
from sqlalchemy import (BigInteger, Column, Identity, MetaData, Numeric, Table, Text, create_engine, event, func, insert,
                        literal, select, text)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

report = Report()
notices = []
WORKERS, EACH = 6, 10
URL = "postgresql+psycopg://{role}@/{PGDATABASE}?host={PGHOST}&port={PGPORT}"


def engine_for(role, size=1):
    url = URL.format(role=role, **os.environ)
    # [engine]
    # Behind pgbouncer no statement is prepared: the next transaction may have another server connection.
    engine = create_engine(url, pool_size=size, connect_args={"prepare_threshold": None if POOLED else 5})
    # [end]
    event.listen(engine, "connect", lambda connection, _: connection.add_notice_handler(
        lambda notice: notices.append(notice.message_primary)))
    return engine


# [models]
class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "sqlalchemy_users"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    wanted_code: Mapped[str | None]
    referred_by: Mapped[str | None]

    @property
    def key(self):
        return f"sqlalchemy:{self.id}"


# A view, apart from the tables that create_all makes.
ledger = Table("commission_ledger", MetaData(schema="referrals"), Column("id", BigInteger), Column("referrer", Text),
               Column("referee", Text), Column("event_kind", Text), Column("amount", Numeric))
# [end]


def prepare(owner):
    Base.metadata.create_all(owner)
    with owner.begin() as connection:
        # [program]
        connection.execute(select(func.referrals.define_program("sqlalchemy", literal(PLAN, JSONB))))
        connection.execute(text("""SELECT referrals.attach('sqlalchemy_users', program => 'sqlalchemy', code => 'wanted_code',
                                   label => 'name', key_prefix => 'sqlalchemy:')"""))
        # [end]
        connection.execute(text("GRANT SELECT, INSERT ON sqlalchemy_users TO clients_app"))
        connection.execute(text("GRANT INSERT ON sqlalchemy_users TO clients_web"))


# [sign-up]
def sign_up(session, name, **columns):
    """The new customer and their code; in the caller's transaction, like everything that the sign-up earned."""
    customer = Customer(name=name, **columns)
    session.add(customer)
    session.flush()
    return customer, session.scalar(select(func.referrals.code_of(customer.key)))
# [end]


def referred(session, key):
    return session.execute(text("SELECT referrals, accrued FROM referrals.dashboard WHERE user_key = :key"), {"key": key}).one()


def units_of_work(app):
    with Session(app) as session, session.begin():
        maria, code = sign_up(session, "Maria", wanted_code="sql-maria")
        report.equal("a wanted code", "SQLMARIA", code)
        report.true("a memorable code", sign_up(session, "Chloe")[1].startswith("CHLOE"))
        report.true("a random code", len(sign_up(session, "")[1]) == 8)
        key = maria.key
    report.made(3)
    with Session(app) as session, session.begin():
        ben, eve = (sign_up(session, name, referred_by="SQL maria")[0] for name in ("Ben", "Eve"))
        earned = session.execute(
            select(ledger.c.referee, ledger.c.amount).where(ledger.c.referrer == key).order_by(ledger.c.id)).all()
        report.equal("the sign-ups earned in their transaction",
                     [(ben.key, Decimal("0.10")), (eve.key, Decimal("0.20"))], [tuple(row) for row in earned])
        # [savepoint]
        try:
            with session.begin_nested():
                half, _ = sign_up(session, "Half", referred_by=code)
                raise LookupError
        except LookupError:
            pass
        # [end]
        report.equal("a savepoint that was rolled back leaves nothing", (2, Decimal("0.30")), tuple(referred(session, key)))
    report.made(2, Decimal("0.10"), Decimal("0.20"))
    with Session(app) as session:
        gone, gone_code = sign_up(session, "Gone", referred_by=code, wanted_code="SQLGONE")
        gone_key = gone.key
        session.rollback()
        report.equal("nor does a rollback", (None, None), tuple(session.execute(
            select(func.referrals.code_of(gone_key), func.referrals.lookup(gone_code))).one()))
        session.rollback()


def many(app):
    with Session(app) as session, session.begin():
        partner, code = sign_up(session, "Many")
        # One INSERT for all, which gives their ids back.
        session.add_all([Customer(name=f"n{i}", referred_by=code) for i in range(300)])
        session.flush()
        report.equal("add_all", (300, Decimal("59.90")), tuple(referred(session, partner.key)))
        session.execute(insert(Customer), [{"name": f"i{i}", "referred_by": code} for i in range(300)])
        report.equal("insert", (600, Decimal("119.90")), tuple(referred(session, partner.key)))
        chain = [Customer(name="a", wanted_code="SQLA"), Customer(name="b", referred_by="SQLA", wanted_code="SQLB"),
                 Customer(name="c", referred_by="SQLB")]
        session.add_all(chain)
        session.flush()
        report.equal("a row names the code of the row before", [1, 1], [referred(session, customer.key)[0] for customer in chain[:2]])
    report.made(604, Decimal("0.10"), *[Decimal("0.20")] * 599, Decimal("0.10"), Decimal("0.10"))


def money(app):
    with Session(app) as session:
        partner, code = sign_up(session, "Rich")
        payer, _ = sign_up(session, "Payer", referred_by=code)
        for number, amount in enumerate(AMOUNTS):
            # [accrue]
            line = session.scalar(select(func.referrals.accrue("payment", f"sqlalchemy-{number}", payer.key, amount)))
            # [end]
            report.true("a payment has its line", isinstance(line, int))
        key = partner.key
        session.commit()
        # [read]
        payments = (ledger.c.referrer == key) & (ledger.c.event_kind == "payment")
        amounts = session.scalars(select(ledger.c.amount).where(payments).order_by(ledger.c.id)).all()
        total = session.scalar(select(func.sum(ledger.c.amount)).where(payments))
        # [end]
        session.rollback()
    report.equal("amounts are exact", (AMOUNTS, TOTAL), (amounts, total))
    report.made(2, Decimal("0.10"), *AMOUNTS)


def exceptions(owner, app):
    # [errors]
    try:
        with app.begin() as connection:
            connection.execute(select(func.referrals.accrue("payment", "sqlalchemy-0", "sqlalchemy:1", Decimal("1.00"))))
    except IntegrityError as error:
        sqlstate, hint = error.orig.sqlstate, error.orig.diag.message_hint
    # [end]
    report.equal("another payment under the same key", "23505", sqlstate)
    report.true("and its hint", hint.startswith("An event earns once"), hint)
    bad = {"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"percent": "5"}}}]}
    refused("22023", DataError, "$.tiers[0].rates.signup", owner,
            select(func.referrals.define_program("sqlalchemy", literal(bad, JSONB))))
    web = engine_for("clients_web")
    refused("42501", ProgrammingError, "permission denied for schema referrals", web, select(ledger.c.amount))
    with Session(web) as session, session.begin():
        session.execute(insert(Customer).values(name="From the web", referred_by="SQLMARIA").inline())
    report.made(1, Decimal("0.20"))
    superuser = engine_for("postgres")
    error = refused("55000", OperationalError, "never changed or deleted", superuser, text("DELETE FROM referrals.commission"))
    report.true("and its hint", error and "A correction is another entry" in error.orig.diag.message_hint)
    web.dispose()
    superuser.dispose()


def refused(sqlstate, exception, words, engine, statement):
    try:
        with engine.begin() as connection:
            connection.execute(statement)
    except DBAPIError as error:
        report.true(f"{sqlstate} is a {exception.__name__}",
                    type(error) is exception and error.orig.sqlstate == sqlstate and words in str(error), repr(error))
        return error
    report.true(sqlstate, False, "no error")


def workers(app):
    with Session(app) as session, session.begin():
        partners = [(customer.key, code) for customer, code in (sign_up(session, f"Worker {i}") for i in range(WORKERS))]

    def work(i):
        for number in range(EACH):
            with Session(app) as session, session.begin():
                report.backend(session.scalar(select(func.pg_backend_pid())))
                sign_up(session, f"w{number}", referred_by=partners[i][1])

    concurrently(WORKERS, work)
    with Session(app) as session:
        report.equal("sign-ups of many at once", [Decimal("1.90")] * WORKERS, [referred(session, key)[1] for key, _ in partners])
    report.made(WORKERS + WORKERS * EACH, *[Decimal("0.10"), *[Decimal("0.20")] * (EACH - 1)] * WORKERS)


def main():
    owner, app = engine_for("clients_owner"), engine_for("clients_app", WORKERS)
    prepare(owner)
    for part in (units_of_work, many, money):
        part(app)
    exceptions(owner, app)
    workers(app)
    owner.dispose()
    app.dispose()
    report.equal("no notice and no warning", [], notices)
    report.finish()


main()
