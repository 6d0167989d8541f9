"""The application's tables of events, and the ways in which rows of them come and change.

Each change is noted, row by row and in order, in app.changes: what the model is
told, because only there a row can be seen as it was before.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal

from psql import literal, micros, moment
from tables import copy_text

CHANGES = ["CREATE TABLE app.changes (seq bigserial, source text, stmt integer, before jsonb, after jsonb)", """
    CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO app.changes (source, stmt, before, after)
      VALUES (TG_ARGV[0], NEW.stmt, CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
      RETURN NULL;
    END $$"""]


@dataclass
class Source:
    """A table of events. Conditions are SQL for the extension, and a function of a row (a dict) for the model."""
    name: str
    kind: str
    columns: dict         # key, referee, amount, currency, at -> the column's name
    types: dict           # column -> type
    create: str
    accrue_when: str = None
    reverse_when: str = None
    accrues: callable = None
    reverses: callable = None
    upserts: list = field(default_factory=list)  # the ways that need its key to be unique

    def attach_sql(self):
        options = [f"{argument} => {literal(self.columns[role])}" for role, argument in
                   (("key", "key"), ("referee", "referee"), ("amount", "amount"), ("currency", "currency"), ("at", "occurred_at"))
                   if role in self.columns]
        options += [f"{name} => {literal(condition)}" for name, condition in
                    (("accrue_when", self.accrue_when), ("reverse_when", self.reverse_when)) if condition]
        return f"SELECT referrals.attach_events({literal(self.name)}, {literal(self.kind)}, {', '.join(options)})"

    def note_sql(self):
        return (f"CREATE TRIGGER zz_note AFTER INSERT OR UPDATE ON {self.name} FOR EACH ROW "
                f"EXECUTE FUNCTION app.note({literal(self.name)})")


def is_large(row):
    """NULL where there is no amount; NaN is larger than any number to Postgres."""
    return None if row["amount"] is None else row["amount"].is_nan() or row["amount"] >= 50


def is_in(column, *values):
    return lambda row: row[column] in values


PARTITIONED = (
    "CREATE TABLE app.payments (id bigserial PRIMARY KEY, payer text, status text, stmt integer, currency text, "
    "amount numeric, paid_at timestamptz) PARTITION BY HASH (id);"
    "CREATE TABLE app.payments_0 PARTITION OF app.payments FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE app.payments_1 (paid_at timestamptz, gone integer, amount numeric, stmt integer, status text, "
    "currency text, payer text, id bigint PRIMARY KEY);"
    "ALTER TABLE app.payments_1 DROP COLUMN gone;"
    "ALTER TABLE app.payments ATTACH PARTITION app.payments_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1)")
PLAIN = (
    "CREATE TABLE app.payments (gone integer, paid_at timestamptz, status text, amount numeric, lost text, stmt integer, "
    "payer text, currency text, id bigserial PRIMARY KEY);"
    "ALTER TABLE app.payments DROP COLUMN gone, DROP COLUMN lost")


def sources(partitioned):
    return [
        # No MERGE into partitions: where it inserts and updates, Postgres (18.6) shows update triggers the wrong rows, or
        # crashes, with any trigger that has transition tables.
        Source("app.payments", "payment",
               {"key": "id", "referee": "payer", "amount": "amount", "currency": "currency", "at": "paid_at"},
               {"id": "bigint", "payer": "text", "amount": "numeric", "currency": "text", "paid_at": "timestamptz", "status": "text"},
               PARTITIONED if partitioned else PLAIN, "status = 'paid'", "status IN ('refunded', 'lost')",
               is_in("status", "paid"), is_in("status", "refunded", "lost"), ["conflict"] if partitioned else ["conflict", "merge"]),
        # A second kind of event in the same rows, which knows nothing of amounts.
        Source("app.payments", "tip", {"key": "id", "referee": "payer"}, {}, "", "amount >= 50", None, is_large),
        # Keys may come again, or be missing; what is in the table is an event, and may be cancelled.
        Source("app.orders", "order", {"key": "number", "referee": "customer", "amount": "total", "at": "placed"},
               {"number": "text", "customer": "text", "total": "integer", "placed": "timestamptz", "cancelled": "boolean"},
               "CREATE TABLE app.orders (gone integer, total integer, customer text, lost text, cancelled boolean, "
               "stmt integer, placed timestamptz, number text);"
               "ALTER TABLE app.orders DROP COLUMN gone, DROP COLUMN lost",
               None, "cancelled", None, is_in("cancelled", True)),
        # No amount, no time, no condition: a row is an event that happens now.
        Source("app.visits", "visit", {"key": "token", "referee": "visitor"}, {"token": "uuid", "visitor": "text"},
               "CREATE TABLE app.visits (visitor text, stmt integer, token uuid PRIMARY KEY)"),
    ]


def read_changes(session, source, statement):
    """What a statement did to the table, row by row: (the row before, or None; the row after)."""
    def row(side):
        at = source.columns.get("at")
        return f"{side}::text, " + (micros(f"({side} ->> '{at}')::timestamptz") if at else "NULL")

    def parse(text, at):
        if text is None:
            return None
        row = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        if row.get("amount") is not None:
            row["amount"] = Decimal(row["amount"])  # NaN and infinity come as text
        if "at" in source.columns:
            row[source.columns["at"]] = moment(at)
        for column in (source.columns["key"], source.columns["referee"]):
            row[column] = row[column] and str(row[column])
        return row

    return [(parse(*fields[:2]), parse(*fields[2:])) for fields in session.query(
        f"SELECT {row('before')}, {row('after')} FROM app.changes "
        f"WHERE source = {literal(source.name)} AND stmt = {statement} ORDER BY seq")]


# Statements

def insert_rows(source, way, rows, statement):
    """One statement that inserts the rows (dicts by column)."""
    names = [*rows[0], "stmt"]
    into, values = f"{source.name} ({', '.join(names)})", [[*row.values(), statement] for row in rows]
    tuples = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in values)
    if way == "copy":
        lines = "\n".join("\t".join(copy_text(None if value is None else str(value)) for value in row) for row in values)
        return f"COPY {into} FROM STDIN;\n{lines}\n\\."
    if way == "cte":
        return f"WITH fresh AS (INSERT INTO {into} VALUES {tuples} RETURNING 1) SELECT count(*) > 0 FROM fresh"
    if way == "conflict":
        taken = ", ".join(f"{name} = excluded.{name}" for name in names if name != source.columns["key"])
        return f"INSERT INTO {into} VALUES {tuples} ON CONFLICT ({source.columns['key']}) DO UPDATE SET {taken}"
    if way == "merge":
        key = source.columns["key"]
        typed = {name: f"v.{name}::{source.types.get(name, 'integer')}" for name in names}
        taken = ", ".join(f"{name} = {value}" for name, value in typed.items() if name != key)
        return (f"MERGE INTO {source.name} AS t USING (VALUES {tuples}) AS v({', '.join(names)}) ON t.{key} = {typed[key]} "
                f"WHEN MATCHED THEN UPDATE SET {taken} "
                f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(typed.values())})")
    return f"INSERT INTO {into} VALUES {tuples}"
