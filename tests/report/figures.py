"""The figures of a page, beside those of the views."""

import re
from decimal import Decimal

from markup import Page

MONEY = ["Accrued", "Reversed", "On hold", "Payable", "In payout", "Paid", "Balance"]
COLUMNS = "accrued, reversed, on_hold, payable, in_payout, paid, balance"


def plain(text):
    """A number of the page as SQL writes it."""
    return text.replace(",", "").replace("\u2212", "-")


def whole(cell):
    """What a cell says, in full where it is cut; None where there is nothing."""
    if "nothing" in cell.attributes.get("class", ""):
        return None
    name = cell.first("bdi")
    return name.attributes.get("title") or name._text() if name else cell.text


class Table:
    """A table of the page, by its caption."""

    def __init__(self, element):
        self.caption = element.first("caption").text
        self.columns = [header.text for header in element.first("thead").all("th")]
        body = [row for group in element.all("tbody") for row in group.all("tr") if len(row.children) == len(self.columns)]
        self.rows = [dict(zip(self.columns, map(whole, row.children))) for row in body]
        foot = element.first("tfoot")
        self.total = dict(zip(self.columns, map(whole, foot.first("tr").children))) if foot else None


class Figures:
    """The tables of each mode of a page."""

    def __init__(self, text):
        root = Page(text).root
        self.text = root.text
        self.modes = {}
        for part in root.all("section"):
            mode = part.attributes.get("class", "").removeprefix("part ")
            if mode in ("live", "mock"):
                self.modes[mode] = [Table(table) for table in part.all("table")]

    def tables(self, mode, pattern):
        """The tables whose captions are like this, with what the pattern found."""
        found = [(re.fullmatch(pattern, table.caption), table) for table in self.modes[mode]]
        return [(match, table) for match, table in found if match]


def check(checks, what, text, session, where="true"):
    """All figures of a page of all programs against the views; `where` narrows down the ledger."""
    page = Figures(text)
    modes = [row[0] for row in session.query(f"SELECT DISTINCT mode FROM referrals.commission_ledger WHERE {where}")]
    checks.equal(f"{what}: the modes with lines", sorted(modes), sorted(mode for mode, tables in page.modes.items() if page.tables(mode, "The newest .*")))
    for mode in page.modes:
        ledger(checks, f"{what}, {mode}", page, session, mode, where)
        progress(checks, f"{what}, {mode}", page, session, mode)
        if where == "true":
            dashboard(checks, f"{what}, {mode}", page, session, mode)


def dashboard(checks, what, page, session, mode):
    expected = {row[0]: row[1:] for row in session.query(
        f"SELECT currency, count(*), {', '.join(f'sum({name})' for name in COLUMNS.split(', '))} FROM referrals.dashboard "
        f"WHERE mode = '{mode}' AND currency IS NOT NULL GROUP BY currency")}
    tables = page.tables(mode, "Referrers in (.*), those who earned most first")
    checks.equal(f"{what}: the currencies", sorted(expected), sorted(match[1] for match, _ in tables))
    for match, table in tables:
        wanted = expected[match[1]]
        checks.equal(f"{what}: people in {match[1]}", f"All {wanted[0]}", table.total["Person"].replace(",", ""))
        checks.equal(f"{what}: totals in {match[1]}", list(map(Decimal, wanted[1:])), [Decimal(plain(table.total[name])) for name in MONEY])
        rows = {row[0]: row[1:] for row in session.query(
            f"SELECT code, referrals, volume, {COLUMNS}, program, tier, last_referral_at::date FROM referrals.dashboard "
            f"WHERE mode = '{mode}' AND currency = '{match[1]}'")}
        for row in table.rows:
            found = [plain(row[name]) for name in ["Referrals", "Volume now", *MONEY]]
            found += [row["Program"], row["Tier now"], row["Last referral"]]
            wanted = rows[row["Code"]]
            # A tier may have a name that is not shown as it is.
            same = [Decimal(one) == Decimal(other) for one, other in zip(wanted[:9], found[:9])] + [wanted[9] == found[9], wanted[11] == found[11]]
            # Who earned nothing has zeros without decimals in the view.
            same.append(decimals(wanted[2:9]) == decimals(found[2:9]) or set(wanted[2:9]) == {"0"})
            checks.true(f"{what}: the row of {row['Code']}", all(same), f"{wanted}\n  {found}")
        checks.equal(f"{what}: rows in {match[1]}", min(25, len(rows)), len(table.rows))
        shown = [Decimal(plain(row["Accrued"])) - Decimal(plain(row["Reversed"])) for row in table.rows]
        best = sorted((Decimal(row[2]) - Decimal(row[3]) for row in rows.values()), reverse=True)
        checks.equal(f"{what}: the best in {match[1]}", best[:25], shown)


