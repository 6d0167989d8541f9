"""The rules of referrals in plain Python: what must be in the tables.

Written from the design alone, to be read beside it; nothing here is fast, and
nothing is shared with the extension. A batch needs no rules of its own: its
rows are rated one after the other. The subjects are in files of their own:
facts (what is known, volume, standings), signups, events, attached (tables of
events), corrections, payouts, waiting (the queue).
"""

from attached import Sources
from corrections import Corrections
from events import Events
from facts import INFINITY, Program, Refused, Standing
from payouts import Payouts
from plan import Plan
from signups import SignUps
from waiting import Queue

EMPTY_PLAN = '{"currency":{"unit":"NONE","decimals":0},"tiers":[{"name":"Member","from":0,"rates":{}}]}'


class World(SignUps, Events, Corrections, Payouts, Sources, Queue):
    """Everything the extension knows, and what each call does to it: here programs and mode."""

    def define_program(self, name, text, effective_from, now):
        program = self.programs.setdefault(name, Program())
        version = len(program.plans) + 1
        if effective_from is None:
            effective_from = now if program.plans else -INFINITY
        program.plans.append(Plan(name, version, text, effective_from))
        self.record("plan_defined", program=name, detail={"version": version, "effective_from": effective_from})
        return version

    def need_program(self, name):
        if name not in self.programs:
            self.define_program(name, EMPTY_PLAN, None, None)

    def pause(self, name, paused):
        if name not in self.programs:
            raise Refused("42704")
        if self.programs[name].paused != paused:
            self.programs[name].paused = paused
            self.record("program_paused" if paused else "program_resumed", program=name)

    def enroll(self, key, name):
        if key not in self.people or name not in self.programs:
            raise Refused("42704")
        person = self.people[key]
        if person.program != name:
            self.record("enrolled", person=key, program=name, detail={"from": person.program, "to": name})
            person.program = name

    def go_live(self):
        if not self.allowed:
            raise Refused("55000")
        self.chosen = "live"
        self.record("went_live")

    def go_mock(self):
        self.chosen = "mock"
        self.record("went_mock")

    def purge_mock(self):
        lines = sum(entry["mode"] == "mock" for entry in self.lines())
        self.audit = [entry for entry in self.audit if entry["mode"] != "mock"]
        self.events = {event: earnings for event, earnings in self.events.items() if event[0] != "mock"}
        self.earnings = {place: earnings for place, earnings in self.earnings.items() if place[1] != "mock"}
        self.waiting = [item for item in self.waiting if item.mode != "mock"]
        self.corrections = [correction for correction in self.corrections if correction[0]["mode"] != "mock"]
        self.standings = {place: Standing() if place[1] == "mock" else s for place, s in self.standings.items()}
        self.record("mock_purged", detail={"lines": lines})
        return lines
