"""One random story, told to the extension and to the model, compared after every unit."""

from codes import check_form
from compare import compare_all, compare_questions, compare_simulations
from facts import Refused
from generate import Generator
from live import set_allow_live
from model import World
from ops import Op, Steady, stamp
from payouts import Payout
from psql import SUCCESS, Session, literal, micros, moment
from read import comparable, read_audit, read_people
from signups import SignUp
from sources import CHANGES
from tally import Mismatch, Tally
from views import compare_views
from windows import Calendar

APP_ROLE = "differential_app"
ODD_SETTINGS = [
    ["SET timezone = 'America/Los_Angeles'", "SET datestyle = 'SQL, DMY'", "SET application_name = 'first'"],
    ["SET timezone = 'Australia/Lord_Howe'", "SET search_path = ''", "SET application_name = 'second'",
     "SET default_transaction_isolation = 'repeatable read'"],
    ["SET timezone = 'UTC'", "SET intervalstyle = 'sql_standard'", "SET application_name = 'third'",
     "SET default_transaction_isolation = 'serializable'"],
]
INBOX = """
    CREATE FUNCTION app.forward() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.id IS NULL THEN
        INSERT INTO app.users (referred_by, code, name, joined, stmt)
        VALUES (NEW.referred_by, NEW.code, NEW.name, NEW.joined, NEW.stmt);
      ELSE
        INSERT INTO app.users (id, referred_by, code, name, joined, stmt)
        VALUES (NEW.id, NEW.referred_by, NEW.code, NEW.name, NEW.joined, NEW.stmt);
      END IF;
      RETURN NULL;
    END $$"""


class Context:
    """What the model needs of one unit that it cannot know: time, random codes, the order of rows."""

    def __init__(self, story, now, issued):
        self.story, self.now, self.codes = story, now, issued

    def issued(self, key, label):
        if key not in self.codes:
            raise LookupError(f"the model admits {key!r}, which the extension does not know")
        code = self.codes[key]
        self.story.tally.true(f"the code {code} of {key!r} has not the form of a code issued for label {label!r}",
                              check_form(code, label))
        return code

    def rows(self, table, statement=None):
        """The rows that a statement put into the table, in their order; or all, oldest first."""
        columns = table.columns
        fields = [f"{table.column('key')}::text"] + [
            table.column(role) if role in columns else "NULL" for role in ("referred_by", "wanted", "label")]
        at = micros(table.column("at")) if "at" in columns else "NULL"
        age = f"t.{table.column('at')} NULLS LAST, " if "at" in columns else ""
        order = f"WHERE stmt = {statement} ORDER BY seq" if statement else f"ORDER BY {age}t.{table.column('key')}, seq"
        rows = self.story.check.query(f"SELECT {', '.join(fields)}, {at} FROM {table.name} t {order}")
        return [SignUp(*row[:4], moment(row[4])) for row in rows]

    def instant(self, text):
        return None if text is None else moment(self.story.check.value(f"SELECT {micros(literal(text) + '::timestamptz')}"))


