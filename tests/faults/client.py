"""An application that signs people up, takes payments and gives money back, and keeps a log of what it sent."""

import itertools
from dataclasses import dataclass

from connection import ACKNOWLEDGED
from effects import REFUND, Person, Unit, lines, outcome, reversal, row, sign_up
from shop import REFERRERS, SHARED, accrue, copy_users, insert_payments, insert_users, keys
from worker import Worker

WORK = {"one": 24, "many": 10, "copy": 3, "with_payment": 10, "pay": 18, "order": 4, "settle": 5, "refund": 8, "refund_part": 6,
        "by_hand": 10, "contested": 6, "undone": 3}
CONTESTED = 45  # events that every connection sends


@dataclass
class Paid:
    """A payment that was acknowledged."""
    key: str
    person: Person
    parts_back: int = 0


class Client(Worker):
    """`log` has every transaction that it sent, with what it knows of its fate. It builds on what was acknowledged alone."""

    def __init__(self, number, *arguments, **options):
        super().__init__(f"client {number}", *arguments, **options)
        self.number, self.numbers, self.log = number, itertools.count(1), []
        self.people, self.orders, self.paid = [], [], []

    def step(self):
        getattr(self, self.rng.choices(list(WORK), list(WORK.values()))[0])()

    def done(self, statements, parts, **options):
        unit = Unit(statements, parts, **options)
        self.log.append(unit)
        unit.fate, answer = self.send(statements)
        if unit.fate == ACKNOWLEDGED and unit.event:
            unit.answer = answer
        return unit.fate == ACKNOWLEDGED

    def new_key(self, kind):
        return f"{kind}{self.number}x{next(self.numbers)}"

    def time(self):
        return f"2025-0{self.rng.choice('34')}-{self.rng.randint(1, 28):02} {self.rng.randrange(24):02}:00:00+00"

    # Sign-ups.

    def newcomer(self):
        """A person, the row in the table of users, and what it should lead to."""
        key, chance, named = self.new_key("u"), self.rng.random(), None
        person = Person(key)
        if chance < 0.8:
            referrer, named, program = self.rng.choice(REFERRERS)
            person = Person(key, referrer, rewarded=program == "direct")
        elif chance < 0.9:
            named = "nobody"
        wanted = self.new_key("WANT").upper() if self.rng.random() < 0.2 else None
        return person, [key, named, wanted, self.time()], sign_up(person, named, wanted)

    def enlist(self, count, way):
        people, rows, parts = zip(*(self.newcomer() for _ in range(count)))
        if self.done([way(rows)], sum(parts, [])):
            self.people += people

    def one(self):
        self.enlist(1, insert_users)

    def many(self):
        self.enlist(self.rng.randint(2, 12), insert_users)

    def copy(self):
        self.enlist(self.rng.randint(24, 60), copy_users)

    def together(self, end):
        """A sign-up and its first payment in one transaction."""
        person, columns, parts = self.newcomer()
        payment, more = self.payment(person)
        if self.done(["BEGIN", insert_users([columns]), insert_payments([payment]), end], parts + more):
            self.people.append(person)
            self.keep(payment, person)

    def with_payment(self):
        self.together("COMMIT")

    def undone(self):
        self.together("ROLLBACK")

    # Payments.

    def someone(self):
        return self.rng.choice(self.people[-40:])

    def payment(self, person, state="paid"):
        """A row of the table of payments, and what it should lead to."""
        amount = self.rng.choice([40, 100, 100, 250.5, -1]) if state == "paid" else 100
        key = self.new_key("p")
        return [key, person.key, str(amount), state, self.time()], row(key, state) + (outcome(key, person, amount) if state == "paid" else [])

    def keep(self, payment, person):
        if person.referrer and payment[2] != "-1":
            self.paid.append(Paid(payment[0], person))

    def pay(self):
        if self.people:
            people = [self.someone() for _ in range(self.rng.choice([1, 1, 2, 5, 10]))]
            payments, parts = zip(*map(self.payment, people))
            if self.done([insert_payments(payments)], sum(parts, [])):
                for payment, person in zip(payments, people):
                    self.keep(payment, person)

    def order(self):
        """Not paid yet."""
        if self.people:
            people = [self.someone() for _ in range(3)]
            payments, parts = zip(*(self.payment(person, "pending") for person in people))
            if self.done([insert_payments(payments)], sum(parts, [])):
                self.orders += [(payment[0], person) for payment, person in zip(payments, people)]

    def settle(self):
        """Orders become payments."""
        settled, self.orders = self.orders[:2], self.orders[2:]
        if settled:
            parts = [part for key, person in settled for part in [("paid", key), *outcome(key, person, 100)]]
            if self.done([f"UPDATE payments SET status = 'paid' WHERE id IN ({keys(key for key, _ in settled)})"], parts):
                self.paid += [Paid(key, person) for key, person in settled if person.referrer]

    def by_hand(self):
        """An event that is in no table."""
        if self.people:
            person, key, amount = self.someone(), self.new_key("e"), self.rng.choice([40, 100, 250.5, -1])
            if self.done([accrue(key, person.key, amount, self.time())], outcome(key, person, amount), event=key):
                self.keep([key, person.key, str(amount)], person)

    def contested(self):
        """The same event from every connection: it earns once, and everybody is told the same line."""
        number = self.rng.randrange(CONTESTED)
        key, person = f"contested{number}", Person(f"shared{number % SHARED}", "", rewarded=REFERRERS[number % SHARED][2] == "direct")
        self.done([accrue(key, person.key, 100, "2025-03-15 00:00:00+00")], lines("payment", key, person), event=key, contested=True)

    # Money back.

    def refund(self):
        """All of some payments, by the state of their rows."""
        rows = [paid for paid in self.paid if paid.key.startswith("p")]
        taken = self.rng.sample(rows, min(len(rows), self.rng.choice([1, 2, 4])))
        if taken:
            self.paid = [paid for paid in self.paid if paid not in taken]
            parts = [part for paid in taken for part in [("refunded", paid.key), *reversal(paid.key, paid.person, REFUND)]]
            self.done([f"UPDATE payments SET status = 'refunded' WHERE id IN ({keys(paid.key for paid in taken)})"], parts)

    def refund_part(self):
        """A part of one, by a call; the reason names the step."""
        if self.paid:
            paid, reason = self.rng.choice(self.paid), self.new_key("part")
            paid.parts_back += 1
            call = f"SELECT referrals.reverse_event('payment', '{paid.key}', '{reason}', 10)"
            if not self.done([call], reversal(paid.key, paid.person, reason)) or paid.parts_back == 3:
                self.paid.remove(paid)
