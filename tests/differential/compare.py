"""What is in the tables, in the model's words, and the comparison line by line."""

import json
import unicodedata
from decimal import Decimal

from model import ALPHABET, END_OF_TIME, FIRST_INSTANT, is_valid_code, normalize
from plan import DAY
from psql import INFINITY, literal, micros, moment


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


def number(text):
    return None if text is None else Decimal(text)


# Reading

def person(column):
    """SQL for the user_key of a participant_id."""
    return f"(SELECT p.user_key FROM referrals.participant p WHERE p.participant_id = ({column})::bigint)"


LINE = ["mode", "kind", "side", "program", "plan_version", "referrer", "referee", "event_kind", "event_key", "volume_before",
        "tier", "basis", "rate", "base_amount", "amount", "currency", "occurred_at", "payable_at", "note", "reason"]
LINE_SQL = f"""c.mode, c.kind, c.side, (SELECT g.name FROM referrals.program g WHERE g.program_id = c.program_id),
    c.plan_version, {person('c.referrer_id')}, {person('c.referee_id')}, c.event_kind, {person('c.event_key')},
    c.volume_before, c.tier, c.basis, c.rate, c.base_amount, c.amount, c.currency, {micros('c.occurred_at')},
    {micros('c.payable_at')}, c.note, c.reason"""


def read_line(fields):
    line = dict(zip(LINE, fields))
    line["plan_version"] = int(line["plan_version"])
    for name in ("volume_before", "rate", "base_amount", "amount"):
        line[name] = number(line[name])
    for name in ("occurred_at", "payable_at"):
        line[name] = moment(line[name])
    return line


def read_audit(session, after=0):
    """The audit rows after an id, in order: (id, session user, transaction, entry)."""
    rows = session.query(f"""
        SELECT a.audit_id, a.actor, a.application, a.transaction_id, a.action, a.mode, {person('a.participant_id')},
          (SELECT g.name FROM referrals.program g WHERE g.program_id = a.program_id), a.detail,
          CASE WHEN a.detail ? 'effective_from' THEN {micros("(a.detail ->> 'effective_from')::timestamptz")} END,
          CASE WHEN a.detail ? 'event_key' THEN {person("a.detail ->> 'event_key'")} END,
          c.commission_id, {LINE_SQL}
        FROM referrals.audit_log a LEFT JOIN referrals.commission c ON c.commission_id = a.audit_id
        WHERE a.audit_id > {after} ORDER BY a.audit_id""")
    entries = []
    for row in rows:
        detail = json.loads(row[8], parse_float=Decimal) if row[8] is not None else None
        for name, value in (("effective_from", moment(row[9])), ("event_key", row[10])):
            if detail and name in detail:
                detail[name] = value
        entry = dict(action=row[4], mode=row[5], person=row[6], program=row[7], detail=detail,
                     line=None if row[11] is None else read_line(row[12:]))
        entries.append((int(row[0]), row[1:4], entry))
    return entries


def comparable(entry):
    """Without what the design leaves free: what else goes with an attachment or a change of mode, and how a
    time outside the years 1 to 9998 is written."""
    if entry["action"] == "time_refused":
        given = str(entry["detail"]["given"])
        return {**entry, "detail": "early" if given.startswith("-") or given.endswith("BC") else "late"}
    if entry["action"] in ("attached", "detached"):
        return {**entry, "detail": {"table": entry["detail"]["table"]}}
    if entry["action"] in ("went_live", "went_mock"):
        return {**entry, "detail": None}
    return {**entry, "detail": entry["detail"] or None}


def read_people(session, after=0):
    return [(int(row[0]), row[1], (row[2], row[3], moment(row[4]))) for row in session.query(f"""
        SELECT p.participant_id, p.user_key, p.code, g.name, {micros('p.registered_at')}
        FROM referrals.participant p JOIN referrals.program g USING (program_id)
        WHERE p.participant_id > {after} ORDER BY p.participant_id""")]


def read_attributions(session):
    return {row[0]: (row[1], row[2], moment(row[3])) for row in session.query(
        f"SELECT {person('referee_id')}, {person('referrer_id')}, mode, {micros('attributed_at')} FROM referrals.attribution")}


