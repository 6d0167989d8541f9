"""The report: gathers what the parts found, and prints it as aligned text and as Markdown. Measures nothing."""

import statistics
from dataclasses import asdict, dataclass


def at_least(ratio):
    """A budget: the ratio may not be lower."""
    return (">=", ratio)


def at_most(ratio):
    """A budget: the ratio may not be higher."""
    return ("<=", ratio)


@dataclass
class Row:
    section: str
    work: str
    variant: str
    against: str
    ratio: float
    low: float
    high: float
    value: float  # the median of the variant, in `unit`
    against_value: float  # and of what it is held against
    unit: str
    budget: str = ""
    met: bool | None = None


@dataclass
class Fact:
    section: str
    what: str
    value: str


class Report:
    def __init__(self, echo=print):
        self._echo = echo
        self._section = ""
        self.sections = {}
        self.rows, self.facts, self.checks = [], [], []

    def section(self, title, note=""):
        """What follows belongs to this section."""
        self._section = title
        self.sections[title] = note
        self._echo(f"\n{title}" + (f"  ({note})" if note else ""))

    def compare(self, work, variant, against, values, against_values, budget=None, unit="/s"):
        """Values of both, round by round: the ratio is taken within each round, its median counts. Rates (the default)
        are better high. Times are compared as well, say with unit "s"."""
        ratios = [value / other for value, other in zip(values, against_values)]
        ratio = statistics.median(ratios)
        met = budget and (ratio >= budget[1] if budget[0] == ">=" else ratio <= budget[1])
        row = Row(self._section, work, variant, against, ratio, min(ratios), max(ratios), statistics.median(values),
                  statistics.median(against_values), unit, f"{budget[0]} {budget[1]}" if budget else "", met)
        self.rows.append(row)
        self._echo("  " + "  ".join(_cells(row)))

    def fact(self, what, value):
        """A figure by itself, as text with its unit."""
        self.facts.append(Fact(self._section, what, str(value)))
        self._echo(f"  {what}: {value}")

    def check(self, name, ok, detail=""):
        """Something that must hold. It is counted, and makes the run fail."""
        self.checks.append((name, bool(ok)))
        if not ok:
            self._echo(f"  FAILED {name}: {detail}")

    def text(self):
        """All of it in columns."""
        return "\n".join(line for title in self.sections for line in self._text_of(title))

    def markdown(self):
        """All of it as Markdown tables."""
        return "\n".join(line for title in self.sections for line in self._markdown_of(title)).strip()

    def data(self):
        """All of it for a file."""
        return {"sections": self.sections, "rows": [asdict(row) for row in self.rows],
                "facts": [asdict(fact) for fact in self.facts]}

    def _of(self, title):
        return ([row for row in self.rows if row.section == title],
                [fact for fact in self.facts if fact.section == title])

    def _text_of(self, title):
        rows, facts = self._of(title)
        if not rows and not facts:
            return
        yield ""
        yield title + (f": {self.sections[title]}" if self.sections[title] else "")
        table = [HEAD, *map(_cells, rows)] if rows else []
        widths = [max(len(cells[column]) for cells in table) for column in range(len(HEAD))] if rows else []
        for cells in table:
            yield "  " + "  ".join(cell.ljust(width) if column < 3 else cell.rjust(width)
                                   for column, (cell, width) in enumerate(zip(cells, widths))).rstrip()
        for fact in facts:
            yield f"  {fact.what}: {fact.value}"

    def _markdown_of(self, title):
        rows, facts = self._of(title)
        if not rows and not facts:
            return
        yield f"\n**{title}**" + (f": {self.sections[title]}" if self.sections[title] else "") + "\n"
        if rows:
            yield "| " + " | ".join(HEAD) + " |"
            yield "|---|---|---|" + "---:|" * (len(HEAD) - 3)
            for row in rows:
                yield "| " + " | ".join(_cells(row)) + " |"
        if facts:
            if rows:
                yield ""
            yield "| what | figure |\n|---|---:|"
            for fact in facts:
                yield f"| {fact.what} | {fact.value} |"


HEAD = ("work", "measured", "against", "ratio", "spread", "measured at", "against at", "budget")


def _cells(row):
    budget = f"{row.budget} {'met' if row.met else 'MISSED'}" if row.budget else ""
    return (row.work, row.variant, row.against, f"{row.ratio:.2f}", f"{row.low:.2f} to {row.high:.2f}",
            figure(row.value, row.unit), figure(row.against_value, row.unit), budget)


def figure(value, unit):
    """A figure with three digits that say something, and its unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 4
    return f"{value:,.{digits}f}" + (unit if unit.startswith("/") else f" {unit}" if unit else "")
