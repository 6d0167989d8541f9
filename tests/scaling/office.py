"""What must hold of the head office: it has what the shards have, knows whether that is sound, and writes nothing."""

import os

from cluster import wait_until
from copied import contents
from sound import last_root
from surface import writings

RECEIVES = 'this database receives its record through subscription "{}"'
SUBSCRIPTION = "SELECT ok, detail FROM referrals.health() WHERE check_name = 'subscription'"


def wait_for_copy(session):
    """Until the first copy of every table is complete."""
    wait_until(session, "bool_and(srsubstate = 'r') FROM pg_subscription_rel", "the first copy is not completed")


def wait_for_office(shard, name):
    """Until the head office has all that was committed on a shard."""
    session = shard.session("shop")
    position = session.value("SELECT pg_current_wal_flush_lsn()")
    wait_until(session, f"bool_and(active AND confirmed_flush_lsn >= '{position}') FROM pg_replication_slots "
               f"WHERE slot_name = 'head_office_{name}'", f"the head office does not come to {position} of {name}")
    session.close()


def rows(session):
    """The rows of every table of the schema. Sequences are not replicated."""
    return {name: found for name, found in contents(session).items() if not name.endswith("_seq")}


def check_first_copy(checks, shards, office):
    for name, shard in shards.items():
        here = office.session(name)
        wait_for_copy(here)
        wait_for_office(shard, name)
        found = here.query(SUBSCRIPTION)
        checks.true(f"{name}: health() says that it receives", found and found[0][0] == "t" and f'"{name}": connected' in found[0][1], str(found))
        checks.equal(f"{name}: a copy of the live record is mock by itself, and does not complain", [["mock", "t"]],
                     here.query("SELECT detail, ok FROM referrals.health() WHERE check_name = 'mode'"))
        told = here.run("SELECT referrals.mode()").messages
        checks.equal(f"{name}: nor warns", "", told)
        here.close()
    check_received(checks, shards, office)


def check_received(checks, shards, office):
    """The head office has what the shards have, and vouches for it by the root that the shard gives out."""
    roots = {}
    for name, shard in shards.items():
        there, here = shard.session("shop"), office.session(name)
        wait_for_office(shard, name)
        before, after = rows(there), rows(here)
        for table in before:
            checks.equal(f"{name}: the rows of {table}", before[table], after.get(table))
        for view in ("dashboard", "commission_ledger", "payouts", "audit_trail", "blocks", "tier_progress"):
            query = f"SELECT v::text FROM referrals.{view} AS v ORDER BY 1"
            checks.equal(f"{name}: what {view} shows", there.query(query), here.query(query))
        roots[name] = last_root(there)
        checks.equal(f"{name}: the head office finds the record sound, up to the shard's root", [],
                     here.query(f"SELECT * FROM referrals.verify('{roots[name]}')"))
        checks.equal(f"{name}: and so does the shard", [], there.query(f"SELECT * FROM referrals.verify('{roots[name]}')"))
        unhealthy = here.query("SELECT check_name, detail FROM referrals.health() WHERE NOT ok AND check_name NOT IN ('queue', 'seal')")
        checks.equal(f"{name}: health() is content", [], unhealthy)
        there.close()
        here.close()
    first, second = shards
    here = office.session(first)
    problems = here.query(f"SELECT problem FROM referrals.verify('{roots[second]}')")
    checks.equal("the chain of one shard is not that of another", [["digest_unknown"]], problems)
    here.close()


def check_refused(checks, shards, office):
    """Every function that writes says why it does not, in sessions from before and after the subscription was made."""
    for name, shard in shards.items():
        here = office.session(name)
        before = rows(here)
        for function, call in writings(here):
            told = here.run(call)
            checks.true(f"{name}: {function}() is refused, and says why",
                        told.sqlstate == "55000" and f"referrals.{function}() writes, and {RECEIVES.format(name)}" in told.messages
                        and "HINT:  Call it in the database" in told.messages, told.messages)
        told = here.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT referrals.register('new'); ROLLBACK")
        checks.true(f"{name}: in any isolation", RECEIVES.format(name) in told.messages, told.messages)
        check_triggers(checks, name, shard, here)
        told = here.run("UPDATE referrals.commission SET amount = 0")
        checks.equal(f"{name}: the record is guarded as ever", "55000", told.sqlstate)
        checks.equal(f"{name}: nothing was written", before, rows(here))
        here.close()


