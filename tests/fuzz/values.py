"""Hostile values by type, as SQL: short even where the value is long, so that what fails can be printed and run again."""

from psql import literal

TEXTS = [
    "''", "' '", "E'\\t\\n'", "'-'", "'%s%n%1$s'", "$$'; DROP TABLE app.users; --$$", "E'\\\\'", "'\"'", "'{}'", "'null'", "'NaN'", "'0'", "'-1'",
    "'infinity'", "'signup'", "'payment'", "'mock'", "'live'", "'admin'", "'default'",
    "repeat('A', 32)", "repeat('A', 33)",
    "repeat('k', 255)", "repeat('k', 256)", "repeat('😀', 64)", "repeat(E'a\\u0301', 1000)",
    "E'\\u0301'", "E'e\\u0301\\u0327\\u0489'", "E'\\u202Eabc\\u202C'", "'مرحبا'", "'שלום'", "'中文'", "'👩‍👩‍👧‍👦'", "'ﬁ'", "'ß'", "'ŉ'", "'İi̇'",
    "'ΣΑΣς'", "'ǅ'",
    "E'\\u0001'", "E'\\u001B[2J'", "E'\\u007F'", "E'\\u0085'", "E'\\uFEFFANN'", "E'A\\u00ADNN'", "E'A\\u200BNN'", "E'A\\u00A0NN'", "'ＡＮＮ'",
    "E'\\uFFFD'", "E'\\U0010FFFF'",
    "E'\\uD7FF'", "E'a\\r\\nb'", "'Ａ１'", "'a,b;c'", "'$1'", "'@@1'",
]
HUGE = ["repeat('x', 1000000)", "repeat('é', 500000)", "repeat(' ', 1000000)", "repeat('-', 1000000) || 'ANN'"]
# What attach_events may be given as a condition.
CONDITIONS = [
    "true", "NULL", "1", "amount > 0", "status = 'paid'", "status =", "(SELECT true)", "1/0 = 1", "amount/0 > 1", "true); DROP TABLE app.users; --",
    "$1", ":x",
    "sum(amount) > 1", "rank() OVER () > 1", "generate_series(1, 3) > 1", "NEW.id IS NULL", "ctid IS NOT NULL", "tableoid > 0",
    "payments IS NOT NULL",
    "payments.* IS NULL", "ROW(1) = ROW(1)", "id::int > 0", "status ~ '('", "CASE", "/*", "--", ";", "status = 'a' -- b",
    "status COLLATE \"C\" = 'x'", "pg_sleep(0) IS NULL",
    "lo_create(0) > 0", "set_config('a.b', 'c', false) = 'c'", "current_setting('x.y') = 'z'", "repeat(status, 1000000) = 'x'",
    "amount::text::bigint > 0",
    "amount = 'NaN'", "txid_current() > 0", "nextval('app.counter') > 0", "app.raises(status)", "DEFAULT", "CURRENT OF x", "amount IN (SELECT 1)",
    "GROUPING(status) = 1",
    "EXISTS (SELECT)", "true AND", "\"no such column\"", "xmin IS NULL", "(" * 400 + "true" + ")" * 400,
]
NAMES = ["''", "'id'", "'ID'", "'amount'", "'status'", "'ctid'", "'tableoid'", "'xmin'", "'no such'", "repeat('n', 63)", "'é'", "'\"'",
         "'referred_by'", "'joined'",
         "'........pg.dropped.1........'", "E'\\u0001'", "'promo'", "'user_id'", "'doc'", "'pic'", "'double'"]
NUMBERS = ["0", "'-0'", "-1", "1", "0.0001", "0.00001", "0.005", "1e-400", "999999999999999.9999", "-999999999999999.9999", "999999999999999.99995",
           "1e15", "1e28", "1e400",
           "-1e400", "repeat('9', 400)", "repeat('9', 400) || '.' || repeat('9', 400)", "'1e131071'", "'0.' || repeat('0', 16000) || '1'", "'NaN'",
           "'Infinity'",
           "'-Infinity'", "79228162514264337593543950335", "79228162514264337593543950336", "7922816251426433759354395033.5", "100", "49.99"]
