"""Caches at the head office, and what becomes of its copy when a shard is gone for good."""

from copied import contents
from office import SUBSCRIPTION, rows, wait_for_office
from sound import check_root, last_root
from psql import literal


def check_successor(checks, shards, office):
    (name, shard), *_ = reversed(shards.items())
    check_caches(checks, name, shard, office)
    there, here, waiting = shard.session("shop"), office.session(name), office.session(name)
    there.query("SELECT referrals.seal()")
    wait_for_office(shard, name)
    root, before = last_root(there), contents(there)
    checks.equal(f"{name}: no sign-up while it receives", "55000", waiting.run("SELECT referrals.register('early')").sqlstate)
    there.close()
    shard.stop("immediate")
    # As its shard cannot be reached, which would drop the slot.
    for statement in (f"ALTER SUBSCRIPTION {name} DISABLE", f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)"):
        here.query(statement)
    disabled = here.query(SUBSCRIPTION)
    checks.true(f"{name}: health() says that the subscription is disabled", disabled[0][0] == "f" and "disabled" in disabled[0][1], str(disabled))
    here.query(f"DROP SUBSCRIPTION {name}")
    # A program and a sign-up without a referrer take ids before anything is recorded of them.
    checks.equal(f"{name}: without a subscription a session from before defines a program", "1", waiting.value(
        "SELECT referrals.define_program('new one', " + literal('{"currency": "USD", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 1}}}]}') + ")"))
    waiting.query("SELECT referrals.register('alone')")
    waiting.query("SELECT referrals.register('friend', referred_by => 'anna')")
    checks.equal(f"{name}: its record goes on in an epoch of its own", str(len(before["epoch"]) + 1), here.value("SELECT count(*) FROM referrals.epoch"))
    after = rows(here)
    for table in ("participant", "commission", "audit_log", "plan", "program", "payout", "block"):
        lost = set(map(tuple, before[table])) - set(map(tuple, after[table]))
        checks.equal(f"{name}: no row of {table} is lost or taken", set(), lost)
    highest = here.query("SELECT min(audit_id) > (SELECT first_audit_id - 1 FROM referrals.epoch ORDER BY epoch DESC LIMIT 1) "
                         "FROM referrals.audit_log WHERE audit_id >= (SELECT max(first_audit_id) FROM referrals.epoch)")
    checks.equal(f"{name}: with ids that nobody had", [["t"]], highest)
    checks.equal(f"{name}: the successor is sound", [], here.query("SELECT * FROM referrals.verify()"))
    checks.true(f"{name}: and is sealed", here.query("SELECT * FROM referrals.seal()"))
    check_root(checks, f"{name}: the successor", here, root)
    checks.equal(f"{name}: it is mock until it is told otherwise", "mock", here.value("SELECT referrals.mode()"))
    for session in (here, waiting):
        session.close()


def check_caches(checks, name, shard, office):
    """What a session of the head office keeps of programs and plans is forgotten when a change arrives."""
    there, here = shard.session("shop"), office.session(name)
    asked = "SELECT referrals.program_plan('customers') ->> 'hold_days'"
    before, plan = here.value(asked), there.value("SELECT referrals.program_plan('customers')")
    for days in ("7", before):
        there.query(f"SELECT referrals.define_program('customers', jsonb_set({literal(plan)}, '{{hold_days}}', '{days}'))")
        wait_for_office(shard, name)
        checks.equal(f"{name}: a session of the head office sees a new plan version", days, here.value(asked))
    there.close()
    here.close()
