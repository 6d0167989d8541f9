"""What a suite counts: checks that held and that did not, part by part, and what could not be had."""

import contextlib
import os
import time

from psql import Failure

# Where nothing may be left out; see doc/development.md.
REQUIRED = os.environ.get("REQUIRED") == "1"


class Unavailable(Exception):
    """Something that a part of a suite needs cannot be had here, and why."""


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def true(self, what, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}" + (f"\n  {detail}" if detail else ""), flush=True)

    def equal(self, what, expected, actual):
        if expected != actual and isinstance(expected, list) and isinstance(actual, list):
            lost = [row for row in expected if row not in actual][:3]
            added = [row for row in actual if row not in expected][:3]
            self.true(what, False, f"only before: {lost}\n  only after: {added}\n  rows: {len(expected)}, {len(actual)}")
        else:
            self.true(what, expected == actual, f"before: {expected}\n  after: {actual}")

    def none(self, what, problems):
        """Checks that nothing was found; otherwise prints all of it, such as the lines of a diff."""
        self.true(what, not problems, problems if isinstance(problems, str) else "\n".join(problems or ()))

    def left_out(self, what, why):
        """Says that something was not tried; a failure where nothing may be left out."""
        print(f"NOT RUN {what}: {why}", flush=True)
        if REQUIRED:
            self.true(f"{what} is required", False)

    @contextlib.contextmanager
    def part(self, name, broken=(Failure,)):
        """A part of a suite: when it breaks off, with one of these exceptions, the others go on."""
        began, before = time.monotonic(), self.passed
        try:
            yield
        except Unavailable as why:
            self.left_out(name, why)
        except broken as failure:
            self.true(f"{name} could not go on", False, f"{type(failure).__name__}: {failure}")
        finally:
            print(f"{name}: {self.passed - before} checks, {time.monotonic() - began:.1f} s", flush=True)
