"""The rules of queued accrual: what waits, in which order it is settled, and as what it is rated then."""

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace

from events import Event
from facts import END_OF_TIME, FIRST_INSTANT, Facts, Refused


@dataclass
class Waiting:
    """An event in the queue, with what it met when it arrived."""
    mode: str
    program: str
    paused: bool
    referrer: str
    event: Event
    arrived: int


class Queue(Facts):
    def queues(self, referrer, now):
        """Whether what arrives now for a referrer waits."""
        program = self.programs[self.people[referrer].program]
        if not any(plan.queued for plan in program.plans):
            return False  # whatever time it is
        plan = program.plan_at(now)
        return plan is not None and plan.queued

    def wait(self, referrer, event, now):
        program, self.waited = self.people[referrer].program, self.waited + 1
        self.waiting.append(Waiting(self.mode, program, self.programs[program].paused, referrer, event, now))

    def process_queue(self, batch):
        if batch is None:
            raise Refused("22004")
        if batch <= 0:
            raise Refused("22023")
        taken = []
        for mode in ("live", "mock") if self.mode == "live" else ("mock",):
            taken += [item for item in self.waiting if item.mode == mode][:batch - len(taken)]
        self.process(taken)
        return str(len(taken))

    def settle(self, referrers):
        """Whoever acts for a referrer at once comes after all that waits for them."""
        self.process([item for item in self.waiting if item.mode == self.mode and item.referrer in referrers])

    @contextmanager
    def settled(self, referrers):
        """For a direct call: if it is refused after all, nothing was settled either."""
        if not any(item.referrer in referrers for item in self.waiting):
            yield
            return
        before = self.snapshot()
        self.settle(referrers)
        try:
            yield
        except Refused:
            self.restore(before)
            raise

    def process(self, items):
        for item in items:
            self.waiting.remove(item)
            self.processed = item
            if item.event.kind == "signup":
                self.rate_sign_up(item.event.referee)
            else:
                self.accrue_row(item.event, item.arrived)
            self.processed = None

    def arrive(self, event, now, at_once):
        """A row of a table of events, of which some referrers' are accrued at once."""
        tie = self.attributions.get(event.referee)
        known = (self.mode, event.kind, event.key) in self.events
        if known or tie is None or tie[0] in at_once or not self.queues(tie[0], now):
            self.accrue_row(event, now)
        else:
            self.wait(tie[0], event, now)

    def accrue_row(self, event, now):
        if event.at is not None and not FIRST_INSTANT <= event.at < END_OF_TIME:
            if (self.mode, event.kind, event.key) not in self.events:
                self.record("time_refused", person=event.referee if event.referee in self.people else None, detail={"given": event.at})
            event = replace(event, at=None)
        self.accrue(event, now, direct=False)

    def snapshot(self):
        earnings = [earning for both in self.events.values() for earning in both]
        return ([(earning, {**vars(earning), "steps": list(earning.steps)}) for earning in earnings],
                list(self.audit), dict(self.events), {place: list(earned) for place, earned in self.earnings.items()},
                list(self.corrections), {place: copy(standing) for place, standing in self.standings.items()}, list(self.waiting))

    def restore(self, snapshot):
        earnings, self.audit, self.events, self.earnings, self.corrections, self.standings, self.waiting = snapshot
        for earning, before in earnings:
            vars(earning).update(before)
