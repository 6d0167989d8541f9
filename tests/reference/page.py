"""doc/reference.md from what the catalogue says."""

import re

from markdown import code, first_sentence, split_errors, table, words

HEAD = """# Reference

All that there is in the schema `referrals`, in the words of its comments: the same that `\\df+ referrals.*` and
`\\d+ referrals.*` show in psql. Made from the catalogue by `make test SUITES=reference UPDATE=1`; do not edit it.
Contents: [functions](#functions), [views](#views), [settings](#settings), [SQLSTATEs](#sqlstates), [tables](#tables),
[domains](#domains), [internal functions](#internal-functions).

A level is what [`grant_access`](#grant_access) gives a role, and with each function and view stands the least that is
needed. {levels}."""

SHORT_TYPES = {"timestamp with time zone": "timestamptz"}


class Page:
    def __init__(self, catalogue, levels, conditions):
        self.conditions = conditions
        self.settings, self.domains = catalogue["settings"] or [], catalogue["domains"]
        functions, relations = catalogue["functions"], catalogue["relations"]
        self.functions = [each for each in functions if not each["name"].startswith("_")]
        self.internal = [each for each in functions if each["name"].startswith("_")]
        self.views = [each for each in relations if each["kind"] == "v" and not each["name"].startswith("_")]
        self.hidden = [each for each in relations if each["kind"] == "v" and each["name"].startswith("_")]
        self.tables = [each for each in relations if each["kind"] == "r"]
        self.reach = {level: frozenset((each["name"], str(each.get("signature"))) for each in functions + relations
                                       if level in each["levels"]) for level in levels}
        self.anchors = {each["name"] for each in self.functions + self.views + self.tables}

    def text(self):
        parts = [HEAD.format(levels=self.ladder()), "## Functions", self.list_of_functions()]
        parts += [part for each in self.functions for part in self.function(each)]
        parts += ["## Views", self.list_of_relations(self.views)]
        parts += [part for each in self.views for part in self.relation(each)]
        parts += ["## Settings", self.list_of_settings(), "## SQLSTATEs", self.list_of_codes()]
        parts += ["## Tables", "For reading by the owner; whoever has a level reads the views. Never write to them: "
                  "functions and triggers do.", self.list_of_relations(self.tables)]
        parts += [part for each in self.tables for part in self.relation(each)]
        parts += ["## Domains", table(["domain", "is", "meaning"], [
            [code(each["name"]), code(f"{each['base']} {each['rule']}"), self.words(each["comment"])]
            for each in self.domains])]
        parts += ["## Internal functions", "Of triggers and views; not meant to be called, and free to change."]
        parts += [table(["name", "meaning"], [
            [code(each["name"]), self.words(each["comment"])] for each in self.internal + self.hidden])]
        return "\n\n".join(parts) + "\n"

    def words(self, text):
        return words(text or "", self.anchors)

    def level(self, each):
        """The least levels that may; without one it is for the owner of the extension."""
        may = each["levels"]
        least = [level for level in may if not any(self.reach[level] > self.reach[other] for other in may)]
        return " or ".join(code(level) for level in least) or "owner"

    def ladder(self):
        """Which level includes which others, as their privileges say."""
        steps = []
        for level, reach in self.reach.items():
            under = [code(other) for other, less in self.reach.items() if reach > less]
            if under:
                steps.append(f"{code(level)} includes {', '.join(under)}")
            elif not any(reach < more for more in self.reach.values()):
                steps.append(f"{code(level)} stands by itself")
        return "; ".join(steps)

    def list_of_functions(self):
        return table(["function", "level", "in short"], [
            [f"[{code(each['name'])}](#{each['name']})", self.level(each),
             self.words(first_sentence(split_errors(each["comment"])[0]))]
            for each in self.functions])

    def function(self, each):
        does, errors = split_errors(each["comment"])
        yield f"### {each['name']}"
        yield f"```sql\n{signature(each)}\n```"
        yield self.words(does)
        if errors:
            yield "\n".join(f"- {self.words(self.with_condition(error))}" for error in errors)
        strict = "; NULL for any argument gives NULL" if each["is_strict"] else ""
        yield f"{each['volatility'].capitalize()}{strict}. Level: {self.level(each)}."

    def with_condition(self, error):
        """An error with the name of its condition, as PL/pgSQL's EXCEPTION takes it."""
        found = re.match(r"([0-9A-Z]{5}) ", error)
        return f"{found[1]} `{self.conditions[found[1]]}`: {error[found.end():]}" if found else error

    def list_of_relations(self, relations):
        return table(["name", "holds"], [
            [f"[{code(each['name'])}](#{each['name']})", self.words(first_sentence(each["comment"]))]
            for each in relations])

    def relation(self, each):
        yield f"### {each['name']}"
        yield self.words(each["comment"])
        if each["kind"] == "v":
            yield f"Level: {self.level(each)}."
        yield table(["column", "type", "meaning"], [
            [code(column["name"]), short_type(column["type"]) + (", not null" if column["not_null"] else ""),
             self.words(column["comment"])]
            for column in each["columns"]])
        if each["indexes"]:
            yield table(["index", "on", "meaning"], [
                [code(index["name"]), code(index["definition"]), self.words(index["comment"])]
                for index in each["indexes"]])

    def list_of_settings(self):
        return table(["setting", "type", "default", "where it is set", "meaning"], [
            [code(each["name"]), each["vartype"], code(each["boot_val"]) if each["boot_val"] else "none",
             CONTEXTS[each["context"]],
             self.words(" ".join(filter(None, [each["short_desc"], each["extra_desc"]])))]
            for each in self.settings])

    def list_of_codes(self):
        """Which functions say that they raise a code."""
        raised = {}
        for each in self.functions:
            for error in split_errors(each["comment"])[1]:
                for found in re.findall(r"(?<!\w)([0-9A-Z]{5})(?!\w)", error):
                    if found in self.conditions:
                        raised.setdefault(found, set()).add(each["name"])
        return table(["SQLSTATE", "condition", "raised by"], [
            [sqlstate, code(self.conditions[sqlstate]),
             ", ".join(f"[{code(name)}](#{name})" for name in sorted(names))]
            for sqlstate, names in sorted(raised.items())])


CONTEXTS = {
    "sighup": "the server's configuration", "user": "anywhere", "suset": "anywhere, by a superuser",
    "postmaster": "the server's configuration, at its start", "superuser-backend": "a connection's start, by a superuser",
}


def short_type(name):
    for long, short in SHORT_TYPES.items():
        name = name.replace(long, short)
    return name


def signature(function):
    """As CREATE FUNCTION would have it, in lines of at most 110 characters."""
    inputs, outputs = [], []
    for argument in function["arguments"]:
        text = f"{argument['name']} {short_type(argument['type'])}"
        if argument["mode"] in ("t", "o"):
            outputs.append(text)
            continue
        if argument["default"] is not None:
            text += f" DEFAULT {re.sub(r'::[a-z ]+$', '', argument['default'])}"
        inputs.append(text)
    result = short_type(function["result"])
    if outputs:
        result = f"TABLE ({', '.join(outputs)})"
    elif function["is_set"]:
        result = f"SETOF {result}"
    line = f"referrals.{function['name']}({', '.join(inputs)}) RETURNS {result}"
    if len(line) <= 110:
        return line
    return f"referrals.{function['name']}(\n  " + ",\n  ".join(inputs) + f"\n) RETURNS {result}"
