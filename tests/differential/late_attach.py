"""attach() and detach() while others insert: once a table is attached for good, nobody in it may be missing."""

import random
import threading
import time

from psql import Failure, Session

LEVELS = ["read committed", "repeatable read", "serializable"]


class Writer(threading.Thread):
    """Inserts without a pause, some of it in transactions that stay open for a moment."""

    def __init__(self, number, seed, database):
        super().__init__(name=f"writer {number}")
        self.number, self.rng, self.error = number, random.Random(f"{seed}/writer {number}"), None
        self.session = Session(database, [f"SET default_transaction_isolation = '{LEVELS[number % 3]}'"])
        self.stop, self.written = threading.Event(), 0

    def run(self):
        try:
            while not self.stop.is_set():
                self.written += self.insert()
        except Exception as error:
            self.error = error
        finally:
            self.session.close()

    def insert(self):
        for sql in ("BEGIN",
                    f"INSERT INTO late VALUES ('late{self.number}-{self.written}', 'REF0', '1999-01-01 00:00:00+00')",
                    f"SELECT pg_sleep({self.rng.choice([0, 0, 0.01])})",
                    "COMMIT"):
            result = self.session.run(sql)
            if result.sqlstate == "40001" and self.number % 3:
                self.session.query("ROLLBACK")
                return False
            if not result.ok:
                raise Failure(f"{self.name}: {sql}\n{result.messages}")
        return True


def attach(session, level):
    """Attaches the table; how often it was refused. A snapshot of a stricter level is too old, as a rule, when there is so
    much traffic, unless the table is locked before."""
    session.query(f"SET default_transaction_isolation = '{level}'")
    for tries in range(200):
        session.query("BEGIN")
        if tries >= 3:
            session.query("LOCK TABLE late IN SHARE ROW EXCLUSIVE MODE")
        result = session.run("SELECT referrals.attach('late', registered_at => 'at')")
        session.query("COMMIT" if result.ok else "ROLLBACK")
        if result.ok:
            return tries
        if result.sqlstate != "40001" or level == "read committed":
            raise Failure(result.messages)
    raise Failure(f"attach in {level}: 40001 without end")


def attach_under_load(tally, check, seed, database):
    """The writers and the attaching session take turns in all isolation levels; how often attach() was refused."""
    check.query("CREATE TABLE late (id text PRIMARY KEY, referred_by text, at timestamptz)")
    writers = [Writer(number, seed, database) for number in range(4)]
    admin, refused = Session(database), 0
    for writer in writers:
        writer.start()
    for round_ in range(7):
        time.sleep(0.05)
        if round_ and round_ % 2 == 0:
            admin.query("SELECT referrals.detach('late')")
        refused += attach(admin, LEVELS[(seed + round_) % 3])
    time.sleep(0.05)
    for writer in writers:
        writer.stop.set()
    for writer in writers:
        writer.join()
        if writer.error:
            raise writer.error
    admin.close()
    written = sum(writer.written for writer in writers)
    tally.equal("rows written to the table late", str(written), check.value("SELECT count(*) FROM late"))
    tally.equal("of them known and tied, each with one line, after attach() under load", [str(written)] * 3, check.query(
        f"""SELECT count(*), count(a.referee_id), count(c.commission_id) FROM late JOIN referrals.participant p ON p.user_key = late.id
        LEFT JOIN referrals.attribution a ON a.referee_id = p.participant_id
        LEFT JOIN referrals.commission c ON c.referee_id = p.participant_id""")[0])
    return refused