def decimals(numbers):
    return [len(number.partition(".")[2]) for number in numbers]


def ledger(checks, what, page, session, mode, where):
    expected = {}
    for currency, event, kind, lines, amount in session.query(
            f"SELECT currency, event_kind, kind, count(*), sum(amount) FROM referrals.commission_ledger WHERE mode = '{mode}' AND {where} "
            "GROUP BY currency, event_kind, kind"):
        expected.setdefault(currency, {})[event, kind] = (int(lines), Decimal(amount))
    tables = page.tables(mode, "Lines in (.*) by kind of event and of line")
    checks.equal(f"{what}: currencies of the ledger", sorted(expected), sorted(match[1] for match, _ in tables))
    for match, table in tables:
        found = {(row["Event"], row["Line"]): (int(plain(row["Lines"])), Decimal(plain(row["Amount"]))) for row in table.rows}
        checks.equal(f"{what}: kinds in {match[1]}", expected[match[1]], found)
        total = (int(plain(table.total["Lines"])), Decimal(plain(table.total["Amount"])))
        checks.equal(f"{what}: lines in {match[1]}", tuple(map(sum, zip(*found.values()))), total)
    over_time(checks, what, page, session, mode, where)
    newest(checks, what, page, session, mode, where)


def over_time(checks, what, page, session, mode, where):
    """Columns over time: each stretch by itself where it is a day, and always all of them."""
    sums = {
        "Accruals over time": ("occurred_at", "accrued", "coalesce(sum(amount) FILTER (WHERE kind <> 'reversal'), 0)",
                               "reversed", "coalesce(sum(amount) FILTER (WHERE kind = 'reversal'), 0)", "true"),
        # A line that is reversed before it is paid keeps its hold.
        "Payable by date": ("line.payable_at", "payable", "coalesce(sum(line.amount) FILTER (WHERE settlement = 'payable'), 0)", "on hold",
                            "coalesce(sum(line.amount) FILTER (WHERE settlement = 'on_hold'), 0)", "settlement IN ('payable', 'on_hold')"),
    }
    for title, (by, first, first_sum, second, second_sum, only) in sums.items():
        source = "referrals.commission_ledger" if by == "occurred_at" else (
            "(SELECT _line.*, program.name AS program FROM referrals._line JOIN referrals.program USING (program_id)) AS line")
        for match, table in page.tables(mode, f"{title} in (.*), by the .*"):
            query = (f"FROM {source} WHERE mode = '{mode}' AND currency = '{match[1]}' AND {where} AND {only}")
            wanted = session.query(f"SELECT {first_sum}, {second_sum} {query}")[0]
            found = [plain(table.total[first]), plain(table.total[second])]
            checks.equal(f"{what}: {title} in {match[1]}", list(map(Decimal, wanted)), list(map(Decimal, found)))
            added = [sum((Decimal(plain(row[name])) for row in table.rows), Decimal(0)) for name in (first, second)]
            checks.equal(f"{what}: {title} in {match[1]}, added up", added, list(map(Decimal, found)))
            labels = {len(row["First day"]): row["First day"] for row in table.rows}
            unit = "month" if 7 in labels else "day"
            if unit == "month" or len(table.rows) < 3:
                continue
            starts = [row["First day"] for row in table.rows]
            for start, row in zip(starts, table.rows):
                later = [day for day in starts if day > start]
                end = f"AND {by} < '{min(later)} 00:00+00'" if later else ""
                stretch = session.query(f"SELECT {first_sum}, {second_sum} {query} AND {by} >= '{start} 00:00+00' {end}")[0]
                checks.equal(f"{what}: {title} in {match[1]} from {start}", list(map(Decimal, stretch)),
                             [Decimal(plain(row[first])), Decimal(plain(row[second]))])


