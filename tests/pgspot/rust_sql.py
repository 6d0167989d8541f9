"""Pulls the SQL out of the sources of the store.

A statement is what stands in `Statement(...)`: a string, include_str!, concat! of these, or the name of a constant of the
same file. Other SQL, such as what is built in a format! when it runs, is any other text that begins like SQL; what it is
built from is given here by examples. Whatever cannot be followed is an error, so that no statement is left out in silence.
"""

import re
from pathlib import Path

# What stands for the parts that are built in, by the names that the sources give them; a name that is not here stands for
# that of a table. Where that gives no SQL, pgspot says that it cannot be read: add what it stands for.
ANY_NAME = "app.example"
EXAMPLES = {
    "TRIGGER": "referrals_sign_up",
    "table": "app.users",
    "arguments": "'id', 'default'",
    "name": "referrals_source_insert_payment",
    "event": "INSERT",
    "rows": "NEW TABLE AS referrals_new_events",
    "quoted_role": "shop",
    "key": "users.id",
    "referred_by": "users.referred_by",
    "code": "NULL",
    "label": "NULL",
    "registered_at": "users.joined",
    "only": "ONLY",
    "oldest_first": "users.joined, users.id",
    "prefix": "'shop:'",
    "columns": "users.id, users.customer",
    "referee": "users.customer",
    "from": "FROM ONLY app.users AS users",
    "MAX_KEY_BYTES": "512",
    "relation": "commission",
    "trigger": "append_only",
}
IN_ORDER = ["referrals_sign_up", "app.users"]

