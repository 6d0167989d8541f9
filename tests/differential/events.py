"""The rules of events: which are refused, what the others earn, and in which order that is recorded."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from facts import END_OF_TIME, FIRST_INSTANT, Earning, Facts, Refused
from plan import LARGEST, rounded


@dataclass
class Event:
    """The arguments of accrue(), or a row of a table of events."""
    kind: str
    key: str
    referee: str
    amount: Decimal = None
    currency: str = None
    at: int = None


def fits(amount):
    return amount.is_finite() and abs(amount) <= LARGEST and amount == round(amount, 4)


def plain(currency):
    """A currency as it is compared; None for none."""
    return (currency or "").strip().upper() or None


class Events(Facts):
    def accrue(self, event, now, direct=True):
        """Returns the audit entry of the event's line, or None if it is refused."""
        if direct:
            self._check_call(event)
        given_at = None if direct and event.at == now else event.at
        at, mode = now if given_at is None else given_at, self.mode
        tie = self.attributions.get(event.referee)
        if direct and tie:
            with self.settled([tie[0]]):
                return self._accrue(event, tie, at, given_at, mode, direct)
        return self._accrue(event, tie, at, given_at, mode, direct)

    def _accrue(self, event, tie, at, given_at, mode, direct):
        if event.kind == "signup":
            at, given_at = tie and tie[2], None
        known = self.events.get((mode, event.kind, event.key))
        if known:
            if self._is_same(known[0].line, event, given_at):
                return known[0].entry
            if direct:
                raise Refused("23505")
            return self._refuse(event, "conflicting_event", mode)
        reason = self._reason_against(event, at, tie)
        if reason:
            return self._refuse(event, reason, mode)
        plan = self.program_of(tie[0])[1].plan_at(at)
        self._earn(plan, tie[0], mode, event, at)
        self.restand(tie[0], mode, plan, at)
        self.rerate(plan, tie[0], mode, at)
        return self.events[mode, event.kind, event.key][0].entry

    def rate_sign_up(self, referee):
        """A fresh tie: it counts whatever happens to its event."""
        referrer, mode, at = self.attributions[referee]
        program = self.program_of(referrer)[1]
        plan, event = program.plan_at(at), Event("signup", referee, referee)
        if program.paused or plan is None:
            self._refuse(Event("signup", referee, referee), "program_paused" if program.paused else "no_plan", mode)
        elif plan.rates("signup"):
            self._earn(plan, referrer, mode, event, at)
        self.restand(referrer, mode, plan, at)
        if plan and not program.paused:
            self.rerate(plan, referrer, mode, at)

    def _check_call(self, event):
        if event.kind is None or event.key is None or event.referee is None:
            raise Refused("22004")
        if not (1 <= len(event.kind) <= 63 and event.kind == event.kind.strip() and event.kind.isprintable()):
            raise Refused("22023")
        if not 1 <= len(event.key.encode()) <= 512:
            raise Refused("22023")
        if event.kind == "signup" and (event.key != event.referee or event.amount is not None or event.currency is not None):
            raise Refused("22023")
        if event.at is not None and not FIRST_INSTANT <= event.at < END_OF_TIME:
            raise Refused("22008")
        if event.amount is not None and not event.amount.is_finite():
            raise Refused("22023")
        if event.amount is not None and not fits(event.amount):
            raise Refused("22003")

    @staticmethod
    def _is_same(line, event, given_at):
        return (line["referee"] == event.referee and line["base_amount"] == event.amount
                and plain(event.currency) in (None, line["currency"]) and given_at in (None, line["occurred_at"]))

    def _reason_against(self, event, at, tie):
        if event.referee not in self.people:
            return "unknown_referee"
        if tie is None:
            return "no_referrer"
        program = self.program_of(tie[0])[1]
        plan = program.plan_at(at)
        if program.paused or plan is None:
            return "program_paused" if program.paused else "no_plan"
        if not plan.rates(event.kind):
            return "no_rate"
        if plan.needs_amount(event.kind) if event.amount is None else not fits(event.amount) or event.amount < 0:
            return "invalid_amount"
        if plain(event.currency) not in (None, plan.currency):
            return "currency_mismatch"
        if plan.months is not None and at >= self.calendar.months_later(plan.zone, tie[2], int(plan.months)):
            return "expired"
        return None

    def _refuse(self, event, reason, mode):
        detail = {"reason": reason, "event_kind": event.kind, "event_key": event.key}
        if event.amount is not None:
            detail["amount"] = event.amount
        if plain(event.currency):
            detail["currency"] = plain(event.currency)
        tie = self.attributions.get(event.referee)
        self.record("refused", mode, event.referee if event.referee in self.people else None,
                    tie and self.program_of(tie[0])[0], detail)

    def _earn(self, plan, referrer, mode, event, at):
        """The referrer's line, and the referee's beside it."""
        before = self.volume(plan, referrer, mode, at, without=event.referee if event.kind == "signup" else None)
        is_own_tie = self.attributions[event.referee][1] == mode
        after = before + plan.contribution(event.kind, event.amount, is_own_tie)
        rating = plan.rate(event.kind, event.amount, before, after)
        amount, note = self._limited(plan, referrer, mode, at, plan.round(rating.exact), rating.note)
        line = dict(mode=mode, kind="accrual", side="referrer", program=plan.program, plan_version=plan.version,
                    referrer=referrer, referee=event.referee, event_kind=event.kind, event_key=event.key,
                    volume_before=before, tier=rating.tier, basis=rating.basis, rate=rating.rate,
                    base_amount=event.amount, amount=amount, currency=plan.currency, occurred_at=at,
                    payable_at=at + plan.hold, note=note, reason=None)
        lines = [line]
        if event.kind in plan.referee:
            reward = plan.reward(event.kind, event.amount)
            lines.append({**line, "side": "referee", "tier": None, "basis": reward.basis, "rate": reward.rate,
                          "amount": plan.round(reward.exact), "note": None})
        earnings = [Earning(plan, line) for line in lines]
        for earning in earnings:
            self.post(earning, earning.line)
        self.events[mode, event.kind, event.key] = earnings
        self.earnings.setdefault((referrer, mode), []).append(earnings[0])

    def post(self, earning, line):
        """A line goes into the ledger, about an earning: the accrual itself, or a correction of it."""
        entry = self.record(line["kind"], line["mode"], line=line)
        entry["earning"], entry["payout"] = earning, None
        if line["kind"] == "accrual":
            earning.entry = entry
        return entry

    def _limited(self, plan, referrer, mode, at, amount, note):
        """Limits come after rounding."""
        if plan.most_lines is None and plan.most_money is None:
            return amount, note
        start, end = plan.window(self.calendar, at)
        earned = [earning for earning in self.earnings.get((referrer, mode), ()) if start <= earning.line["occurred_at"] < end]
        allowed = amount
        if plan.most_lines is not None:
            if sum(earning.line["amount"] > 0 and not earning.in_full for earning in earned) >= int(plan.most_lines):
                allowed = 0 * amount
        if plan.most_money is not None:
            spent = sum((earning.net for earning in earned if earning.line["currency"] == plan.currency), Decimal(0))
            # What is left may be finer than this plan's money, if another plan has more decimals for the same unit.
            allowed = min(allowed, rounded(Fraction(max(plan.most_money - spent, 0)), plan.decimals, "down"))
        return (allowed, "capped") if allowed < amount else (amount, note)
