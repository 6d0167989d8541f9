#!/usr/bin/env python3
"""The bench: runs its parts, prints the report, and writes it with the plots to target/bench.

  run.py [part ...]    the figures; without names all parts
  run.py --smoke       every part with tiny sizes, in seconds: it is the code that is tested, not the speed

Needs a running, throw-away server (PGHOST, PGPORT, PGUSER: a superuser) with the extension installed, and pgbench. A
full run changes the server's settings, restarts it, and puts them back. With UPDATE=1 in the environment the plots go
to doc as well, and the figures into doc/performance.md.
"""

import argparse
import contextlib
import importlib
import json
import os
import re
import shutil
import sys
import time
import traceback
from pathlib import Path

import lab
import schema
import server
from output import PLACE as OUTPUT
from report import Report
from scale import FULL, SMOKE

# Bulk comes early: it leaves much WAL to be used again.
PARTS = ["equal", "bulk", "sign_ups", "payments", "operations", "contention", "weight", "memory", "growth"]
HERE = Path(__file__).resolve().parent
DOC = HERE.parents[1] / "doc"
PAGE = DOC / "performance.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("parts", nargs="*", metavar="part", help=" ".join(PARTS))
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are: {' '.join(PARTS)}")
    scale = SMOKE if options.smoke else FULL
    if scale.is_smoke:
        lab.be_brief(transactions=30)
    began = time.monotonic()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    report = Report()
    with contextlib.nullcontext() if scale.is_smoke else server.tuned():
        described = server.description()
        print(described)
        # That the rivals write the same is for tests, not for the clock.
        for name in options.parts or [part for part in PARTS if scale.is_smoke or part != "equal"]:
            run_part(name, report, scale)
        schema.drop_template()
    passed = sum(ok for _, ok in report.checks)
    failed = len(report.checks) - passed
    if scale.is_smoke:
        print(f"{passed} passed, {failed} failed")
    else:
        finish(report, described, time.monotonic() - began)
    sys.exit(1 if failed else 0)


def run_part(name, report, scale):
    """Runs a part; that it ran is one check."""
    began = time.monotonic()
    if not scale.is_smoke:
        lab.Database("postgres").sql("CHECKPOINT")
    try:
        importlib.import_module(name).run(report, scale)
        report.check(f"part {name}", True)
    except Exception:  # the other parts are still of interest
        report.check(f"part {name}", False, traceback.format_exc())
    print(f"  [{name}: {time.monotonic() - began:.0f} s]", flush=True)


def finish(report, described, seconds):
    """Prints the whole, and writes it where it belongs."""
    total = f"The whole took {seconds / 60:.1f} minutes."
    print(f"\n{'=' * 100}\n{described}\n{report.text()}\n\n{total}")
    data = json.dumps({"machine": described, **report.data()}, indent=1)
    (OUTPUT / "results.json").write_text(data, encoding="utf-8")
    (OUTPUT / "results.md").write_text(f"{described}\n\n{report.markdown()}\n", encoding="utf-8")
    if os.environ.get("UPDATE"):
        for plot in OUTPUT.glob("*.svg"):
            shutil.copy(plot, DOC / plot.name)
        fill_page(f"{described}\n\n{report.markdown()}")


def fill_page(text):
    """Replaces what stands between the two marks in doc/performance.md."""
    before = PAGE.read_text(encoding="utf-8")
    after, count = re.subn(r"(<!-- bench -->\n).*?(<!-- /bench -->)", lambda match: f"{match[1]}{text}\n{match[2]}",
                           before, flags=re.DOTALL)
    if not count:
        print("doc/performance.md has no place for the figures: <!-- bench --> and <!-- /bench -->")
    PAGE.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