def read_standings(session):
    """A standing that counts nothing yet says the same as none: it is what sign-ups queue on."""
    return {(row[0], row[1]): dict(
        as_of=moment(row[2]), program=row[3], plan_version=row[4] and int(row[4]),
        window=bounded(moment(row[5]), moment(row[6])) if row[5] else None, volume=number(row[7]), tier=row[8])
        for row in session.query(f"""
            SELECT {person('s.participant_id')}, s.mode, {micros('s.as_of')}, g.name, s.plan_version,
              {micros('s.window_start')}, {micros('s.window_end')}, s.volume, s.tier
            FROM referrals.standing s LEFT JOIN referrals.program g USING (program_id)
            WHERE NOT (s.as_of = '-infinity' AND s.program_id IS NULL AND s.volume = 0 AND s.tier IS NULL)""")}


def bounded(start, end):
    """There are no events outside the years 1 to 9998, so it does not matter where the first and last windows end."""
    return -INFINITY if start < FIRST_INSTANT + DAY else start, INFINITY if end > END_OF_TIME - DAY else end


def model_standings(world):
    return {place: dict(as_of=s.as_of, program=s.plan and s.plan.program, plan_version=s.plan and s.plan.version,
                        window=bounded(*s.window), volume=s.volume, tier=s.tier)
            for place, s in world.standings.items() if s.plan is not None}


# Comparing

def check_form(code, label):
    """An issued code: eight random characters, or a word of the label and some more."""
    if not is_valid_code(code):
        return False
    if len(code) == 8 and set(code) <= ALPHABET:
        return True
    ascii_label = unicodedata.normalize("NFKD", label or "")
    words = "".join(c for c in ascii_label if not unicodedata.combining(c)).split()
    if not words:
        return False
    if not words[0].isascii():
        return True  # how other scripts are written in ASCII is left open
    stem = "".join(c for c in words[0] if c.isalnum()).upper()[:12]
    rest = code[len(stem):]
    return len(stem) >= 2 and code.startswith(stem) and len(rest) in (2, 3, 4, 6, 8) and set(rest) <= ALPHABET


def compare_all(tally, session, world):
    """Every row of every table."""
    tally.maps("participant", {key: (p.code, p.program, p.registered_at) for key, p in world.people.items()},
               {key: rest for _, key, rest in read_people(session)})
    tally.maps("attribution", world.attributions, read_attributions(session))
    tally.maps("standing", model_standings(world), read_standings(session))
    tally.lists("audit_log", [comparable(entry) for entry in world.audit],
                [comparable(entry) for _, _, entry in read_audit(session)])
    lines = int(session.value("SELECT count(*) FROM referrals.commission"))
    tally.equal("number of lines", sum(entry["line"] is not None for entry in world.audit), lines)
    programs = {(row[0], int(row[2])): (row[1] == "t", moment(row[3])) for row in session.query(
        f"SELECT g.name, g.paused, l.version, {micros('l.effective_from')} FROM referrals.plan l JOIN referrals.program g USING (program_id)")}
    tally.maps("plan", {(name, plan.version): (program.paused, plan.effective_from)
                        for name, program in world.programs.items() for plan in program.plans}, programs)


def compare_questions(tally, session, world, rng, instants, stamp):
    """What the functions say of a few people, codes and plans."""
    tally.equal("mode()", world.mode, session.value("SELECT referrals.mode()"))
    people = list(world.people)
    for instant in instants:
        for key in ["nobody", *rng.sample(people[:8], min(4, len(people[:8]))), *rng.sample(people, min(2, len(people)))]:
            sql = f"referrals.tier_of({literal(key)}, {literal(stamp(instant))})"
            tally.equal(sql, world.tier_of(key, instant), session.value(f"SELECT {sql}"))
        for name, program in world.programs.items():
            plan = program.plan_at(instant)
            sql = f"referrals.program_plan({literal(name)}, {literal(stamp(instant))})"
            if plan is None:
                tally.equal(sql, None, session.value(f"SELECT {sql}"))
                continue
            tally.equal(sql, "t", session.value(f"SELECT {sql} = {literal(plan.text)}::jsonb"))
            for kind in ("signup", "payment", "refund"):
                volume = rng.choice(["0", "1", "2", "1.5", "3.9999", "9", "123456"])
                sql = f"referrals.quote({literal(plan.text)}, {literal(kind)}, {volume})"
                tally.equal(sql, plan.quote(kind, Decimal(volume)), number(session.value(f"SELECT {sql}")))
    for key in rng.sample(people, min(3, len(people))):
        code = world.people[key].code
        tally.equal(f"code_of({key!r})", code, session.value(f"SELECT referrals.code_of({literal(key)})"))
        typed = f" {code[:2].lower()}-{code[2:].lower()}\t"
        tally.equal(f"lookup({typed!r})", key, session.value(f"SELECT referrals.lookup({literal(typed)})"))
    for text in [" a-b\tc\n", "-", "maria\u00a07k", "\u2003x - Y_z", "ñandú", "a--b  c" * 9, *(world.people[key].code for key in people[:2])]:
        tally.equal(f"normalize_code({text!r})", normalize(text), session.value(f"SELECT referrals.normalize_code({literal(text)})"))
    for label in (None, "", "Maria Lopez", "José", "x", "R2-D2 unit", "Bartholomew-Maximilian"):
        code = session.value(f"SELECT referrals.generate_code({literal(label)})")
        tally.true(f"generate_code({label!r}) is {code!r}", check_form(code, label) and code not in world.codes)
    tally.equal("lookup of no code", None, session.value("SELECT referrals.lookup('no such code')"))
    tally.equal("code_of nobody", None, session.value("SELECT referrals.code_of('nobody')"))


