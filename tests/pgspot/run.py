"""Runs pgspot over the install script, the upgrade scripts, and every SQL statement of the store.

The scripts fix their search_path, so nothing in them may be found. The statements of the store are looked at as if
nobody fixed a path for them, although every function that runs them does: so pgspot lists each name that leans on that
path, and allowed.txt says for each why that is safe. Takes the install script as a file.
"""

import fnmatch
import sys
from argparse import Namespace
from pathlib import Path

from pgspot.state import Counter, State
from pgspot.visitors import visit_sql

from rust_sql import CannotFollow, sql_elsewhere, statements

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PINNED = "SET LOCAL search_path = pg_catalog, pg_temp;"

# What must be found, and allowed by no entry.
PLANTED = [
    "SELECT user_key FROM participant",
    "SELECT $1::mood",
    "INSERT INTO audit_log (action) VALUES ('x')",
    "CREATE FUNCTION referrals.f() RETURNS void LANGUAGE c SECURITY DEFINER AS 'MODULE_PATHNAME', 'f'",
    "CREATE SCHEMA IF NOT EXISTS referrals",
    "SELECT FROM WHERE",
]


class Findings(Counter):
    """Collects what pgspot has to say, instead of printing it."""

    def __init__(self):
        super().__init__(
            Namespace(ignore=[], ignore_lang=[], plpgsql=True, proc_without_search_path=[], sql_fn=[], summary_only=True)
        )
        self.found = []

    def warn(self, code, context):
        self.found.append((code, " ".join(context.split())))

    def error(self, code, context):
        self.warn(code, context)

    def unknown(self, message):
        self.warn("unknown", message)


def look_at(sql):
    """What pgspot finds in a text: pairs of a code and what it is about."""
    findings = Findings()
    try:
        visit_sql(State(findings), sql, toplevel=True)
    except Exception as problem:  # pgspot and its parser raise of many kinds
        findings.warn("cannot be read", f"{type(problem).__name__}: {problem}")
    return findings.found


class Allowed:
    """What may be found, why, and whether it was."""

    def __init__(self, path):
        self.entries = []
        for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            rule, separator, reason = line.partition(" -- ")
            code, _, pattern = rule.strip().partition(" ")
            if not separator or not reason.strip() or not pattern:
                raise CannotFollow(f"{path.name}:{number}: an entry is CODE PATTERN -- REASON")
            self.entries.append([number, code, pattern.strip(), 0])

    def allows(self, code, context):
        for entry in self.entries:
            if entry[1] == code and fnmatch.fnmatchcase(context, entry[2]):
                entry[3] += 1
                return True
        return False

    def forget(self):
        """Counts from nothing again."""
        for entry in self.entries:
            entry[3] = 0


class Tally:
    """Counts, and says what failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, is_right, complaint):
        self.passed, self.failed = self.passed + is_right, self.failed + (not is_right)
        if not is_right:
            print(complaint)


def main(script_path):
    tally = Tally()
    script = Path(script_path).read_text(encoding="utf8")
    found = look_at(script)
    tally.check(not found, "install script:\n" + "\n".join(f"    {code}: {context}" for code, context in found))
    # That says something only if pgspot would have found what there is to be found.
    blind = script.replace(PINNED, "")
    codes = {code for code, _ in look_at(blind)}
    is_seen = blind != script and {"PS001", "PS016", "PS017"} <= codes
    tally.check(is_seen, "without its search_path the install script passes as well")

    for path in sorted((ROOT / "sql").glob("referrals--*--*.sql")):
        found_there = look_at(path.read_text(encoding="utf8"))
        tally.check(not found_there, f"{path.name}:\n" + "\n".join(f"    {code}: {context}" for code, context in found_there))

    sources, prepared = statements(ROOT)
    allowed = Allowed(HERE / "allowed.txt")
    for planted in PLANTED:
        found_there = look_at(planted)
        tally.check(any(not allowed.allows(*found) for found in found_there), f"not found: {planted}")
    allowed.forget()
    for place, sql in sources:
        wrong = [(code, context) for code, context in look_at(sql) if not allowed.allows(code, context)]
        tally.check(not wrong, f"{place}:\n" + "\n".join(f"    {code}: {context}" for code, context in wrong))
    for number, code, pattern, times in allowed.entries:
        tally.check(times > 0, f"allowed.txt:{number}: nothing is found any more that {code} {pattern} allows: take it out")
    elsewhere = sql_elsewhere(ROOT)
    tally.check(not elsewhere, "SQL is written outside src/store: " + ", ".join(elsewhere))
    print(f"install script: {len(script.splitlines())} lines, {len(found)} findings")
    print(f"store: {prepared} statements kept prepared, {len(sources) - prepared} others,")
    print(f"    {sum(entry[3] for entry in allowed.entries)} findings allowed by {len(allowed.entries)} entries")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except CannotFollow as problem:
        print(problem)
        print("0 passed, 1 failed")
        sys.exit(1)
