"""Attached tables, with hostile values in columns of every type. What a table takes without our triggers it must take with them."""

import random
import string

from calls import Found
from psql import Failure, literal
from tables import copy_text
from values import HUGE, NUMBERS, TEXTS, TIMES
from verdict import FORBIDDEN

TYPES = """
    CREATE TYPE app.mood AS ENUM ('glad', 'ANN', 'a b', '');
    CREATE DOMAIN app.word AS text CHECK (length(VALUE) < 2000000);
    CREATE DOMAIN app.word_of_word AS app.word;
    CREATE DOMAIN app.count AS bigint CHECK (VALUE <> 13)"""
KEYS = ["text", "bigint", "numeric", "varchar(300)", "char(12)", "uuid", "app.mood", "app.word_of_word", "app.count", "smallint"]
CODES = ["text", "varchar(40)", "char(8)", "app.mood", "app.word", "name"]
MOMENTS = ["timestamptz", "timestamp", "date"]
AMOUNTS = ["numeric", "numeric(12,2)", "bigint", "integer", "numeric(6,-2)"]
CONDITIONS = ["status = 'paid'", "amount > 0", "amount / 0 > 1", "app.raises(status)", "status ~ '('", "length(status) > 1 AND amount::text ~ '7'",
              "status COLLATE \"C\" < 'm'",
              "amount::numeric(4,2) > 1", "(status || '1')::integer > 0", "moment > '2020-01-01'"]
SETTINGS = ["timezone = 'Australia/Lord_Howe'", "datestyle = 'SQL, DMY'", "intervalstyle = 'sql_standard'", "search_path = 'app', 'pg_temp'",
            "search_path = ''", "work_mem = '64kB'",
            "default_transaction_isolation = 'serializable'", "default_transaction_isolation = 'repeatable read'", "extra_float_digits = -15",
            "jit = off", "row_security = off",
            "bytea_output = 'escape'", "plan_cache_mode = 'force_generic_plan'"]
# As text for COPY, where there are no expressions.
LITERALS = ["", " ", "ANN", "bob", "ann", "a\tb\\", "x" * 100_000, "é" * 60_000, "e\u0301\u0327", "\u202eabc", "مرحبا", "👩‍👩‍👧‍👦", "\x01\x1b",
            "\ufeffANN", "\U0010ffff", "NaN", "-0", "1e400", "1", "7",
            "infinity", "-infinity", "2026-01-05", "4714-11-24 BC", "294276-12-31", "glad", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "\\N", "paid",
            "refunded", "USD"]


