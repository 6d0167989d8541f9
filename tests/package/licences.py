"""The licences of the crates in the library: each may be given on as a part of it, and its text goes along."""

import re

ACCEPTED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "PostgreSQL", "Unicode-3.0", "Unlicense", "Zlib"}
CRATE = re.compile(r"^ ([\w-]+) v(\S+): (.+)$", re.MULTILINE)


def choices(expression):
    """The sets of licences that an SPDX expression names: one of each set holds. (Brackets are read as they are in use.)"""
    return [{licence.strip(" ()") for licence in re.split(" OR |/", part)} for part in expression.split(" AND ")]


def held_back(text):
    """What is wrong with a file `copyright`: a crate of which no licence is accepted, with its text in the file, or that nobody holds."""
    crates = list(CRATE.finditer(text))
    texts = ACCEPTED & set(re.findall(r"^License: (\S+)\n \S", text, re.MULTILINE))
    problems = [f"{crate[1]}: {crate[3]}" for crate in crates if not all(some & texts for some in choices(crate[3]))]
    owned = [text[crate.end():].startswith("\n  ") for crate in crates]
    return problems + [f"{crate[1]}: whose is it?" for crate, held in zip(crates, owned) if not held]


def check_licences(checks, copyright_):
    text = copyright_.read_text(encoding="utf-8")
    names = {crate[1] for crate in CRATE.finditer(text)}
    checks.true("copyright lists the crates", len(names) > 30 and {"pgrx", "serde_json", "rust_decimal"} <= names, str(names))
    checks.equal("each is under a licence that is accepted, with its text and its owner", [], held_back(text))
    for licence, noticed in [("GPL-3.0-only", True), ("MIT AND GPL-3.0-only", True), ("MPL-2.0", True), ("ISC", True),
                             ("MIT OR GPL-3.0-only", False), ("(MIT OR Apache-2.0) AND Unicode-3.0", False), ("MIT/Apache-2.0", False)]:
        added = text.replace("\n\nFiles: *", f"\n planted v1.0.0: {licence}\n  Copyright of somebody\n\nFiles: *", 1)
        checks.equal(f"a crate under {licence}", [f"planted: {licence}"] if noticed else [], held_back(added))
    orphan = text.replace("\n\nFiles: *", "\n planted v1.0.0: MIT\n\nFiles: *", 1)
    checks.equal("a crate without an owner", ["planted: whose is it?"], held_back(orphan))