TIMES = ["now()", "'infinity'", "'-infinity'", "'4714-11-24 00:00:00+00 BC'", "'294276-12-31 23:59:59.999999+00'", "'0001-01-01 00:00:00+00'",
         "'0001-01-01 00:00:00+00 BC'",
         "'9998-12-31 23:59:59.999999+00'", "'9999-01-01 00:00:00+00'", "'1970-01-01 00:00:00+00'", "'2026-03-29 01:30:00+00'",
         "'2024-02-29 12:00:00+00'",
         "now() + interval '1 microsecond'", "clock_timestamp()", "'2026-01-05 00:00:00+00'", "'1999-12-31 23:59:59.999999+14'"]
PLANS = [
    '{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": "1.00"}, "payment": {"percent": "5"}}}]}',
    '{"currency": "USD", "metric": "revenue", "window": "month", "rating": "whole", "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": "5"}}}, '
    '{"name": "B", "from": 100, "rates": {"payment": {"percent": "10"}}}]}',
    '{"currency": "JPY", "metric": "revenue", "rating": "marginal", "window": {"days": 30}, "tiers": [{"name": "A", "from": 0, "rates": {"payment": {"percent": "0.5"}}}]}',
    '{"currency": {"unit": "CREDIT", "decimals": 0}, "metric": "events", "accrual": "queued", "time_zone": "America/New_York", "window": "year", "hold_days": 36500, '
    '"limits": {"commissions_per_window": 2, "amount_per_window": "3", "months_after_signup": 1}, "referee": {"signup": {"flat": 5}}, '
    '"tiers": [{"name": "é", "from": "0.0001", "rates": {"signup": {"flat": 3}, "visit": {"flat": 1}}}]}',
    '{"currency": "EUR", "window": "event", "metric": "revenue", "rounding": "down", "tiers": [{"name": "X", "from": 999999999999999.9999, "rates": {"payment": '
    '{"percent": "999999999999999.9999"}}}]}',
]
PIECES = ["null", "0", "-1", "1e400", "-1e-400", "1e131071", '""', '"x"', "[]", "{}", "true", '"1e400"', '"NaN"', '" 1"', '"1,5"', "[[]]",
          '{"flat": 1}', '{"percent": 1, "flat": 1}',
          '"9999999999999999999999999999"', "999999999999999.9999", "36500", "36501", "9007199254740993", '"\\u202e"', '"Europe/Berlin"', '"\\u0001"']
JSONS = [
    "'null'", "'{}'", "'[]'", "'1'", "'\"x\"'", "'[[[]]]'", "'1e131071'",
    "(repeat('[', 100) || repeat(']', 100))", "(repeat('[', 200) || repeat(']', 200))", "(repeat('{\"a\":', 3000) || '1' || repeat('}', 3000))",
    "(repeat('[', 100000) || repeat(']', 100000))",
    "(SELECT jsonb_object_agg('k' || i, i) FROM generate_series(1, 20000) AS i)",
    "(SELECT jsonb_build_object('currency', 'USD', 'tiers', jsonb_agg(jsonb_build_object('name', 'T' || i, 'from', i, 'rates', jsonb_build_object('signup', "
    "jsonb_build_object('flat', i))))) FROM generate_series(0, 20000) AS i)",
    "jsonb_build_object('currency', 'USD', 'tiers', jsonb_build_array(jsonb_build_object('name', repeat('é', 100000), 'from', 0, 'rates', '{}'::jsonb)))",
]
RELATIONS = ["0", "1", "4294967295", "'pg_class'", "'pg_catalog.pg_stat_activity'", "'information_schema.tables'", "'app.users'", "'app.users'",
             "'app.payments'", "'app.payments'",
             "'app.odd'", "'app.odd'", "'app.parted'", "'app.parted_1'", "'app.seen'", "'app.counter'", "'app.users_pkey'", "'app.pair'",
             "'app.stranger'", "'app.kept'", "'pg_toast.pg_toast_1255'"]
ROLES = ["0", "4294967295", "'fuzz_nobody'", "'fuzz_reader'", "'pg_read_all_data'", "'pg_database_owner'"]
BYTES = ["''", "'\\x00'", "'\\xff'", "'\\x6964006e6f00'", "decode(repeat('00', 1000), 'hex')", "decode(repeat('80', 1000000), 'hex')",
         "convert_to(repeat('é', 9), 'UTF8') || '\\xc3'",
         "convert_to('id', 'UTF8') || '\\x00' || convert_to('é', 'UTF8') || '\\x00ff00'"]
INTEGERS = {"bigint": ["0", "-1", "1", "2", "9223372036854775807", "-9223372036854775808", "2147483648"],
            "integer": ["0", "-1", "1", "2", "2147483647", "-2147483648"],
            "smallint": ["0", "-1", "1", "32767", "-32768"]}