BEGINS_LIKE_SQL = re.compile(
    r"(?:\s|--[^\n]*\n)*(SELECT(?! ON)|INSERT INTO|UPDATE(?! ON)|DELETE FROM|WITH|MERGE|LOCK|TRUNCATE|CREATE|DROP|ALTER|GRANT|REVOKE|COPY|SET|CALL|DO)\s"
)
# Not just key words, which are compared or replaced.
NAMES_SOMETHING = re.compile(r"[a-z0-9{$*]")
PRIVILEGE = re.compile(r"(ALL|USAGE|SELECT|EXECUTE)\b.* ON ", re.DOTALL)
TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<raw>r(?P<hashes>\#*)"(?P<inside>.*?)"(?P=hashes))
  | (?P<string>c?"(?:[^"\\]|\\.)*")
  | (?P<character>'(?:[^'\\]|\\.[^']*)')
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*!?)
  | (?P<sign>\S)
    """,
    re.VERBOSE | re.DOTALL,
)


class CannotFollow(Exception):
    """A statement that is written in a way that is not known here."""


class Source:
    """One file of Rust, as words, signs and strings."""

    def __init__(self, path, root):
        self.path, self.root = path, root
        self.name = str(path.relative_to(root))
        text = path.read_text(encoding="utf8")
        self.tokens = []
        for match in TOKEN.finditer(text):
            kind = match.lastgroup if match.lastgroup not in ("hashes", "inside") else "raw"
            if kind == "comment":
                continue
            value = match.group()
            if kind == "raw":
                kind, value = "string", match.group("inside")
            elif kind == "string":
                value = unescape(value[value.index('"') + 1 : -1])
            self.tokens.append((kind, value, text.count("\n", 0, match.start()) + 1))
        self.used_files = set()
        self.used_strings = set()

    def is_at(self, place, *values):
        """Whether these words and signs stand at a place."""
        ahead = self.tokens[place : place + len(values)]
        return [value for kind, value, _ in ahead if kind != "string"] == list(values)

    def complain(self, place, what):
        raise CannotFollow(f"{self.name}:{self.tokens[place][2]}: {what}")

    def expression(self, place):
        """The text that an expression at a place is, and the place behind it."""
        kind, value, _ = self.tokens[place]
        if kind == "string":
            self.used_strings.add(place)
            return value, place + 1
        if self.is_at(place, "include_str!", "("):
            self.used_strings.add(place + 2)
            path = (self.path.parent / self.tokens[place + 2][1]).resolve()
            self.used_files.add(path)
            return path.read_text(encoding="utf8"), self.behind_bracket(place + 3)
        if self.is_at(place, "concat!", "("):
            parts, place = [], place + 2
            while not self.is_at(place, ")"):
                part, place = self.expression(place)
                parts.append(part)
                if self.is_at(place, ","):
                    place += 1
            return "".join(parts), place + 1
        if kind == "word" and value.isupper():
            return self.constant(value, place), place + 1
        self.complain(place, f"a statement begins with {value!r}: teach tests/pgspot/rust_sql.py what that is")

    def behind_bracket(self, place):
        if self.is_at(place, ","):
            place += 1
        if not self.is_at(place, ")"):
            self.complain(place, "expected the end of a macro")
        return place + 1

    def constant(self, name, used_at):
        for place in range(len(self.tokens)):
            if self.is_at(place, "const", name, ":", "&", "str", "="):
                return self.expression(place + 6)[0]
        self.complain(used_at, f"there is no constant {name} in this file")

    def prepared(self):
        """Each `Statement(...)` of the file, with its line."""
        for place in range(len(self.tokens) - 1):
            is_definition = place > 0 and self.is_at(place - 1, "struct")
            if self.is_at(place, "Statement", "(") and not is_definition:
                yield self.tokens[place][2], self.expression(place + 2)[0]

    def built(self, privileges):
        """Each other text that begins like SQL, with examples for what is built in."""
        for place, (kind, value, line) in enumerate(self.tokens):
            is_macro = self.is_at(place, "concat!", "(") or self.is_at(place, "include_str!", "(")
            if self.used_strings.intersection(range(place, place + 5) if is_macro else [place]):
                continue
            if is_macro:
                value, _ = self.expression(place)
            elif kind != "string":
                continue
            if not BEGINS_LIKE_SQL.match(value) or not NAMES_SOMETHING.search(value):
                continue
            for privilege in privileges if "{privilege}" in value else [None]:
                yield line, self.filled(value, privilege)

    def filled(self, value, privilege):
        examples, in_order = {**EXAMPLES, "privilege": privilege}, iter(IN_ORDER)

        def fill(match):
            name = match.group(1)
            return next(in_order, ANY_NAME) if name == "" else examples.get(name, ANY_NAME)

        return re.sub(r"\{(\w*)\}", fill, value)

    def privileges(self):
        """What the levels of grant_access are granted, one by one."""
        return [value for kind, value, _ in self.tokens if kind == "string" and PRIVILEGE.match(value)]


def unescape(text):
    text = re.sub(r"\\\n\s*", "", text)
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "0": "\0"}.get(match.group(1), match.group(1)), text)


def statements(root):
    """All SQL of the store: pairs of where it stands and what it says. The counts are checked against the plain text."""
    store = root / "src" / "store"
    found, used_files, prepared = [], set(), 0
    for path in sorted(store.rglob("*.rs")):
        source = Source(path, root)
        of_file = list(source.prepared())
        prepared += len(of_file)
        of_file += list(source.built(source.privileges()))
        found += [(f"{source.name}:{line}", sql) for line, sql in of_file]
        used_files |= source.used_files
    written = sum(
        len(re.findall(r"(?<!struct )\bStatement\(", path.read_text(encoding="utf8"))) for path in store.rglob("*.rs")
    )
    unused = {path.resolve() for path in store.rglob("*.sql")} - used_files
    if prepared != written or prepared == 0:
        raise CannotFollow(f"src/store says Statement( {written} times, and {prepared} were found")
    if unused:
        raise CannotFollow("no statement includes " + ", ".join(sorted(path.name for path in unused)))
    return found, prepared


def sql_elsewhere(root):
    """Where SQL is written outside the store: there is to be none."""
    store, found = root / "src" / "store", []
    for path in sorted((root / "src").rglob("*.rs")):
        if store not in path.parents:
            source = Source(path, root)
            found += [f"{source.name}:{line}" for line, _ in source.built([])]
            found += [f"{source.name}:{line}" for line, _ in source.prepared()]
    return found
