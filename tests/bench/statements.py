"""What an application sends, one at a time, as pgbench scripts for each variant. The floor's statements write by
themselves what the others' triggers write.

The scripts use :referrers and :participants, those of the scale; sizes(scale) defines them."""

from schema import EXTENSION, FLOOR, SQL

UNIFORM = "random(1, :referrers)"
WHY = "reverse_when: status = ''refunded''"
_OWN_ROW = "payment AS (\n  UPDATE payments SET status = 'refunded' WHERE id = :payment\n), "


def sizes(scale):
    """For pgbench's define."""
    return {"referrers": scale.referrers, "participants": scale.participants}


def sign_up(variant, referred=True, pick=UNIFORM):
    """One sign-up. `pick` is pgbench's expression for the number of the referrer, such as 1 or
    random_zipfian(1, :referrers, 1.1)."""
    chosen = f"\\set referrer {pick}\n\\set code 10000 + :referrer\n" if referred else ""
    if variant == FLOOR:
        return chosen + floor("sign_up" if referred else "sign_up_unreferred")
    code = "'REF' || :code" if referred else "NULL"
    return chosen + f"INSERT INTO users (name, referred_by) VALUES ('Somebody', {code});\n"


def payment(variant):
    """One payment of somebody who was brought by somebody."""
    chosen = "\\set user random(:referrers + 1, :participants)\n\\set cents random(100, 99999)\n"
    if variant == FLOOR:
        return chosen + floor("payment")
    return chosen + "INSERT INTO payments (user_id, amount) VALUES (:user, :cents / 100.0);\n"


def refund(variant):
    """The next payment is given back: that of number :n + 1 after :before_payments, whose line is that after
    :before_lines."""
    if variant == FLOOR:
        return floor("refund")
    return ("\\set n :n + 1\n\\set payment :before_payments + :n\n"
            "UPDATE payments SET status = 'refunded' WHERE id = :payment;\n")


def reversal(variant):
    """The same by a call: what the next payment earned is taken back, and its own row stays."""
    if variant == FLOOR:
        return floor("refund").replace(_OWN_ROW, "")
    schema = "referrals" if variant == EXTENSION else "bench"
    return ("\\set n :n + 1\n\\set payment :before_payments + :n\n"
            f"SELECT {schema}.reverse_event('payment', (:payment::bigint)::text, '{WHY}');\n")


def floor(name):
    """A statement of the floor."""
    return (SQL / "floor" / f"{name}.sql").read_text(encoding="utf-8")