class Values:
    """Draws arguments: what makes sense in this database, or what is hostile."""

    def __init__(self, rng, facts):
        self.rng, self.facts = rng, facts

    def argument(self, name, type_name, hostility):
        if self.rng.random() < 0.03 * (1 + 2 * hostility):
            return f"NULL::{type_name}"
        if self.rng.random() >= hostility:
            sensible = self.sensible(name, type_name)
            if sensible is not None:
                return f"{sensible}::{type_name}"
        return f"({self.hostile(type_name, name)})::{type_name}"

    def pick(self, values):
        return self.rng.choice(values)

    def sensible(self, name, type_name):
        """By the name of the argument; None if there is nothing to say."""
        facts = self.facts
        known = {"user_key": facts["key"], "referee": facts["key"], "code": facts["code"], "referred_by": facts["code"], "program": facts["program"],
                 "name": facts["program"], "event_kind": ["payment", "payment", "visit", "signup"], "kind": ["payment", "order"],
                 "event_key": facts["event"],
                 "commission": facts["line"], "payout": facts["payout"], "level": ["reader", "app", "operator", "admin"], "reason": ["asked"],
                 "reference": ["bank 1"], "currency": ["USD"], "accrue_when": ["status = 'paid'"], "reverse_when": ["status = 'refunded'"],
                 "mode": ["mock", "live"],
                 "participant_id": ["1", "2", "3"], "program_id": ["1", "2"], "plan_version": ["1", "2"]}
        if type_name == "name":
            columns = {"key": "id", "amount": "amount", "occurred_at": "joined", "registered_at": "joined", "referee": "user_id", "code": "promo",
                       "label": "label",
                       "currency": "currency"}
            return literal(columns.get(name, "referred_by"))
        if type_name == "jsonb":
            return literal(self.pick(PLANS)) if self.rng.random() < 0.4 else self.mutated_plan()
        if type_name in ("numeric", "integer") and name not in known:
            return str(self.pick(["0", "1", "5", "12.34", "100", "250"])) if type_name == "numeric" else self.pick(["1", "100"])
        if type_name == "timestamp with time zone":
            return literal(f"2026-0{self.rng.randint(1, 9)}-1{self.rng.randint(0, 9)} 12:00:00+00")
        if type_name == "regclass":
            return self.pick([{"source": "'app.payments'"}.get(name, "'app.users'")] * 4 + ["'app.payments'", "'app.odd'", "'app.parted'"])
        if type_name == "regrole":
            return self.pick(["'fuzz_nobody'", "'fuzz_reader'"])
        if known.get(name):
            return literal(self.pick(known[name]))
        return None

    def mutated_plan(self):
        """A valid plan with something else in one place, or without one."""
        path = self.pick(["currency", "metric", "window", "window,days", "rating", "crossing", "rounding", "hold_days", "time_zone", "limits",
                          "limits,months_after_signup",
                          "limits,amount_per_window", "limits,commissions_per_window", "referee", "referee,signup", "tiers", "tiers,0",
                          "tiers,0,name", "tiers,0,from",
                          "tiers,0,rates", "tiers,0,rates,payment", "tiers,0,rates,payment,percent", "tiers,0,rates,payment,min",
                          "tiers,0,rates,signup,flat", "tiers,1", "accrual",
                          "reversal_lowers_volume", "unknown", "tiers,0,rates,"])
        base = literal(self.pick(PLANS)) + "::jsonb"
        if self.rng.random() < 0.2:
            return f"({base} #- '{{{path}}}')"
        return f"jsonb_set({base}, '{{{path}}}', {literal(self.pick(PIECES))})"

    def hostile(self, type_name, name=""):
        if type_name == "text" and name.endswith("_when"):
            return literal(self.pick(CONDITIONS))
        if type_name == "timestamp with time zone":
            return self.pick(TIMES)
        values = {"text": HUGE if self.rng.random() < 0.05 else TEXTS, "name": NAMES, "jsonb": JSONS, "numeric": NUMBERS,
                  "regclass": self.relations(), "regrole": ROLES, "bytea": BYTES,
                  "boolean": ["true", "false"], "interval": ["'0'", "'-178000000 years'", "'1 month'"], **INTEGERS}
        if type_name not in values:
            raise LookupError(f"there are no hostile values of type {type_name} yet: put some into values.py")
        return self.pick(values[type_name])

    def relations(self):
        return RELATIONS + [literal(name) for name in self.facts["relation"]]
