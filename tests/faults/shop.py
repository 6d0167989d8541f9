"""The application that the load is on: its tables, its programs, and how rows get into them."""

from psql import literal

PROGRAMS = {
    "direct": '{"currency": "USD", "referee": {"signup": {"flat": "5.00"}, "payment": {"percent": "1"}}, "tiers": ['
              '{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "10.00"}, "payment": {"percent": "5"}}},'
              '{"name": "Silver", "from": 5, "rates": {"signup": {"flat": "15.00"}, "payment": {"percent": "7.5"}}},'
              '{"name": "Gold", "from": 60, "rates": {"signup": {"flat": "20.00"}, "payment": {"percent": "10"}}}]}',
    "whole": '{"currency": "EUR", "metric": "revenue", "window": "month", "rating": "whole", "tiers": ['
             '{"name": "Small", "from": 0, "rates": {"signup": {"flat": "1.00"}, "payment": {"percent": "5"}}},'
             '{"name": "Large", "from": 3000, "rates": {"signup": {"flat": "2.00"}, "payment": {"percent": "8"}}}]}',
    "queued": '{"currency": "USD", "accrual": "queued", "metric": "events", "tiers": ['
              '{"name": "Few", "from": 0, "rates": {"signup": {"flat": "1.00"}, "payment": {"percent": "10"}}},'
              '{"name": "Many", "from": 20, "rates": {"signup": {"flat": "2.00"}, "payment": {"percent": "20"}}}]}',
}
REFERRERS = [(f"referrer{number}", f"REF{number}", list(PROGRAMS)[number % 3]) for number in range(9)]
SHARED = 9  # people, one for each referrer, whose events every connection sends
SET_UP = [
    "CREATE EXTENSION referrals",
    "CREATE TABLE users (id text PRIMARY KEY, referred_by text, code text, joined timestamptz NOT NULL)",
    "CREATE TABLE payments (id text PRIMARY KEY, user_id text NOT NULL REFERENCES users, amount numeric(10,2) NOT NULL, "
    "status text NOT NULL, paid_at timestamptz NOT NULL)",
    *(f"SELECT referrals.define_program('{name}', {literal(plan)})" for name, plan in PROGRAMS.items()),
    "SELECT referrals.attach('users', code => 'code', registered_at => 'joined', program => 'direct')",
    "SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'user_id', amount => 'amount', "
    "occurred_at => 'paid_at', accrue_when => 'status = ''paid''', reverse_when => 'status = ''refunded''')",
]
FIRST_USERS = [
    "INSERT INTO users (id, code, joined) VALUES "
    + ", ".join(f"('{key}', '{code}', '2025-01-01 00:00:00+00')" for key, code, _ in REFERRERS),
    *(f"SELECT referrals.enroll('{key}', '{program}')" for key, _, program in REFERRERS if program != "direct"),
    "INSERT INTO users (id, referred_by, joined) VALUES "
    + ", ".join(f"('shared{number}', 'REF{number}', '2025-03-01 00:00:00+00')" for number in range(SHARED)),
]


def open_shop(session, live):
    for statement in [*SET_UP, *(["SELECT referrals.go_live()"] if live else []), *FIRST_USERS]:
        session.query(statement)


def insert_users(rows):
    return f"INSERT INTO users (id, referred_by, code, joined) VALUES {tuples(rows)}"


def copy_users(rows):
    lines = "\n".join("\t".join("\\N" if value is None else value for value in row) for row in rows)
    return f"COPY users (id, referred_by, code, joined) FROM STDIN;\n{lines}\n\\."


def insert_payments(rows):
    return f"INSERT INTO payments (id, user_id, amount, status, paid_at) VALUES {tuples(rows)}"


def tuples(rows):
    return ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows)


def accrue(key, referee, amount, time):
    return f"SELECT referrals.accrue('payment', '{key}', '{referee}', {amount}, occurred_at => '{time}')"


def keys(names):
    return ", ".join(map(literal, names))
