"""What a story is made of, and how times and numbers are written in it."""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass
class Op:
    sql: str
    # What the model makes of it: (world, context) -> the statement's value as text, or a list of the audit entries of
    # lines (None for NULL) or of payouts whose ids it gives; None if there is nothing to compare.
    expect: callable
    needs_now: bool = False   # the outcome depends on the transaction's time
    guarded: bool = False     # may fail; in a transaction it gets a savepoint
    is_insert: bool = False   # an application's role may do it
    allow_live: bool = None   # the server's setting, changed outside any transaction


@dataclass
class Unit:
    style: str                # "single", "commit" or "rollback"
    steps: list = field(default_factory=list)  # Op, or (savepoint word, name)
    as_app: bool = False
    isolation: str = None     # else the session's own


class Steady(random.Random):
    """Draws as often from a long list as from a short one: how long lists are depends on the time of day now and then,
    and a seed is to tell the same story again all the same."""

    def _randbelow(self, n):
        return int(self.random() * n)


def micro(text):
    """Microseconds since 1970 of an ISO time in UTC."""
    return (datetime.fromisoformat(text).replace(tzinfo=timezone.utc) - EPOCH) // timedelta(microseconds=1)


def stamp(micros):
    return (EPOCH + timedelta(microseconds=micros)).isoformat(sep=" ")


class RawNumber(str):
    """A number to stand in JSON with exactly these digits."""


def to_json(value):
    if isinstance(value, RawNumber):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {to_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return json.dumps(value)


def random_uuid(rng):
    text = f"{rng.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
