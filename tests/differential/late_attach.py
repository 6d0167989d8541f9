"""attach() and detach() while others insert: once a table is attached for good, nobody in it may be missing."""

import random
import threading
import time

from psql import Session


class Writer(threading.Thread):
    """Inserts without a pause, some of it in transactions that stay open for a moment."""

    def __init__(self, number, seed, database):
        super().__init__(name=f"writer {number}")
        self.number, self.rng, self.error = number, random.Random(f"{seed}/writer {number}"), None
        self.session, self.stop, self.written = Session(database), threading.Event(), 0

    def run(self):
        try:
            while not self.stop.is_set():
                self.session.query("BEGIN")
                self.session.query(f"INSERT INTO late VALUES ('late{self.number}-{self.written}', 'REF0', '1999-01-01 00:00:00+00')")
                self.session.query(f"SELECT pg_sleep({self.rng.choice([0, 0, 0.01])})")
                self.session.query("COMMIT")
                self.written += 1
        except Exception as error:
            self.error = error
        finally:
            self.session.close()


def attach_under_load(tally, check, seed, database):
    """attach() and detach() while others insert: once it is attached for good, nobody may be missing."""
    check.query("CREATE TABLE late (id text PRIMARY KEY, referred_by text, at timestamptz)")
    writers = [Writer(number, seed, database) for number in range(4)]
    for writer in writers:
        writer.start()
    for round_ in range(6):
        time.sleep(0.05)
        if round_ and round_ % 2 == 0:
            check.query("SELECT referrals.detach('late')")
        else:
            check.query("SELECT referrals.attach('late', registered_at => 'at')")
    time.sleep(0.05)
    for writer in writers:
        writer.stop.set()
    for writer in writers:
        writer.join()
        if writer.error:
            raise writer.error
    written = sum(writer.written for writer in writers)
    tally.equal("rows written to the table late", str(written), check.value("SELECT count(*) FROM late"))
    tally.equal("of them known and tied, each with one line, after attach() under load", [str(written)] * 3, check.query(
        f"""SELECT count(*), count(a.referee_id), count(c.commission_id) FROM late JOIN referrals.participant p ON p.user_key = late.id
        LEFT JOIN referrals.attribution a ON a.referee_id = p.participant_id
        LEFT JOIN referrals.commission c ON c.referee_id = p.participant_id""")[0])