def check_triggers(checks, name, shard, here):
    """Tables that were attached by other means: their triggers write as little."""
    there = shard.session("shop")
    triggers = [row[0] for row in there.query("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'shop.%'")]
    there.close()
    here.query("BEGIN")
    here.query("CREATE SCHEMA shop")
    here.query("CREATE TABLE shop.users (id bigint, referred_by text, code text, name text)")
    here.query('CREATE TABLE shop."Sales Reps" ("Rep Id" text, "Invited by" text, since timestamptz)')
    here.query("""CREATE TABLE shop."Paid \\ Orders" (no text, "Cust'r" bigint, total numeric, cur text, at timestamptz, state text)""")
    for trigger in triggers:
        here.query(trigger)
    for what, sql in (("sign-ups", "INSERT INTO shop.users VALUES (1, 'anna')"), ("events", """INSERT INTO shop."Paid \\ Orders" (no) VALUES ('x')""")):
        here.query("SAVEPOINT before")
        told = here.run(sql)
        checks.true(f"{name}: the trigger on {what} says why it is refused", told.sqlstate == "55000"
                    and f"the trigger on {what} writes, and {RECEIVES.format(name)}" in told.messages, told.messages)
        here.query("ROLLBACK TO before")
    here.query("ROLLBACK")


def check_named(checks, shard):
    """A subscription that names the tables and may not write to them stops no shard: anybody with pg_create_subscription can
    make one. All of it is rolled back."""
    if shard.major < 16:
        print("a subscription of somebody without rights: subscriptions are superusers' before PostgreSQL 16")
        return
    there = shard.session("shop")
    connection = f"host={os.environ['PGHOST']} port={shard.port} dbname=shop user=head_office"
    there.query("BEGIN")
    there.query("CREATE ROLE namer")
    there.query("GRANT CREATE ON DATABASE shop TO namer")
    there.query(f"CREATE SUBSCRIPTION named CONNECTION '{connection}' PUBLICATION referrals WITH (slot_name = NONE, create_slot = false, enabled = false)")
    there.query("SAVEPOINT named")
    for how, statement, is_refused in (
        ("of a superuser stops what writes", "SELECT", True),
        ("of somebody without rights stops nothing", "ALTER SUBSCRIPTION named OWNER TO namer", False),
        ("of somebody who may write does", "GRANT INSERT ON referrals.program TO namer", True),
        ("of somebody who may write as the owner does", "REVOKE INSERT ON referrals.program FROM namer; GRANT postgres TO namer WITH INHERIT FALSE", True),
    ):
        there.query("ROLLBACK TO named")
        for part in statement.split("; "):
            there.query(part)
        there.query("SAVEPOINT named")
        told = there.run("SELECT referrals.register('beside a subscription')")
        refused = told.sqlstate == "55000" and RECEIVES.format("named") in told.messages
        checks.true(f"a subscription {how}", refused if is_refused else told.ok, told.messages)
    there.query("ROLLBACK")
    there.close()


def check_codes(checks, shards):
    """A code of another shard is an unknown code, and two shards may give out the same."""
    first, second = [shard.session("shop") for shard in shards.values()]
    first.query("SELECT referrals.register('from here', wanted_code => 'ONLYHERE')")
    second.query("SELECT referrals.register('traveller', referred_by => 'ONLYHERE')")
    checks.equal("a code of another shard ties nobody, and the audit says why", [["untied", "unknown_code"]], second.query("""
        SELECT action, detail ->> 'reason' FROM referrals.audit_log JOIN referrals.participant USING (participant_id)
        WHERE user_key = 'traveller'"""))
    checks.equal("a code is unique on its shard alone", ["1", "1"], [session.value("SELECT referrals.lookup('ANNA')") for session in (first, second)])
    first.close()
    second.close()


def check_tampered(checks, shards, office):
    """A row that somebody changes is named, be it changed at the head office, or on the shard, whence the change comes."""
    (name, shard), *_ = shards.items()
    there, here = shard.session("shop"), office.session(name)
    line, amount = here.query("SELECT commission_id, amount FROM referrals.commission WHERE mode = 'live' AND kind = 'accrual' "
                              "AND amount > 0 ORDER BY commission_id LIMIT 1")[0]
    for what, session in (("at the head office", here), ("on the shard", there)):
        forge(session, line, f"{amount} + 1")
        wait_for_office(shard, name)
        found = here.query("SELECT problem, detail FROM referrals.verify()")
        checks.true(f"{name}: verify() at the head office names a line that was changed {what}",
                    {"row_changed", "line_differs"} <= {row[0] for row in found} and any(f"row {line} " in row[1] for row in found), str(found))
        sound = there.query("SELECT * FROM referrals.verify()")
        checks.equal(f"{name}: on the shard it is found if it was changed {what}", session is there, bool(sound))
        forge(session, line, amount)
        wait_for_office(shard, name)
        checks.equal(f"{name}: and nothing once it is as it was", [], here.query("SELECT * FROM referrals.verify()"))
    there.close()
    here.close()


def forge(session, line, amount):
    session.query("ALTER TABLE referrals.commission DISABLE TRIGGER append_only")
    session.query(f"UPDATE referrals.commission SET amount = {amount} WHERE commission_id = {line}")
    session.query("ALTER TABLE referrals.commission ENABLE ALWAYS TRIGGER append_only")
