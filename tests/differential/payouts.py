"""The rules of payouts, and where each line stands with them."""

from dataclasses import dataclass
from decimal import Decimal

from facts import Facts, Refused

NEXT = {"approved": ("draft",), "cancelled": ("draft", "approved"), "paid": ("approved",), "failed": ("approved",)}


@dataclass
class Payout:
    payee: str
    currency: str
    amount: Decimal
    lines: list  # audit entries
    state: str = "draft"
    reference: str = None
    reason: str = None
    id: int = None  # as the extension numbers them, once that is known


def payee(line):
    return line[line["side"]]


def is_in_payout(entry):
    """In one that is to be paid, or was."""
    return entry["payout"] is not None and entry["payout"].state in ("draft", "approved", "paid")


def status(entry, now):
    accrual = entry["earning"].entry
    if is_in_payout(entry):
        return "paid" if entry["payout"].state == "paid" else "in_payout"
    if entry["earning"].in_full and not is_in_payout(accrual):
        return "reversed"
    return "on_hold" if entry["line"]["payable_at"] > now else "payable"


class Payouts(Facts):
    def draft_payouts(self, as_of, minimum=Decimal(0), program=None):
        """Returns the new payouts."""
        if as_of is None or minimum is None:
            raise Refused("22004")
        if not minimum.is_finite() or minimum < 0:
            raise Refused("22023")
        if program is not None and program not in self.programs:
            raise Refused("42704")
        if self.mode == "mock":
            return []
        groups = {}
        for entry in self.lines():
            line = entry["line"]
            if entry["mode"] == "live" and line["payable_at"] <= as_of and program in (None, line["program"]) and not is_in_payout(entry):
                groups.setdefault((payee(line), line["currency"]), []).append(entry)
        made = []
        for who, currency in sorted(groups, key=lambda group: (self.numbers.get(group[0], 0), *group)):
            entries = groups[who, currency]
            amount = sum(entry["line"]["amount"] for entry in entries)
            if amount > 0 and amount >= minimum:
                payout = Payout(who, currency, amount, entries)
                made.append(payout)
                self.payouts.append(payout)
                for entry in entries:
                    entry["payout"] = payout
                self._record(payout, "drafted", amount=amount, currency=currency, lines=len(entries))
        return made

    def move_payout(self, payout, state, text=None):
        """`payout` None stands for an id that is none; `text` is the reference or the reason."""
        needs = {"paid": "reference", "failed": "reason"}.get(state)
        if needs and text is None:
            raise Refused("22004")
        if needs and not text.strip():
            raise Refused("22023")
        if self.mode == "mock":
            raise Refused("55000")
        if payout is None:
            raise Refused("42704")
        if payout.state not in NEXT[state]:
            raise Refused("55000")
        payout.state = state
        if needs:
            setattr(payout, needs, text)
        self._record(payout, state, **({needs: text} if needs else {}))

    def _record(self, payout, what, **more):
        self.record(f"payout_{what}", "live", payout.payee, None, {"payout": payout, **more})
