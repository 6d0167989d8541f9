"""Counting what was compared, and saying what differs."""

from decimal import Decimal


class Mismatch(Exception):
    """The extension and the model disagree."""


class Tally:
    """Counts what was compared."""

    def __init__(self):
        self.count = 0

    def equal(self, what, expected, actual):
        self.count += 1
        if expected != actual:
            raise Mismatch(f"{what}\n  model:     {show(expected)}\n  extension: {show(actual)}{difference(expected, actual)}")

    def true(self, what, condition):
        self.count += 1
        if not condition:
            raise Mismatch(what)

    def lists(self, what, expected, actual):
        """Row by row, so that the first difference is what is reported."""
        for number, (model_row, row) in enumerate(zip(expected, actual), 1):
            self.equal(f"{what}, row {number}", model_row, row)
        if len(expected) != len(actual):
            rows = expected if len(expected) > len(actual) else actual
            who = "model" if rows is expected else "extension"
            raise Mismatch(f"{what}: model has {len(expected)} rows, extension has {len(actual)}\n"
                           f"  first more in the {who}: {show(rows[min(len(expected), len(actual))])}")

    def maps(self, what, expected, actual):
        for key in sorted(expected.keys() | actual.keys(), key=str):
            self.equal(f"{what} {key}", expected.get(key), actual.get(key))


def show(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, Decimal) else repr(value)


def difference(expected, actual):
    if not (isinstance(expected, dict) and isinstance(actual, dict)):
        return ""
    names = [key for key in expected.keys() | actual.keys() if expected.get(key) != actual.get(key)]
    return f"\n  different: {', '.join(sorted(map(str, names)))}"
