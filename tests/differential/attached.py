"""The rules of attach_events: what rows of a table of events cause, when they come and when they change."""

from events import Event
from facts import Facts

TRIGGER_REASON = "reverse_when"  # for the reversals it makes; how that is worded is left open


class Sources(Facts):
    def attach_events(self, source):
        self.sources[source.name, source.kind] = source
        self.record("events_attached", detail={"table": source.name, "kind": source.kind})

    def detach_events(self, name):
        self.sources = {place: source for place, source in self.sources.items() if place[0] != name}
        self.record("detached", detail={"table": name})

    def change(self, name, changes, now):
        """A statement has made changes to a table: rows (before, after), before None for a new one."""
        new, old = [c for c in changes if c[0] is None], [c for c in changes if c[0] is not None]
        # Of a statement that does both (ON CONFLICT, MERGE) Postgres calls the triggers on UPDATE first.
        for part in (old, new):
            for place in sorted(self.sources):  # triggers of a kind in the order of their names
                if place[0] == name:
                    self._fire(self.sources[place], part, now)

    def _fire(self, source, changes, now):
        accrued = [after for before, after in changes
                   if (before is None if source.accrues is None else became(source.accrues, before, after))]
        reversed_ = [after for before, after in changes if source.reverses and became(source.reverses, before, after)]
        key, referee = source.columns["key"], source.columns["referee"]
        referrers = {self.attributions[row[referee]][0] for row in accrued if row[referee] in self.attributions}
        back = [row[key] for row in reversed_ if row[key] is not None]
        # What is taken back in the same statement cannot wait, nor what comes with it.
        at_once = referrers if back else {referrer for referrer in referrers if not self.queues(referrer, now)}
        self.settle(at_once | self.referrers_of(source.kind, back))
        for row in accrued:
            self._accrue_row(source, row, now, at_once)
        for row in reversed_:
            if self._has_key(source, row[key]):
                self.reverse_event(source.kind, row[key], TRIGGER_REASON, direct=False)

    def _has_key(self, source, key):
        if key and len(key.encode()) <= 512:
            return True
        self.record("skipped", detail={"reason": "key_too_long" if key else "no_key", "table": source.name})
        return False

    def _accrue_row(self, source, row, now, at_once):
        values = {role: row[column] for role, column in source.columns.items()}
        if self._has_key(source, values["key"]):
            self.arrive(Event(source.kind, **values), now, at_once)


def became(condition, before, after):
    """True now, and false or NULL before (or not there)."""
    return condition(after) is True and (before is None or condition(before) is not True)
