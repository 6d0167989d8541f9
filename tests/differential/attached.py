"""The rules of attach_events: what rows of a table of events cause, when they come and when they change."""

from events import Event
from facts import END_OF_TIME, FIRST_INSTANT, Facts

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
        for before, after in changes:
            if before is None if source.accrues is None else became(source.accrues, before, after):
                self._accrue_row(source, after, now)
        for before, after in changes:
            if source.reverses and became(source.reverses, before, after):
                key = after[source.columns["key"]]
                if self._has_key(source, key):
                    self.reverse_event(source.kind, key, TRIGGER_REASON, direct=False)

    def _has_key(self, source, key):
        if key and len(key.encode()) <= 512:
            return True
        self.record("skipped", detail={"reason": "key_too_long" if key else "no_key", "table": source.name})
        return False

    def _accrue_row(self, source, row, now):
        values = {role: row[column] for role, column in source.columns.items()}
        if not self._has_key(source, values["key"]):
            return
        at = values.get("at")
        if at is not None and not FIRST_INSTANT <= at < END_OF_TIME:
            values["at"] = None
            if (self.mode, source.kind, values["key"]) not in self.events:
                referee = values["referee"] if values["referee"] in self.people else None
                self.record("time_refused", person=referee, detail={"given": at})
        self.accrue(Event(source.kind, **values), now, direct=False)


def became(condition, before, after):
    """True now, and false or NULL before (or not there)."""
    return condition(after) is True and (before is None or condition(before) is not True)
