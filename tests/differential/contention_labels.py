"""Many connections that bring in people of the same names at once, some of whom ask for the same codes: codes meet, and
whoever comes second waits for the first, but nobody waits crosswise."""

import random
import threading

from crowd import no_deadlocks, work_at_once
from processes import wait_until_alone
from psql import Failure, Session
from tally import Tally

PLAN = '{"currency": "USD", "tiers": [{"name": "All", "from": 0, "rates": {"signup": {"flat": "1.00"}}}]}'
NAMES = [first + last for first in ("Ann", "Bo", "Cy", "Dee", "Eve", "Flo") for last in ("a", "e", "i", "o", "u", "y")]
PEOPLE, WISHES = 800, 200  # of each COPY; codes that are asked for


class Client(threading.Thread):
    def __init__(self, number, seed, database, copies):
        super().__init__(name=f"client {number}")
        self.number, self.rng, self.copies, self.error = number, random.Random(f"{seed}/labels {number}"), copies, None
        self.session = Session(database)

    def run(self):
        try:
            for copy in range(self.copies):
                people = "\n".join(f"{self.number}-{copy}-{row}\t{self.rng.choice(NAMES)}\t{self.wish()}" for row in range(PEOPLE))
                result = self.session.run(f"COPY people FROM STDIN;\n{people}\n\\.")
                if not result.ok:
                    raise Failure(f"{self.name}: {result.messages}")
        except Exception as error:  # reported by the main thread
            self.error = error
        finally:
            self.session.close()


    def wish(self):
        return f"WISH{self.rng.randrange(WISHES)}" if self.rng.random() < 0.1 else "\\N"


def run(seed, database, clients, copies):
    check = Session(database)
    check.query("CREATE TABLE people (id text PRIMARY KEY, name text, wish text)")
    check.query(f"SELECT referrals.define_program('default', '{PLAN}')")
    check.query("SELECT referrals.attach('people', referred_by => NULL, code => 'wish', label => 'name')")
    work_at_once([Client(number, seed, database, copies) for number in range(clients)])
    wait_until_alone(check)
    tally, count = Tally(), str(clients * copies * PEOPLE)
    no_deadlocks(tally, check)
    tally.equal("people, and those with a code that they asked for or that was made from their name", [count, count], check.query(
        "SELECT count(*), count(*) FILTER (WHERE code = wish OR code ~ ('^' || upper(name) || '[2-9B-Z]{2,8}$')) "
        "FROM people LEFT JOIN referrals.participant ON user_key = id")[0])
    asked, given = check.query("SELECT count(DISTINCT wish), count(*) FILTER (WHERE code = wish) "
                               "FROM people JOIN referrals.participant ON user_key = id")[0]
    tally.equal("codes that were asked for, each given once", asked, given)
    longer = check.value("SELECT count(*) FROM people JOIN referrals.participant ON user_key = id "
                         "WHERE wish IS NULL AND length(code) > length(name) + 2")
    tally.true("codes met", longer != "0")
    check.close()
    return f"{clients} connections, {count} people of {len(NAMES)} names, {longer} of whose codes were taken at first", tally
