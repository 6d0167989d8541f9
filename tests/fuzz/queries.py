"""Random queries over our views and functions, from a small grammar: every function in every place of a query, as
every level. Needs nothing but psql."""

import random
from collections import Counter

import states
from calls import Found
from psql import Failure
from values import Values
from verdict import FORBIDDEN

ROLES = ["fuzz_reader", "fuzz_app", "fuzz_operator", "fuzz_admin", None]
# Types that are read as one another.
LIKE = {"name": "text", "character": "text", "referrals._mode": "text", "referrals._kind": "text", "referrals._side": "text",
        "referrals._basis": "text", "smallint": "integer",
        "character varying": "text"}
NUMERIC = ("bigint", "integer", "numeric")


class Queries:
    def __init__(self, seed, session, log):
        self.rng, self.session, self.log = random.Random(f"queries {seed}"), session, log
        self.values, self.outcomes = Values(self.rng, states.facts(session)), Counter()
        self.functions = session.query("""
            SELECT p.oid::regprocedure::text, 'referrals.' || p.proname, p.proretset, format_type(p.prorettype, NULL),
              (SELECT string_agg(format_type(t, NULL), ',' ORDER BY n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, n)),
              array_to_string(p.proargnames, ','),
              array_to_string(p.proargmodes, ',') FROM pg_proc p
            WHERE p.pronamespace = 'referrals'::regnamespace AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) ORDER BY 1""")
        self.relations = {}
        for relation, column, type_name in session.query("""
                SELECT c.oid::regclass::text, quote_ident(a.attname), format_type(a.atttypid, NULL)
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace IN ('referrals'::regnamespace, 'app'::regnamespace) AND c.relkind IN ('v', 'r', 'p')
                  AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2"""):
            self.relations.setdefault(relation, []).append((column, LIKE.get(type_name, type_name)))

    def run(self, queries):
        allowed = {role: self.allowed(role or "postgres") for role in ROLES}
        for number in range(queries):
            role = ROLES[number % len(ROLES)]
            self.may_call, self.may_read = allowed[role]
            self.ask(role, self.query(2))
        return queries

    def allowed(self, role):
        """The functions that a role may call, and the relations that it may read."""
        calls = self.session.query(f"""SELECT oid::regprocedure::text FROM pg_proc
            WHERE pronamespace = 'referrals'::regnamespace AND has_function_privilege('{role}', oid, 'EXECUTE')""")
        reads = self.session.query(f"""SELECT oid::regclass::text FROM pg_class
            WHERE relkind IN ('v', 'r', 'p') AND has_table_privilege('{role}', oid, 'SELECT') ORDER BY 1""")
        return {row[0] for row in calls}, [row[0] for row in reads if row[0] in self.relations]

    def ask(self, role, sql):
        script = [f"SET ROLE {role}"] if role else []
        script += ["BEGIN" if self.rng.random() < 0.8 else "BEGIN ISOLATION LEVEL SERIALIZABLE", "SET LOCAL statement_timeout = '10s'", sql,
                   self.rng.choice(["COMMIT", "ROLLBACK"]), "RESET ROLE"]
        for statement in script:
            self.log(statement)
            try:
                result = self.session.run(statement)
            except Failure as failure:
                raise Found(f"the session broke off: {failure}\n" + ";\n".join(script)) from failure
            if statement is sql:
                self.outcomes[result.sqlstate] += 1
            # A query of this kind may take any time, and a division by zero is its own.
            if FORBIDDEN.fullmatch(result.sqlstate) and result.sqlstate != "57014":
                raise Found(f"{result.sqlstate}: {result.messages[:2000]}\n" + ";\n".join(script))

    def query(self, depth):
        """A SELECT over one or two relations and a function."""
        pick, scope, tables = self.rng.choice, [], []
        for number in range(pick([1, 1, 2])):
            alias, relation = f"r{depth}{number}", pick(self.may_read)
            source = relation if depth == 0 or self.rng.random() < 0.8 else f"(SELECT * FROM {relation} ORDER BY 1 LIMIT {pick([0, 1, 5])})"
            tables.append(f"{source} AS {alias}")
            scope += [(f"{alias}.{column}", type_name) for column, type_name in self.relations[relation]]
        join, on = pick([(" CROSS JOIN ", ""), (" LEFT JOIN ", " ON true"), (" RIGHT JOIN ", " ON true"), (" FULL JOIN ", " ON true")])
        sources = join.join(tables) + (on if len(tables) > 1 else "")
        function = self.function(None, scope, depth, sets=True)
        if self.rng.random() < 0.5:
            sources = f"{sources} CROSS JOIN LATERAL {function} AS f{depth}"
        targets = [self.expression(pick(["text", "numeric", "bigint", "boolean", "timestamp with time zone", "jsonb"]), scope,
                                   depth) for _ in range(pick([1, 2, 4]))]
        where = f" WHERE {self.predicate(scope, depth)}" if self.rng.random() < 0.7 else ""
        shape = self.rng.random()
        if shape < 0.2 and scope:
            group = self.rng.sample(scope, min(2, len(scope)))
            names = ", ".join(name for name, _ in group)
            return (f"SELECT {names}, count(*), max({self.expression('text', scope, 0)}) FROM {sources}{where} "
                    f"GROUP BY {names} HAVING count(*) > {pick([0, 1])} LIMIT 20")
        if shape < 0.3 and scope:
            order = pick(scope)[0]
            return (f"SELECT {targets[0]}, row_number() OVER (ORDER BY {order}), "
                    f"lag({targets[0]}) OVER (PARTITION BY {order} ORDER BY {order}) FROM {sources}{where} LIMIT 20")
        sql = f"SELECT {pick(['', '', 'DISTINCT '])}{', '.join(targets)} FROM {sources}{where} ORDER BY 1 LIMIT {pick([0, 1, 20])}"
        if shape > 0.9 and depth:
            sql = f"WITH w AS {pick(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}({sql}) SELECT count(*) FROM w, w AS again"
        elif shape > 0.8:
            sql = f"({sql}) {pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'])} ({sql})"
        return sql

    def expression(self, type_name, scope, depth):
        pick, draw = self.rng.choice, self.rng.random()
        columns = [name for name, column_type in scope if column_type == type_name or type_name in NUMERIC and column_type in NUMERIC]
        if columns and draw < 0.45:
            return f"{pick(columns)}::{type_name}"
        if draw < 0.75 and (function := self.function(type_name, scope, depth)):
            return f"{function}::{type_name}"
        if depth and draw < 0.85:
            return pick([f"CASE WHEN {self.predicate(scope, depth - 1)} THEN {self.expression(type_name, scope, depth - 1)} END",
                         f"coalesce({self.expression(type_name, scope, depth - 1)}, {self.expression(type_name, scope, depth - 1)})",
                         f"nullif({self.expression(type_name, scope, depth - 1)}, {self.expression(type_name, scope, depth - 1)})",
                         f"(SELECT {self.expression(type_name, scope, depth - 1)} LIMIT 1)"])
        return self.values.argument("", type_name, 0.5)

    def function(self, type_name, scope, depth, sets=False):
        """A call of a function that gives this type; of any, and of sets too, where a table may stand."""
        fitting = [function for function in self.functions if function[0] in self.may_call
                   and (sets or function[2] == "f" and LIKE.get(function[3],
                                                                function[3]) in ((type_name, "integer",
                                                                                  "bigint") if type_name in NUMERIC else (type_name,)))]
        if not fitting:
            return None
        _, name, _, _, types, names, _ = self.rng.choice(fitting)
        arguments = []
        for number, argument in enumerate((types or "").split(",") if types else []):
            own = (names or "").split(",")[number:number + 1] or [""]
            columns = [column for column, column_type in scope if column_type == argument]
            if columns and self.rng.random() < 0.6:
                arguments.append(self.rng.choice(columns))
            elif depth and argument in ("text", "numeric", "bigint") and self.rng.random() < 0.2:
                arguments.append(self.expression(argument, scope, depth - 1))
            else:
                arguments.append(self.values.argument(own[0], argument, 0.25))
        return f"{name}({', '.join(arguments)})"

    def predicate(self, scope, depth):
        pick, type_name = self.rng.choice, self.rng.choice(["text", "numeric", "bigint", "timestamp with time zone"])
        left, right = self.expression(type_name, scope, min(depth, 1)), self.expression(type_name, scope, 0)
        base = pick([f"{left} {pick(['=', '<>', '<', '>='])} {right}", f"{left} IS {pick(['', 'NOT '])}NULL", f"{left} IN ({right}, {right})",
                     f"{left} IS DISTINCT FROM {right}"])
        return f"NOT ({base})" if self.rng.random() < 0.1 else base
