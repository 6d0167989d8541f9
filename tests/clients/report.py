"""What a client written in Python tells the suite: one line a check, and at the end what it made.

Where the server is comes from PGHOST, PGPORT and PGDATABASE; CLIENTS_POOLED is set where that is pgbouncer.
"""

import json
import os
import sys
import threading
from decimal import Decimal
from pathlib import Path

POOLED = "CLIENTS_POOLED" in os.environ
PLAN = json.loads(Path(__file__).with_name("plan.json").read_text())
# Binary floats have no such amounts: they would lose a cent of the first, and make 0.30000000000000004 of two others.
AMOUNTS = [Decimal("567890123456789.01"), Decimal("1234567890.01"), Decimal("0.10"), Decimal("0.20")]
TOTAL = Decimal("567891358024679.32")


class Report:
    def __init__(self):
        self.failed, self.people, self.lines, self.amount = 0, 0, 0, Decimal(0)
        self.backends, self._lock = set(), threading.Lock()

    def equal(self, what, expected, got):
        self._say(what, expected == got, f"expected {expected!r}, got {got!r}")

    def true(self, what, holds, detail=""):
        self._say(what, bool(holds), detail)

    def made(self, people, *amounts):
        """Counts people who were registered and lines that they earned somebody."""
        with self._lock:
            self.people, self.lines, self.amount = self.people + people, self.lines + len(amounts), self.amount + sum(amounts)

    def backend(self, pid):
        with self._lock:
            self.backends.add(pid)

    def finish(self):
        print("made", self.people, self.lines, self.amount)
        print("backends", *sorted(self.backends))
        sys.exit(1 if self.failed else 0)

    def _say(self, what, holds, detail):
        with self._lock:
            self.failed += not holds
            print(f"ok {what}" if holds else f"FAILED {what}: {detail}", flush=True)


def concurrently(number, work):
    """work(i) for each i below the number, all at once; raises what one of them raised."""
    problems = []

    def guarded(i):
        try:
            work(i)
        except Exception as problem:  # noqa: BLE001: it is raised again below
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
