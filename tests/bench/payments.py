"""Payments of people who were brought by somebody: one at a time and many at once, and how they are taken back."""

from lab import rounds, settings
from schema import EXTENSION, FLOOR, PLAIN, ROW, SQL, STATEMENT, VARIANTS, databases
from statements import floor, payment, refund, reversal, sizes

AGAINST = (FLOOR, ROW, STATEMENT, PLAIN)
SINGLE, MANY = "one payment", "many payments"
REFUND, CALL, REFUNDS = "one refund", "reverse_event()", "many refunds"


def run(report, scale):
    singles = scale.payment_rows // 6
    count = max(1, scale.rounds - 1)
    report.section(
        "Payments", f"percent rates; one client; {scale.payment_rows:,} payments in one INSERT ... SELECT; {singles:,} "
        "of them given back one by one, as many by a call, and the others in one UPDATE")
    with databases(scale) as made:
        for database in made.values():
            prepare(database, scale)
        for commit in scale.commits:
            with settings(synchronous_commit=commit):
                found = rounds({variant: lambda variant=variant: made[variant].pgbench(
                    payment(variant), 1, scale.seconds, define=sizes(scale)) for variant in VARIANTS}, count)
            for against in AGAINST:
                report.compare(f"{SINGLE}, synchronous_commit {commit}", EXTENSION, against,
                               found[EXTENSION], found[against])
        with settings(synchronous_commit="off"):
            found = all_rounds(scale, made, singles)
    for work in (MANY, REFUND, CALL, REFUNDS):
        for against in AGAINST:
            if (against, work) in found:
                report.compare(f"{work}, synchronous_commit off", EXTENSION, against,
                               found[EXTENSION, work], found[against, work])


def prepare(database, scale):
    """Makes who is to pay, as a table."""
    variables = {**sizes(scale), "rows": scale.payment_rows}
    database.sql("".join(f"\\set {name} {value}\n" for name, value in variables.items())
                 + (SQL / "purchases.sql").read_text(encoding="utf-8"))


def all_rounds(scale, made, singles):
    """Payments, and then their refunds, step by step; the variants interleaved in each step."""
    found, sets = {}, {}
    for _ in range(scale.bulk_rounds):
        for work, step in ((MANY, pay), (REFUND, give_back), (CALL, take_back), (REFUNDS, give_back_rest)):
            def cell(variant, step=step):
                return lambda: step(scale, made[variant], variant, sets, singles)
            cells = {(variant, work): cell(variant) for variant in VARIANTS if (variant, work) != (PLAIN, CALL)}
            for cell, rates in rounds(cells, 1).items():
                found.setdefault(cell, []).extend(rates)
    return found


def pay(scale, database, variant, sets, singles):
    """Everybody in turn pays; remembers which payments these are."""
    last = "SELECT last_value FROM payments_id_seq; SELECT last_value FROM referrals.audit_log_audit_id_seq;"
    sets[variant] = dict(zip(("before_payments", "before_lines"), map(int, database.sql(last).split())))
    if variant == FLOOR:
        database.sql(floor("payments_given"))
        return scale.payment_rows / database.seconds(floor("payments"))
    return scale.payment_rows / database.seconds(
        "INSERT INTO payments (user_id, amount) SELECT user_id, amount FROM purchases ORDER BY n;")


def give_back(scale, database, variant, sets, singles):
    """The first of them, by an UPDATE each."""
    return database.pgbench(refund(variant), 1, 0, define={**sizes(scale), **sets[variant], "n": 0},
                            transactions=singles)


def take_back(scale, database, variant, sets, singles):
    """As many more, by a call each."""
    return database.pgbench(reversal(variant), 1, 0, define={**sizes(scale), **sets[variant], "n": singles},
                            transactions=singles)


def give_back_rest(scale, database, variant, sets, singles):
    """The others at once."""
    before = sets[variant]["before_payments"]
    first, last = before + 2 * singles + 1, before + scale.payment_rows
    if variant == FLOOR:
        database.sql(f"\\set first {first}\n\\set last {last}\n" + floor("refunds_given"))
        return (last - first + 1) / database.seconds(floor("refunds"))
    return (last - first + 1) / database.seconds(
        f"UPDATE payments SET status = 'refunded' WHERE id BETWEEN {first} AND {last};")
