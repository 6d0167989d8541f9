"""The examples of doc/clients.md: each is a marked region of a file that the suite runs, so that it cannot drift.

On the page an example stands below `<!-- FILE: REGION -->`; in the file between `[REGION]` and `[end]`, in comments.
"""

import re
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "doc" / "clients.md"
EXAMPLE = re.compile(r"(<!-- (\S+): ([a-z-]+) -->\n```\w+\n)(.*?)(```\n)", re.DOTALL)
MARK = re.compile(r"\s*(?:#|//|--) \[([a-z-]+)\]")
FILES = ["django/client.py", "django/settings.py", "django/shop/*.py", "django/shop/migrations/*.py", "*_client.py", "node/*.js",
         "rust/src/*.rs"]


def regions(path):
    """name: text of each region of a file."""
    found, name = {}, None
    for line in path.read_text().splitlines():
        if mark := MARK.fullmatch(line):
            name = None if mark[1] == "end" else mark[1]
        elif name:
            found.setdefault(name, []).append(line)
    return {name: textwrap.dedent("\n".join(lines)) + "\n" for name, lines in found.items()}


def check(say, update):
    """Compares each example with its region, or takes it from there; every region is on the page."""
    files = {str(path.relative_to(HERE)): regions(path) for pattern in FILES for path in sorted(HERE.glob(pattern))}
    page = PAGE.read_text()
    if update:
        page = EXAMPLE.sub(lambda example: example[1] + files[example[2]][example[3]] + example[5], page)
        PAGE.write_text(page)
    shown = set()
    for example in EXAMPLE.finditer(page):
        file, region = example[2], example[3]
        shown.add((file, region))
        say(f"doc/clients.md: {region} of {file} is as it was run", files.get(file, {}).get(region) == example[4],
            "UPDATE=1 takes it from the file")
    marked = {(file, region) for file, found in files.items() for region in found}
    say("doc/clients.md shows every region that is marked", marked == shown, sorted(marked ^ shown))
    say("doc/clients.md has no other example", len(re.findall("^```.", page, re.MULTILINE)) == len(shown), "mark its region")
