"""The rules of registering people: codes, ties, what is refused."""

from dataclasses import dataclass

from events import Event
from facts import END_OF_TIME, FIRST_INSTANT, Facts, Person, Refused

ALPHABET = set("23456789BCDFGHJKMNPQRSTVWXZ")
CODE_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def normalize(code):
    if code is None:
        return None
    return "".join(c for c in code if not c.isspace() and c != "-").upper()


def is_valid_code(code):
    return 3 <= len(code) <= 32 and set(code) <= CODE_CHARACTERS


@dataclass
class SignUp:
    """A row of an attached table, or the arguments of register()."""
    key: str
    referred_by: str
    wanted: str
    label: str
    at: int


class SignUps(Facts):
    def attach(self, table, program, prefix, rows, now, issued):
        self.need_program(program)
        self.attached[table] = program, prefix
        known = set(self.people)
        missing = [row for row in rows if not row.key or prefix + row.key not in known]
        self.insert_all(table, missing, now, issued)
        self.record("attached", detail={"table": table})
        return len(self.people) - len(known)

    def detach(self, table):
        del self.attached[table]
        self.record("detached", detail={"table": table})

    def insert_all(self, table, rows, now, issued):
        """The rows of one statement. Those whose sign-ups do not wait come after all that waits for their referrers."""
        if table in self.attached:
            prefix = self.attached[table][1]
            self.settle(self._referrers_at_once([(prefix + row.key, row) for row in rows if row.key], now))
        for row in rows:
            self.insert(table, row, now, issued)

    def _referrers_at_once(self, keyed, now):
        named, seen = set(), set(self.people)
        for key, row in keyed:
            if key not in seen and len(key.encode()) <= 512:
                seen.add(key)
                named.add(self.codes.get(normalize(row.referred_by)))
        return {referrer for referrer in named - {None} if self.waiting and not self.queues(referrer, now)}

    def insert(self, table, row, now, issued):
        """A row arrives in a users table. Nothing in it can make the insert fail."""
        if table not in self.attached:
            return
        program, prefix = self.attached[table]
        key = prefix + row.key if row.key else None
        if not key or len(key.encode()) > 512:
            reason = "key_too_long" if key else "no_key"
            self.record("skipped", detail={"reason": reason, "table": table})
            return
        self._sign_up(key, row, program, now, issued, direct=False)

    def register(self, row, program, now, issued):
        if row.key is None:
            raise Refused("22004")
        if row.key == "" or len(row.key.encode()) > 512:
            raise Refused("22023")
        if row.key not in self.people:
            self._check_direct(row)
        self.need_program(program)
        self.settle(self._referrers_at_once([(row.key, row)], now))
        return self._sign_up(row.key, row, program, now, issued, direct=True)

    def _check_direct(self, row):
        wanted = normalize(row.wanted)
        if wanted and not is_valid_code(wanted):
            raise Refused("22023")
        if wanted in self.codes:
            raise Refused("23505")
        if row.at is not None and not FIRST_INSTANT <= row.at < END_OF_TIME:
            raise Refused("22008")

    def _sign_up(self, key, row, program, now, issued, direct):
        named = normalize(row.referred_by)
        is_known = key in self.people
        if not is_known:
            self._admit(key, row, program, now, issued)
        person = self.people[key]
        if named:
            reason = ("already_registered" if is_known else "unknown_code" if named not in self.codes
                      else "self_referral" if self.codes[named] == key else None)
            if reason:
                self.record("untied", person=key, detail={"reason": reason, "code": named[:40]})
            else:
                self.tie(key, self.codes[named], person.registered_at, now)
        return person.code

    def _admit(self, key, row, program, now, issued):
        """Make a person of a row. Codes are random, so the one issued is looked up."""
        wanted, at = normalize(row.wanted), now if row.at is None else row.at
        refusal = None
        if wanted:
            refusal = "invalid" if not is_valid_code(wanted) else "taken" if wanted in self.codes else None
        code = wanted if wanted and not refusal else issued(key, row.label)
        if refusal:
            self.record("code_refused", person=key, detail={"reason": refusal, "wanted": wanted[:40]})
        if not FIRST_INSTANT <= at < END_OF_TIME:
            self.record("time_refused", person=key, detail={"given": at})
            at = now
        if code in self.codes:
            raise AssertionError(f"code {code} was issued to {self.codes[code]} and to {key}")
        self.people[key], self.codes[code] = Person(code, program, at), key

    def tie(self, referee, referrer, at, now, at_once=False):
        self.attributions[referee] = referrer, self.mode, at
        self.ties.setdefault((referrer, self.mode), []).append((referee, at))
        if at_once or not self.queues(referrer, now):
            self.rate_sign_up(referee)
        else:
            self.wait(referrer, Event("signup", referee, referee, at=at), now)

    def attribute(self, referee, code, reason, now):
        """Support staff tie somebody afterwards."""
        if referee is None or code is None or reason is None:
            raise Refused("22004")
        if not reason.strip():
            raise Refused("22023")
        if referee not in self.people:
            raise Refused("42704")
        named = normalize(code)
        wrong = ("already_tied" if referee in self.attributions else "unknown_code" if named not in self.codes
                 else "self_referral" if self.codes[named] == referee else None)
        if wrong:
            self.record("untied", person=referee, detail={"reason": wrong, "code": named[:40]})
            return "f"
        self.settle([self.codes[named]])
        self.record("attributed", person=referee, detail={"referrer": self.codes[named], "reason": reason})
        self.tie(referee, self.codes[named], now, now, at_once=True)
        return "t"