class Triggers:
    def __init__(self, seed, session, log):
        self.rng, self.session, self.log = random.Random(f"triggers {seed}"), session, log
        self.script, self.tables, self.refused, self.rows = [], [], 0, 0

    def run(self, tables, statements):
        """So many tables of each kind; gives how many statements there were."""
        for statement in TYPES.split(";\n"):
            self.must(statement)
        for number in range(tables):
            self.users(f"app.u{number}")
            self.events(f"app.e{number}")
        for number in range(statements):
            self.one()
            if number % 40 == 39:
                self.setting()
            if number % 60 == 59:
                self.change(self.rng.choice(self.tables))
        return statements

    def users(self, name):
        pick = self.rng.choice
        columns = {"id": KEYS[int(name[5:]) % len(KEYS)], "referred_by": pick(CODES), "promo": pick(CODES), "label": pick(CODES),
                   "moment": pick(MOMENTS), "other": "text"}
        self.make(name, columns, partitioned=self.rng.random() < 0.3)
        self.must(f"SELECT referrals.attach('{name}', key => 'id', code => 'promo', label => 'label', registered_at => 'moment', key_prefix => {pick([chr(39) * 2, literal('é:')])})")

    def events(self, name):
        pick = self.rng.choice
        columns = {"id": pick(KEYS), "referee": pick(["text", "bigint", "app.word", "varchar(20)"]), "amount": pick(AMOUNTS),
                   "currency": pick(["text", "char(3)", "app.mood"]),
                   "moment": pick(MOMENTS), "status": "text"}
        self.make(name, columns, partitioned=self.rng.random() < 0.3)
        for kind in ("payment", "visit")[: pick([1, 2])]:
            call = f"SELECT referrals.attach_events('{name}', '{kind}', 'id', 'referee', 'amount', 'currency', 'moment'"
            # A condition that does not go with the types is refused.
            if not self.say(f"{call}, {literal(pick(CONDITIONS))}, {literal(pick(CONDITIONS))})").ok:
                self.must(f"{call}, 'status = ''paid''', 'status = ''refunded''')")

    def make(self, name, columns, partitioned):
        """The table and its twin without triggers."""
        body = ", ".join(f"{column} {type_name}" for column, type_name in columns.items())
        is_unique = self.rng.random() < 0.5
        for table in (name, f"{name}_twin"):
            self.must(f"CREATE TABLE {table} (gone integer, {body})" + (" PARTITION BY LIST (currency)" if partitioned and "currency" in columns else
                                                                        " PARTITION BY LIST (other)" if partitioned else ""))
            if partitioned:
                self.must(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
            elif is_unique:
                self.must(f"CREATE UNIQUE INDEX ON {table} (id)")
            self.must(f"ALTER TABLE {table} DROP COLUMN gone")
            self.must(f"GRANT ALL ON {table} TO fuzz_nobody")
        self.tables.append((name, columns))

    def value(self, type_name):
        """An expression that the column may take, or not."""
        pick, base = self.rng.choice, type_name.split("(")[0]
        if self.rng.random() < 0.12:
            return "NULL"
        if base in ("numeric", "bigint", "integer", "smallint", "app.count"):
            return f"({pick(NUMBERS)})::numeric::{type_name}" if self.rng.random() < 0.2 else str(self.rng.randint(1, 99))
        if base in MOMENTS:
            return f"({pick(TIMES)})::timestamptz::{type_name}" if self.rng.random() < 0.5 else "'2026-02-03'"
        if base == "uuid":
            return "gen_random_uuid()"
        if base == "app.mood":
            return pick(["'glad'", "'ANN'", "'a b'", "''"])
        if self.rng.random() < 0.4:
            return pick(["'bob'", "'cyd'", "'gus'", "'bob'", "'ann'", "'ANN'", "'BOB'", "'QUEUE'", "'paid'", "'refunded'", "'USD'", "'open'",
                         f"'{self.rng.randint(1, 60)}'", f"'n{self.rng.randint(1, 999)}'"])
        return f"({pick(HUGE if self.rng.random() < 0.02 else TEXTS)})::{type_name}"

    def statement(self, columns):
        """A statement over %s, the table."""
        pick, names = self.rng.choice, ", ".join(columns)
        rows = [f"({', '.join(self.value(type_name) for type_name in columns.values())})" for _ in range(pick([1, 1, 2, 5, 30]))]
        self.rows += len(rows)
        values = f"(VALUES {', '.join(rows)}) AS v({names})"
        typed = ", ".join(f"v.{column}::{type_name}" for column, type_name in columns.items())
        way = self.rng.choices(["values", "select", "copy", "conflict", "merge", "update", "delete", "cte", "block"],
                               [20, 8, 14, 6, 6, 14, 3, 5, 5])[0]
        if way == "values":
            return f"INSERT INTO %s ({names}) VALUES {', '.join(rows)}"
        if way == "select":
            return f"INSERT INTO %s ({names}) SELECT {typed} FROM {values}, generate_series(1, {pick([1, 3])})"
        if way == "copy":
            lines = "\n".join("\t".join(map(copy_text, (self.text(type_name) for type_name in columns.values()))) for _ in rows)
            return f"COPY %s ({names}) FROM STDIN;\n{lines}\n\\."
        if way == "conflict":
            return f"INSERT INTO %s ({names}) VALUES {', '.join(rows)} ON CONFLICT DO NOTHING"
        if way == "merge":
            return (f"MERGE INTO %s AS t USING (SELECT DISTINCT ON (id) {typed} FROM {values}) AS v ON t.id = v.id WHEN MATCHED THEN UPDATE SET moment = v.moment "
                    f"WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({', '.join(f'v.{column}' for column in columns)})")
        if way == "update":
            column = pick(list(columns))
            return f"UPDATE %s SET {column} = {self.value(columns[column])}" + pick(["", " WHERE moment IS NOT NULL"])
        if way == "delete":
            return "DELETE FROM %s WHERE moment IS NULL"
        if way == "cte":
            return f"WITH fresh AS (INSERT INTO %s ({names}) VALUES {rows[0]} RETURNING id) SELECT count(*), referrals.mode() FROM fresh"
        return (f"DO $fuzz$ BEGIN INSERT INTO %s ({names}) VALUES {rows[0]}; BEGIN INSERT INTO %s ({names}) VALUES {rows[-1]}; PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END; "
                "END $fuzz$")

    def text(self, type_name):
        if type_name.split("(")[0] in ("numeric", "bigint", "integer", "smallint", "app.count"):
            return str(self.rng.randint(-9, 99)) if type_name != "numeric" else self.rng.choice(["NaN", "1e40", "-0", "7.123456789", None])
        if type_name in MOMENTS:
            return self.rng.choice(["infinity", "-infinity", "2026-01-05", "0001-01-01 BC", None])
        if type_name == "uuid":
            return f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd38{self.rng.randint(1000, 9999)}"
        if type_name == "app.mood":
            return self.rng.choice(["glad", "ANN", ""])
        letters = "".join(self.rng.choice(string.printable + "é😀\u0301") for _ in range(self.rng.choice([3, 8, 30])))
        fitting = [text for text in [*LITERALS, letters.replace("\r", "")] if "(" not in type_name or len(text) <= 8]
        return self.rng.choice([*fitting, None])

    def one(self):
        table, columns = self.rng.choice(self.tables)
        statement = self.statement(columns)
        role = self.rng.choice(["", "", "SET ROLE fuzz_nobody"])
        way = self.rng.choice(["plain", "plain", "plain", "commit", "rollback", "savepoint"]) if not statement.startswith("COPY") else "plain"
        if role and "referrals." in statement:
            role = ""
        outcomes = []
        for name in (f"{table}_twin", table):
            self.script = self.script[-30:]
            begin = {"plain": [], "savepoint": ["BEGIN", "SAVEPOINT one", "SELECT 1/0", "ROLLBACK TO one"]}.get(way, ["BEGIN"])
            for sql in [role, *begin]:
                if sql:
                    self.say(sql)
            outcomes.append(self.say(statement.replace("%s", name)))
            for sql in [{"plain": "", "rollback": "ROLLBACK"}.get(way, "COMMIT"), "RESET ROLE" if role else ""]:
                if sql:
                    self.say(sql)
        twin, own = outcomes
        if twin.sqlstate != own.sqlstate:
            raise Found("\n".join([f"{table} refuses what its twin without triggers takes: {twin.sqlstate}, {own.sqlstate}: {own.messages[:2000]}",
                                   *self.script[-12:]]))
        self.refused += not own.ok

    def change(self, table):
        """The application changes an attached table, and its twin with it."""
        name, columns = table
        column = self.rng.choice(list(columns))
        change = self.rng.choice([f"ALTER COLUMN {column} TYPE text USING {column}::text", f"RENAME COLUMN {column} TO renamed",
                                  f"DROP COLUMN {column} CASCADE",
                                  f"ADD COLUMN more{len(columns)} text"])
        # In both or in none: a partition key, a condition or an index may forbid it.
        if self.say(f"ALTER TABLE {name}_twin {change}").ok and not self.say(f"ALTER TABLE {name} {change}").ok:
            self.tables.remove(table)
            return
        if change.startswith("ALTER"):
            columns[column] = "text"
        elif change.startswith("RENAME"):
            columns["renamed"] = columns.pop(column)
        elif change.startswith("DROP"):
            del columns[column]
        else:
            columns[f"more{len(columns)}"] = "text"
        # What the statements need by name.
        if not {"id", "moment"} <= columns.keys() or self.refused_since_change(name):
            self.tables.remove(table)

    def refused_since_change(self, name):
        known = {row[0] for row in self.session.query(f"SELECT attname FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0 AND NOT attisdropped")}
        return not set(dict(self.tables)[name]) <= known

    def setting(self):
        self.say("RESET ALL")
        self.say(f"SET {self.rng.choice(SETTINGS)}")

    def must(self, sql):
        result = self.say(sql)
        if not result.ok:
            raise Found(f"{sql}\n{result.messages}")

    def say(self, sql):
        self.log(sql)
        self.script.append(sql if sql.endswith("\\.") else f"{sql};")
        try:
            result = self.session.run(sql)
        except Failure as failure:
            raise Found("\n".join([f"the session broke off: {failure}", *self.script[-12:]])) from failure
        if FORBIDDEN.fullmatch(result.sqlstate) and result.sqlstate[:2] != "23":  # the table's own rules
            raise Found("\n".join([f"{result.sqlstate}: {result.messages[:2000]}", *self.script[-12:]]))
        return result