class Story:
    def __init__(self, seed, database, allow_live, log):
        self.rng = Steady(seed)
        self.tally, self.log, self.step = Tally(), log, 0
        self.check = Session(database, ["SET timezone = 'UTC'"])
        self.user = self.check.value("SELECT session_user")
        self.sessions = [Session(database, settings) for settings in ODD_SETTINGS]
        self.world = World(Calendar(self.check))
        now = moment(self.check.value(f"SELECT {micros('now()')}"))
        self.generator = Generator(self.rng, self.world, self.world.calendar, now, allow_live)
        self.last_audit = self.last_person = 0
        self.later = []  # (what, audit entries or payouts that a statement returned, the ids it gave for them)

    def prepare(self):
        self.check.query("CREATE SCHEMA app")
        for table in self.generator.tables:
            for statement in table.create.split(";"):
                self.check.query(statement)
        for statement in CHANGES:
            self.check.query(statement)
        for source in self.generator.sources:
            if not source.create:
                continue
            for statement in [*source.create.split(";"), source.note_sql()]:
                self.check.query(statement)
        self.check.query("CREATE TABLE app.inbox (id bigint, referred_by text, code text, name text, joined timestamptz, stmt integer)")
        self.check.query(INBOX)
        self.check.query("CREATE TRIGGER forward AFTER INSERT ON app.inbox FOR EACH ROW EXECUTE FUNCTION app.forward()")
        self.check.query(f"GRANT USAGE ON SCHEMA app TO {APP_ROLE}")
        self.check.query(f"GRANT ALL ON ALL TABLES IN SCHEMA app TO {APP_ROLE}")
        self.check.query(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA app TO {APP_ROLE}")

    def run(self, steps):
        self.prepare()
        generator = self.generator
        for name in generator.programs[: self.rng.choice([1, 2, 3])]:
            self.play(generator.single(generator.define(name, first=True)))
        if generator.may_go_live and self.rng.random() < 0.7:
            self.play(generator.setting(True))
            self.play(generator.single(generator.switch_mode()))
        for table in self.rng.sample(generator.tables, 2):
            self.play(generator.single(generator.attach(table)))
        for source in self.rng.sample(generator.sources, 2):
            self.play(generator.single(generator.attach_source(source)))
        for _ in range(4):
            self.play(generator.single(generator.insert()))
        for number in range(steps):
            if number in (steps // 2, steps * 3 // 4):
                for name in self.world.programs:
                    self.play(generator.resume(name))
                self.play(generator.bulk() if number == steps // 2 else generator.bulk_events())
            self.play(generator.unit())
            if number % 25 == 24:
                self.compare()
        self.compare()
        self.play(generator.single(generator.process(everything=True)))
        self.compare()
        self.prove()

    def prove(self):
        """A wrong row in the tables must be noticed; each is undone again. So must a wrong figure in a view."""
        tables = ["commission", "reversal", "payout", "payout_line"]
        for wrong in ["UPDATE referrals.standing SET volume = volume + 1 WHERE volume = (SELECT max(volume) FROM referrals.standing)",
                      "UPDATE referrals.participant SET registered_at = registered_at + interval '1 microsecond' WHERE code = "
                      "(SELECT min(code) FROM referrals.participant)",
                      "INSERT INTO referrals.queue (mode, program_id, paused, referrer_id, referee_id, event_kind, event_key) SELECT 'mock', "
                      "program_id, false, participant_id, (SELECT min(referee_id) FROM referrals.attribution), 'x', 'y' "
                      "FROM referrals.participant WHERE participant_id = 1 AND EXISTS (SELECT FROM referrals.attribution)",
                      "INSERT INTO referrals.audit_log (action) VALUES ('went_mock')",
                      *(f"UPDATE referrals.{table} SET {change} WHERE ctid = (SELECT max(ctid) FROM referrals.{table})"
                        for table, change in zip(tables, ("amount = amount + 0.01", "in_full = NOT in_full", "amount = amount + 1"))),
                      # Another payout may hold a line that one has released: one that is held comes first.
                      "UPDATE referrals.payout_line SET released = NOT released WHERE ctid = "
                      "(SELECT ctid FROM referrals.payout_line ORDER BY released, payout_id DESC, commission_id DESC LIMIT 1)"]:
            self.check.query("BEGIN")
            for table in ["participant", *tables]:
                self.check.query(f"ALTER TABLE referrals.{table} DISABLE TRIGGER ALL")  # they refuse every change
            is_wrong = self.check.query(f"{wrong} RETURNING 1") != []  # after purge_mock there may be no standing
            self.must_differ(wrong, compare_all, is_wrong)
        lines = self.world.lines()
        for name, difference in (("amount", 1), ("payable_at", 1), ("base_amount", 1)):
            line = lines[-1]["line"] if lines else {}
            if line.get(name) is not None:
                line[name] += difference
                self.must_differ(f"{name} in the views", compare_views, True)
                line[name] -= difference

    def must_differ(self, what, compare, is_wrong):
        try:
            compare(Tally(), self.check, self.world)
        except Mismatch:
            self.tally.true(f"taken for wrong: {what}", is_wrong)
        else:
            self.tally.true(f"not noticed: {what}", not is_wrong)
        finally:
            self.check.query("ROLLBACK")

    def compare(self):
        compare_all(self.tally, self.check, self.world)
        instants = [self.generator.instant() for _ in range(3)]
        compare_questions(self.tally, self.check, self.world, self.rng, instants, stamp)
        compare_simulations(self.tally, self.check, self.world, self.rng, instants, stamp)
        compare_views(self.tally, self.check, self.world)

    def play(self, unit):
        """Do a unit in some session, then have the model do what of it was committed."""
        self.step += 1
        session = self.rng.choice(self.sessions)
        first = unit.steps[0]
        if isinstance(first, Op) and first.allow_live is not None:
            self.log(f"-- referrals.allow_live = {first.allow_live}")
            set_allow_live(self.check, first.allow_live, self.sessions)
            first.expect(self.world, None)
            return
        now, done = self.execute(session, unit)
        people = read_people(self.check, self.last_person)
        self.world.numbers.update({key: number for number, key, _ in people})
        before = len(self.world.audit)
        context = Context(self, now, {key: rest[0] for _, key, rest in people})
        for op, result in done:
            self.replay(op, result, context)
        for number, key, rest in people:
            someone = self.world.people.get(key)
            self.tally.equal(f"participant {key!r}", someone and (someone.code, someone.program, someone.registered_at), rest)
            self.last_person = number
        if any("purge_mock" in op.sql for op, _ in done):
            compare_all(self.tally, self.check, self.world)
            self.last_audit = int(self.check.value("SELECT max(audit_id) FROM referrals.audit_log"))
            return
        rows = read_audit(self.check, self.last_audit)
        self.number_payouts(rows)
        self.tally.lists("audit_log", [comparable(entry) for entry in self.world.audit[before:]],
                         [comparable(entry) for _, _, entry in rows])
        for _, origin, _ in rows:
            self.tally.equal("actor, application and transaction of a unit's audit rows",
                             [self.user, session.value("SHOW application_name"), rows[0][1][2]], origin)
        for (number, _, _), entry in zip(rows, self.world.audit[before:]):
            entry["id"] = number
        for what, things, actual in self.later:
            self.tally.equal(what, [thing and str(thing.id if isinstance(thing, Payout) else thing["id"]) for thing in things], actual)
        self.later = []
        if rows:
            self.last_audit = rows[-1][0]

    def number_payouts(self, rows):
        """New payouts, in the order in which the audit tells of them."""
        fresh = [payout for payout in self.world.payouts if payout.id is None]
        for payout, number in zip(fresh, [entry["detail"]["payout"] for _, _, entry in rows if entry["action"] == "payout_drafted"]):
            payout.id = number

    def execute(self, session, unit):
        """Returns the transaction's time, if known, and what was committed, with its results. What the server refuses for
        the isolation level is tried again: autovacuum may have committed since the snapshot of an attach."""
        for _ in range(10):
            now, done, refused = self.attempt(session, unit)
            if not refused:
                return now, done
        raise AssertionError(f"40001 again and again: {done[-1][0].sql[:500]}")

    def attempt(self, session, unit):
        def say(sql):
            self.log(sql)
            return session.run(sql)

        if unit.as_app:
            say(f"SET ROLE {APP_ROLE}")
        now = None
        if unit.style != "single":
            say(f"BEGIN ISOLATION LEVEL {unit.isolation}" if unit.isolation else "BEGIN")
            now = moment(session.value(f"SELECT {micros('now()')}"))
        done, marks = [], {}
        for step in unit.steps:
            if not isinstance(step, Op):
                word, name = step
                say({"savepoint": f"SAVEPOINT {name}", "release": f"RELEASE {name}", "back": f"ROLLBACK TO {name}"}[word])
                if word == "savepoint":
                    marks[name] = len(done)
                elif word == "back":
                    del done[marks[name]:]
                continue
            guarded = step.guarded and unit.style != "single"
            if guarded:
                say("SAVEPOINT guard")
            result = say(step.sql)
            if not result.ok:
                self.log(f"-- {result.messages}")
            if guarded:
                say("RELEASE guard" if result.ok else "ROLLBACK TO guard")
            done.append((step, result))
        refused = any(result.sqlstate == "40001" for _, result in done)
        if unit.style != "single":
            say("COMMIT" if unit.style == "commit" and not refused else "ROLLBACK")
        if unit.as_app:
            say("RESET ROLE")
        return now, [] if unit.style == "rollback" and not refused else done, refused

    def replay(self, op, result, context):
        try:
            expected, sqlstate = op.expect(self.world, context), SUCCESS
        except Refused as refused:
            expected, sqlstate = None, str(refused)
        self.tally.equal(f"SQLSTATE of {op.sql[:500]}\n  {result.messages}", sqlstate, result.sqlstate)
        if isinstance(expected, str):
            self.tally.equal(f"value of {op.sql[:500]}", expected, result.value)
        elif expected is not None:
            self.later.append((f"value of {op.sql[:500]}", expected, [row[0] for row in result.rows]))

    def close(self):
        for session in [*self.sessions, self.check]:
            session.close()
