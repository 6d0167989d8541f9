"""Every function of the schema, with hostile arguments, as roles of every level, in transactions of every kind."""

import random
from collections import Counter

import states
from psql import Failure
from values import Values
from verdict import FORBIDDEN, broken

# What would leave little to work with is mostly undone again.
SWEEPING = {"purge_mock", "go_mock", "go_live", "detach", "pause_program", "erase", "cancel_payout", "grant_access"}
AS = {None: 40, "fuzz_admin": 30, "fuzz_operator": 10, "fuzz_app": 10, "fuzz_reader": 5, "fuzz_nobody": 5}


class Found(Exception):
    """Something that must not happen; says how to see it again."""


class Calls:
    def __init__(self, seed, session, state, log, careful):
        self.rng, self.session, self.state, self.log, self.careful = random.Random(f"calls {state} {seed}"), session, state, log, careful
        self.functions = states.functions(session)
        self.values = Values(self.rng, states.facts(session))
        self.outcomes = {name: Counter() for name, _, _ in self.functions}
        self.script = []

    def run(self, rounds):
        """So many rounds over all functions; gives how many calls were made."""
        for number in range(rounds):
            self.values.facts = states.facts(self.session)
            for function in self.rng.sample(self.functions, len(self.functions)):
                self.one(function)
                if self.careful:
                    self.check()
        self.check()
        return sum(sum(counter.values()) for counter in self.outcomes.values())

    def check(self):
        found, _ = broken(self.session)
        if found:
            raise Found("\n".join([f"broken in state {self.state}:", *found, "the last statements were:", *self.script[-60:]]))

    def one(self, function):
        name = function[0]
        role = self.rng.choices(list(AS), list(AS.values()))[0]
        self.script = self.script[-200:]
        if role:
            self.say(f"SET ROLE {role}")
        call = self.call(function)
        undone = self.rng.random() < (0.9 if name in SWEEPING else 0.25)
        end = "ROLLBACK" if undone else "COMMIT"
        way = self.rng.choices([self.plain, self.transaction, self.savepoint, self.block, self.read_only, self.prepared],
                               [0 if undone else 40, 25, 15, 10, 6, 6])[0]
        way(name, call, end)
        if role:
            self.say("RESET ROLE")

    def call(self, function):
        name, arguments, defaults = function
        hostility = self.rng.choice([0, 0.15, 0.3, 0.9])
        given = len(arguments) - (self.rng.randint(0, defaults) if self.rng.random() < 0.4 else 0)
        values = [self.values.argument(argument, type_name, hostility) for argument, type_name in arguments[:given]]
        if self.rng.random() < 0.2 and all(argument != "argument" for argument, _ in arguments):
            values = [f'"{argument}" => {value}' for (argument, _), value in zip(arguments, values)]
        call = f"referrals.{name}({', '.join(values)})"
        return self.rng.choice([f"SELECT {call}", f"SELECT * FROM {call}", f"SELECT 1 FROM {call}, pg_catalog.generate_series(1, 2)"])

    def plain(self, name, call, _):
        self.ask(name, call)

    def transaction(self, name, call, end):
        level = self.rng.choice(["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
        self.say(f"BEGIN ISOLATION LEVEL {level}")
        self.ask(name, call)
        self.say(end)

    def savepoint(self, name, call, end):
        self.say("BEGIN")
        self.say("SAVEPOINT one")
        self.say("SELECT 1/0")
        self.say("ROLLBACK TO one")
        self.ask(name, call)
        self.say("ROLLBACK TO one")
        self.ask(name, call)
        self.say(end)

    def block(self, name, call, end):
        """Inside a subtransaction of PL/pgSQL that swallows what is no internal error, and once more behind it."""
        self.say("BEGIN")
        self.ask(name, f"DO $fuzz$ BEGIN BEGIN PERFORM * FROM ({call}) AS asked; "
                       "EXCEPTION WHEN OTHERS THEN IF SQLSTATE LIKE 'XX%' THEN RAISE; END IF; END; "
                       f"PERFORM * FROM ({call}) AS asked; END $fuzz$")
        self.say(end)

    def read_only(self, name, call, _):
        self.say("BEGIN READ ONLY")
        self.ask(name, call)
        self.say("COMMIT")

    def prepared(self, name, call, end):
        self.say("BEGIN")
        self.say(f"PREPARE asked AS {call}")
        self.ask(name, "EXECUTE asked")
        self.say(end)
        self.say("DEALLOCATE ALL")

    def say(self, sql):
        self.log(sql)
        self.script.append(f"{sql};")
        try:
            return self.session.run(sql)
        except Failure as failure:
            raise Found("\n".join([f"the session broke off in state {self.state}: {failure}", *self.script[-20:]])) from failure

    def ask(self, name, sql):
        result = self.say(sql)
        self.outcomes[name][result.sqlstate] += 1
        if FORBIDDEN.fullmatch(result.sqlstate):
            raise Found("\n".join([f"{result.sqlstate} in state {self.state}: {result.messages[:2000]}", *self.script[-8:]]))