def compare_views(tally, session, world):
    """The views, where they follow from the lines and ties without further rules."""
    now = moment(session.value(f"SELECT {micros('now()')}"))
    lines = [entry["line"] for entry in world.audit if entry["line"]]
    shown = [(row[0], row[1], row[2], row[3], row[4], row[5], number(row[6]), number(row[7]), row[8], moment(row[9]))
             for row in session.query(f"""SELECT mode, kind, program, referrer, referee, tier, rate, amount, currency,
                 {micros('payable_at')} FROM referrals.commission_ledger ORDER BY id""")]
    tally.lists("commission_ledger", [
        (line["mode"], line["kind"], line["program"], line["referrer"], line["referee"], line["tier"], line["rate"],
         line["amount"], line["currency"], line["payable_at"]) for line in lines], shown)

    board = {}
    for row in session.query(f"""SELECT user_key, mode, code, program, referrals, {micros('last_referral_at')}, currency,
            accrued, reversed, on_hold, payable, in_payout, paid, balance, volume, tier FROM referrals.dashboard"""):
        board.setdefault((row[0], row[1]), []).append(row)
    progress = {(row[0], row[1]): row[2:] for row in session.query(
        """SELECT referrer, mode, program, volume, tier, next_tier, next_from, remaining, progress BETWEEN 0 AND 1
        FROM referrals.tier_progress""")}
    for (referrer, mode), ties in world.ties.items():
        name, someone, rows = f"{referrer}, {mode}", world.people[referrer], board.get((referrer, mode), [])
        tally.true(f"dashboard does not show {name}", rows)
        for row in rows:
            tally.equal(f"dashboard of {name}", (someone.code, someone.program, len(ties), max(ties)),
                        (row[2], row[3], int(row[4]), moment(row[5])))
        own = [line for line in lines if (line["referrer"], line["mode"]) == (referrer, mode)]
        for row in rows:
            mine = [line for line in own if line["currency"] == row[6]]
            # With several currencies it is the view's choice which rows to show.
            if len({line["currency"] for line in own}) > 1 and len(rows) == 1:
                continue
            total = sum(line["amount"] for line in mine)
            held = sum(line["amount"] for line in mine if line["payable_at"] > now)
            tally.equal(f"dashboard sums of {name}, {row[6]}", [total, 0, held, total - held, 0, 0, total],
                        [number(value) for value in row[7:14]])

        plan = world.programs[someone.program].plan_at(now)
        start, end = world.calendar.window(plan.unit, plan.zone, now) if plan else (now, now)
        volume = sum(start <= tie < end for tie in ties)
        # Whether a tie dated in the future counts already is left open.
        if plan is None or any(now < tie < end for tie in ties):
            continue
        tier = plan.tier_at(volume)
        for row in rows:
            tally.equal(f"dashboard place of {name}", (volume, tier and tier.name), (number(row[14]), row[15]))
        tally.true(f"tier_progress does not show {name}", (referrer, mode) in progress)
        row, ahead = progress[referrer, mode], next((tier for tier in plan.tiers if tier.start > volume), None)
        tally.equal(f"tier_progress of {name}",
                    [someone.program, volume, tier and tier.name, ahead and ahead.name, ahead and ahead.start,
                     ahead and ahead.start - volume, "t"],
                    [row[0], number(row[1]), row[2], row[3], number(row[4]), number(row[5]), row[6]])
