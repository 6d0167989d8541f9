"""Databases to report on: one in which everything has happened, with names that nobody would choose, and one with the
purchases of real customers."""

import csv
import random
from datetime import date
from pathlib import Path

from history import fill
from psql import literal

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "cdnow_sample.txt"

# What a name may be, as a user of the application chose it.
NAMES = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title></style></svg><h1>x</h1>",
    "' onmouseover='alert(1)",
    "&amp;&lt;b&gt; &#60;",
    "{{ 7 * 7 }}{% x %}",
    "\u0645\u0631\u064a\u0645 \u05d3\u05d5\u05d3",
    "\u202egnp.exe\u202c\u2066x",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea\U0001f9d1\U0001f3fd\u200d\U0001f680",
    "line\nbreak\ttab\x01\x1b[31m\x7f",
    "]]>--><!--",
    "https://example.org/?a=1&b=2#c",
    "e\u0301" * 30,
    "\u00e9" * 256,
    "W" * 512,
    "i'" * 256,
    " ",
]
CREDITS = ('{"currency": {"unit": "<b>PT&S", "decimals": 0}, "metric": "referrals", "window": {"days": 30}, "tiers": ['
           '{"name": "<i>Low</i>", "from": 2, "rates": {"signup": {"flat": 7}}}, {"name": "\\u202eHigh", "from": 5, "rates": {"signup": {"flat": 9}}}]}')
DINAR = ('{"currency": "KWD", "metric": "revenue", "hold_days": 36500, "tiers": ['
         '{"name": "One", "from": "0.5", "rates": {"payment": {"percent": "33.3"}}}, {"name": "Two", "from": "99999999999", "rates": {"payment": {"percent": "50"}}}]}')

HOSTILE = [
    f"SELECT referrals.define_program('<u>credits\"&', {literal(CREDITS)})",
    f"SELECT referrals.define_program('dinar', {literal(DINAR)})",
    "SELECT referrals.define_program('not yet', '{\"currency\": \"EUR\", \"tiers\": [{\"name\": \"A\", \"from\": 0, \"rates\": {}}]}', '2999-01-01 00:00:00+00')",
    *(f"SELECT referrals.register({literal(name)}, program => '<u>credits\"&', registered_at => now())" for name in NAMES),
    # Each brought some, so that each is on every screen.
    *(f"SELECT referrals.register(left({literal(name)}, 60) || n, referred_by => referrals.code_of({literal(name)}), registered_at => now() + (n - 8) * interval '3 hours') "
      f"FROM generate_series(1, {count}) AS n" for name, count in zip(NAMES, [1, 2, 3, 4, 5, 6, 7, 2, 3, 1, 2, 4, 1, 1], strict=False)),
    "SELECT referrals.register('kuwait', program => 'dinar', wanted_code => 'KUWAIT', registered_at => '2024-01-01 00:00:00+00')",
    "SELECT referrals.register('sheikh', referred_by => 'KUWAIT', registered_at => '2024-01-02 00:00:00+00')",
    # Far apart, large, and with decimals.
    "SELECT referrals.accrue('payment', 'kw1', 'sheikh', '123456789012.345', 'KWD', '2024-03-01 00:00:00+00')",
    "SELECT referrals.accrue('payment', 'kw2', 'sheikh', '0.5', 'KWD', '2025-11-30 23:59:59+00')",
    "SELECT referrals.accrue('<kind>', 'kw3', 'sheikh', 1, 'KWD', '2025-11-30 23:59:59+00')",
    "SELECT referrals.register('early', program => 'not yet', wanted_code => 'EARLY', registered_at => '2024-01-01 00:00:00+00')",
    "SELECT referrals.register('bird', referred_by => 'EARLY', registered_at => '2024-01-02 00:00:00+00')",
    "SELECT referrals.erase('sheikh')",
]


def everything(session):
    """Live and mock lines, payouts in every state, four currencies, an erased person, and hostile names."""
    fill(session)
    for statement in HOSTILE:
        session.query(statement)


PLAN = ('{"currency": "USD", "metric": "revenue", "hold_days": 30, "tiers": ['
        '{"name": "Bronze", "from": 0, "rates": {"signup": {"flat": "2.00"}, "payment": {"percent": 3}}},'
        '{"name": "Silver", "from": 2500, "rates": {"signup": {"flat": "3.00"}, "payment": {"percent": 5}}},'
        '{"name": "Gold", "from": 10000, "rates": {"signup": {"flat": "4.00"}, "payment": {"percent": 7}}}]}')


def music(session):
    """The customers of tests/data/cdnow_sample.txt, moved so that the last purchase is of today; they are called by
    common names, and who referred whom is made up."""
    drawn = random.Random(1997)
    purchases = sorted((date(int(day[:4]), int(day[4:6]), int(day[6:])), who, amount)
                       for _, who, day, _, amount in (line.split() for line in SAMPLE.read_text().splitlines() if line.strip()))
    moved = date.fromisoformat(session.value("SELECT (now() AT TIME ZONE 'UTC')::date")) - purchases[-1][0]
    first = {}
    for day, who, _ in purchases:
        first.setdefault(who, day + moved)
    names = {}
    for number, who in enumerate(first):
        given = drawn.choice("anna ben carla david elif farid greta hassan ines jonas kaya lea milan nora omar paula".split())
        names[who] = f"{given}.{drawn.choice('abel baum cruz dahl evans fink gray holt ito jung'.split())}{number}"
    session.query(f"SELECT referrals.define_program('customers', {literal(PLAN)})")
    session.query("CREATE TABLE users (name text PRIMARY KEY, referred_by text, code text, since timestamptz)")
    session.query("CREATE TABLE payments (id bigint PRIMARY KEY, who text, amount numeric, at timestamptz, status text DEFAULT 'paid')")
    session.query("SELECT referrals.attach('users', program => 'customers', code => 'code', registered_at => 'since')")
    session.query("SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'who', amount => 'amount', "
                  "occurred_at => 'at', reverse_when => 'status = ''refunded''')")
    rows = []
    for number, (who, day) in enumerate(first.items()):
        code = f"CDNOW{number:02d}" if number < 40 else ""
        rows.append([names[who], f"CDNOW{min(39, int(drawn.expovariate(0.09))):02d}" if number >= 40 else "", code, f"{day} 09:00+00"])
    copy(session, "users", rows)
    copy(session, "payments (id, who, amount, at)",
         [[number, names[who], amount, f"{day + moved} {number % 24:02d}:00+00"] for number, (day, who, amount) in enumerate(purchases)])
    session.query("UPDATE payments SET status = 'refunded' WHERE id % 25 = 0")
    session.query("SELECT referrals.draft_payouts(now() - interval '60 days', 50)")
    for payout in session.query("SELECT id FROM referrals.payouts ORDER BY id LIMIT 12"):
        session.query(f"SELECT referrals.approve_payout({payout[0]}), referrals.settle_payout({payout[0]}, 'bank/{payout[0]}')")


def copy(session, table, rows):
    class Lines(list):
        write = list.append
    lines = Lines()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    session.query(f"COPY {table} FROM STDIN (FORMAT csv);\n{''.join(lines)}\\.")