def newest(checks, what, page, session, mode, where):
    expected = session.query(
        "SELECT id, kind, amount, base_amount, currency, program, replace(status, '_', ' '), occurred_at::date, tier IS NULL, referrer IS NULL "
        f"FROM referrals.commission_ledger WHERE mode = '{mode}' AND {where} ORDER BY id DESC LIMIT 50")
    count = session.value(f"SELECT count(*) FROM referrals.commission_ledger WHERE mode = '{mode}' AND {where}")
    tables = page.tables(mode, "The newest .*")
    if not tables:
        checks.equal(f"{what}: no lines", [], expected)
        return
    ((match, table),) = tables
    found = [[plain(row["Line"]), row["Kind"].split(",")[0], plain(row["Amount"]), row["Base"] and plain(row["Base"]), row["Currency"], row["Program"],
              row["Status"], row["Day"], "t" if row["Tier"] is None else "f", "t" if row["Referrer"] is None else "f"] for row in table.rows]
    checks.equal(f"{what}: the newest lines", expected, found)
    checks.true(f"{what}: how many lines there are", f"of {int(count):,} line" in table.caption, table.caption)
    more = int(count) - len(found)
    checks.true(f"{what}: how many more there are", more == 0 or f"{more:,} more line" in page.text)


def progress(checks, what, page, session, mode):
    expected = {}
    for program, tier, count in session.query(
            f"SELECT program, tier, count(*) FROM referrals.tier_progress WHERE mode = '{mode}' GROUP BY program, tier"):
        expected.setdefault(program, {})[tier or "below the first"] = int(count)
    tables = page.tables(mode, "Tiers of (.*) and how many referrers are at each")
    checks.equal(f"{what}: programs with a ladder", sorted(expected), sorted(match[1] for match, _ in tables))
    for match, table in tables:
        found = {row["Tier"]: int(plain(row["Referrers"])) for row in table.rows if row["Referrers"] != "0"}
        wanted = expected.get(match[1], {})
        checks.equal(f"{what}: the ladder of {match[1]}", {shown(tier): count for tier, count in wanted.items()}, found)
        checks.equal(f"{what}: its total", sum(wanted.values()), int(plain(table.total["Referrers"])))
    for match, table in page.tables(mode, "Referrers of (.*) on the ladder"):
        rows = session.query("SELECT volume, tier, next_tier, next_from, remaining, progress FROM referrals.tier_progress "
                             f"WHERE mode = '{mode}' AND program = '{match[1]}'")
        rows = [[row[0], row[1] and shown(row[1]), row[2] and shown(row[2]), row[3], row[4], row[5]] for row in rows]
        for row in table.rows:
            found = [plain(row["Volume"]), row["Tier"], row["Next tier"], row["From volume"] and plain(row["From volume"]), row["Missing"] and plain(row["Missing"])]
            like = [other for other in rows if other[:5] == found]
            percent = re.match(r"\d+", row["On the way"])
            checks.true(f"{what}: the row of {row['Referrer']}",
                        any(abs(Decimal(other[5]) * 100 - int(percent[0])) <= 1 if percent else row["On the way"] == "at the top" for other in like),
                        f"{found} {row['On the way']}\n  {rows[:5]}")
        checks.equal(f"{what}: rows of {match[1]}", min(20, len(rows)), min(20, len(table.rows)))


def shown(name):
    """A name with what would hide or move text written out, as the page has it."""
    return re.sub("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]", lambda found: f"\\u{{{ord(found[0]):x}}}", name)
