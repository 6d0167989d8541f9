"""What is in the tables, in the model's words."""

import json
from decimal import Decimal

from attached import TRIGGER_REASON
from events import fits, plain
from facts import END_OF_TIME, FIRST_INSTANT
from plan import DAY
from psql import INFINITY, micros, moment


def number(text):
    return None if text is None else Decimal(text)


def person(column):
    """SQL for the user_key of a participant_id."""
    return f"(SELECT someone.user_key FROM referrals.participant someone WHERE someone.participant_id = ({column})::bigint)"


def event_key(kind, key):
    """SQL for the key of an event; that of a sign-up is the referee's participant_id."""
    return f"CASE WHEN {kind} = 'signup' AND {key} ~ '^[0-9]+$' THEN {person(key)} ELSE {key} END"


LINE = ["mode", "kind", "side", "program", "plan_version", "referrer", "referee", "event_kind", "event_key", "volume_before",
        "tier", "basis", "rate", "base_amount", "amount", "currency", "occurred_at", "payable_at", "note", "reason"]
LINE_SQL = f"""c.mode, c.kind, c.side, (SELECT g.name FROM referrals.program g WHERE g.program_id = c.program_id),
    c.plan_version, {person('c.referrer_id')}, {person('c.referee_id')}, c.event_kind, {event_key('c.event_kind', 'c.event_key')},
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
          CASE WHEN a.detail ? 'event_key' THEN {event_key("a.detail ->> 'event_kind'", "(a.detail ->> 'event_key')")} END,
          CASE WHEN a.action = 'attributed' THEN {person("a.detail ->> 'referrer'")} END,
          c.commission_id, {LINE_SQL}
        FROM referrals.audit_log a LEFT JOIN referrals.commission c ON c.commission_id = a.audit_id
        WHERE a.audit_id > {after} ORDER BY a.audit_id""")
    entries = []
    for row in rows:
        detail = json.loads(row[8], parse_float=Decimal) if row[8] is not None else None
        for name, value in (("effective_from", moment(row[9])), ("event_key", row[10]), ("referrer", row[11])):
            if detail and name in detail:
                detail[name] = value
        entry = dict(action=row[4], mode=row[5], person=row[6], program=row[7], detail=detail,
                     line=None if row[12] is None else read_line(row[13:]))
        entries.append((int(row[0]), row[1:4], entry))
    return entries


def comparable(entry):
    """An audit row without what the design leaves free: what else goes with an attachment or a change of mode, how a
    time outside the years 1 to 9998 is written, the two contents of a conflicting event, the scale of numbers."""
    entry = {name: entry[name] for name in ("action", "mode", "person", "program", "detail", "line")}
    action, detail = entry["action"], entry["detail"] or None
    if action == "time_refused":
        given = str(detail["given"])
        detail = "early" if given.startswith("-") or given.endswith("BC") else "late"
    elif action in ("attached", "detached"):
        detail = {"table": detail["table"]}
    elif action == "events_attached":
        detail = {"table": detail["table"], "kind": detail["kind"]}
    elif action in ("went_live", "went_mock"):
        detail = None
    elif action == "tier_changed":
        detail = {**detail, "volume": number(detail["volume"])}
    elif action == "refused":
        if detail["reason"] == "conflicting_event":
            entry["program"] = None
            detail = {name: detail[name] for name in ("reason", "event_kind", "event_key")}
        if detail["event_kind"] == "signup" and entry["person"] is None:
            detail = {**detail, "event_key": ""}  # a sign-up of nobody known has no participant_id
        if "amount" in detail:
            detail["amount"] = plain_amount(detail["amount"])
        if "currency" in detail:
            detail["currency"] = detail["currency"].strip().upper()
    elif action.startswith("payout_"):
        payout = detail["payout"]
        detail = {**detail, "payout": payout if isinstance(payout, int) else payout.id}
        if action == "payout_drafted":
            amount, currency = detail["amount"].split(" ") if "currency" not in detail else (detail["amount"], detail.pop("currency"))
            detail["amount"] = number(amount), currency
    if entry["line"] and entry["line"]["kind"] == "reversal" and (entry["line"]["reason"] or "").startswith(TRIGGER_REASON):
        entry["line"] = {**entry["line"], "reason": TRIGGER_REASON}
    return {**entry, "detail": detail}


def plain_amount(given):
    """How one is written that does not fit is left open."""
    try:
        return number(given) if fits(number(given)) else "unfit"
    except ArithmeticError:
        return "unfit"


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


def read_corrections(session):
    """The edges from correcting lines to what they correct, by the correcting line's id."""
    return {int(row[0]): (int(row[1]), row[2], number(row[3]), row[4] == "t") for row in session.query(
        "SELECT correction_id, commission_id, mode, refunded, in_full FROM referrals.reversal")}


def model_corrections(world):
    return {entry["id"]: (earning.entry["id"], entry["mode"], refunded, in_full)
            for entry, earning, refunded, in_full in world.corrections}


def read_payouts(session):
    """Each payout with the ids of its lines, and which of them it has let go."""
    rows = session.query(f"""
        SELECT p.payout_id, {person('p.payee_id')}, p.currency, p.amount, p.state, p.reference, p.reason,
          string_agg(l.commission_id::text || CASE WHEN l.released THEN ' released' ELSE '' END, ', ' ORDER BY l.commission_id)
        FROM referrals.payout p LEFT JOIN referrals.payout_line l USING (payout_id) GROUP BY p.payout_id""")
    return {int(row[0]): (row[1], row[2], number(row[3]), *row[4:]) for row in rows}


def model_payouts(world):
    def show(payout, entry):
        return f"{entry['id']}{' released' if payout.state in ('cancelled', 'failed') else ''}"
    return {payout.id: (payout.payee, payout.currency, payout.amount, payout.state, payout.reference, payout.reason,
                        ", ".join(show(payout, entry) for entry in sorted(payout.lines, key=lambda entry: entry["id"])))
            for payout in world.payouts}


def read_queue(session):
    """What waits, in its order. An amount that does not fit is kept as NaN."""
    return [(row[0], row[1], row[2] == "t", *row[3:7], row[7] and number(row[7]) if row[7] != "NaN" else "unfit", plain(row[8]),
             moment(row[9]), moment(row[10])) for row in session.query(f"""
        SELECT q.mode, (SELECT g.name FROM referrals.program g WHERE g.program_id = q.program_id), q.paused, {person('q.referrer_id')},
          {person('q.referee_id')}, q.event_kind, {event_key('q.event_kind', 'q.event_key')}, q.amount, q.currency,
          {micros('q.occurred_at')}, {micros('q.queued_at')} FROM referrals.queue q ORDER BY q.queue_id""")]


def model_queue(world):
    return [(item.mode, item.program, item.paused, item.referrer, item.event.referee, item.event.kind, item.event.key,
             item.event.amount if item.event.amount is None or fits(item.event.amount) else "unfit", plain(item.event.currency),
             item.event.at, item.arrived) for item in world.waiting]
