"""The examples of doc/clients/: each is a marked region of a file that the suite runs, so that it cannot drift.

On a page an example stands below `<!-- FILE: REGION -->`; in the file between `[REGION]` and `[end]`, in comments.
"""

import re
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOC = HERE.parents[1] / "doc"
PAGES = [DOC / "clients.md", *sorted((DOC / "clients").glob("*.md"))]
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
    """Compares each example with its region, or takes it from there; every region is on one page."""
    files = {str(path.relative_to(HERE)): regions(path) for pattern in FILES for path in sorted(HERE.glob(pattern))}
    shown = []
    for page in PAGES:
        text = page.read_text()
        if update:
            text = EXAMPLE.sub(lambda example: example[1] + files[example[2]][example[3]] + example[5], text)
            page.write_text(text)
        examples = [example.groups() for example in EXAMPLE.finditer(text)]
        for _, file, region, example, _ in examples:
            say(f"{page.name}: {region} of {file} is as it was run", files.get(file, {}).get(region) == example,
                "UPDATE=1 takes it from the file")
            shown.append((file, region))
        say(f"{page.name} has no other example", len(re.findall("^```.", text, re.MULTILINE)) == len(examples), "mark its region")
    marked = sorted((file, region) for file, found in files.items() for region in found)
    say("doc/clients shows every region that is marked, once", marked == sorted(shown),
        f"only one side has {sorted({*marked} ^ {*shown})}, twice there are {sorted({it for it in shown if shown.count(it) > 1})}")
