"""The databases that the fuzz runs in: without a program, in mock mode and in live mode, with a little of everything."""

from psql import literal
from values import PLANS

LEVELS = ["reader", "app", "operator", "admin"]
ROLES = ["fuzz_nobody", *(f"fuzz_{level}" for level in LEVELS)]
STATES = ["empty", "mock", "live"]

TABLES = """
    CREATE SCHEMA app AUTHORIZATION fuzz_admin;
    GRANT USAGE ON SCHEMA app TO PUBLIC;
    SET ROLE fuzz_admin;
    CREATE SEQUENCE app.counter;
    CREATE TYPE app.pair AS (a integer, b text);
    CREATE FUNCTION app.raises(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no: %', $1; END $$;
    CREATE TABLE app.users (id text PRIMARY KEY, referred_by text, promo text, label text, joined timestamptz);
    CREATE TABLE app.payments (id text PRIMARY KEY, user_id text, amount numeric, currency text, status text, joined timestamptz);
    CREATE TABLE app.odd ("ID" numeric, id integer, "é" text, gone text, doc jsonb, pic bytea, "double" float8, virtual integer GENERATED ALWAYS AS (id + 1) STORED,
      moment timestamp, day date, pair app.pair, list text[], referred_by varchar(5), status char(3), amount money);
    ALTER TABLE app.odd DROP COLUMN gone;
    CREATE TABLE app.parted (id integer PRIMARY KEY, referred_by text, joined date) PARTITION BY RANGE (id);
    CREATE TABLE app.parted_1 PARTITION OF app.parted DEFAULT;
    CREATE VIEW app.seen AS SELECT * FROM app.users;
    CREATE MATERIALIZED VIEW app.kept AS SELECT 1 AS id;
    GRANT ALL ON ALL TABLES IN SCHEMA app TO PUBLIC;
    RESET ROLE;
    CREATE TABLE app.stranger (id integer PRIMARY KEY)"""

PEOPLE = [("ann", None, "ANN"), ("bob", "ANN", "BOB"), ("cyd", "ann", None), ("dee", "BOB", None), ("eve", "nobody", None), ("שלום", "ANN", None),
          ("flo", None, "QUEUE"), ("gus", "QUEUE", None)]


def prepare(session, state):
    """Makes one of the states in a database that has the extension."""
    for level in LEVELS:
        session.query(f"SELECT referrals.grant_access('fuzz_{level}', '{level}')")
    for statement in TABLES.split(";\n"):
        session.query(statement)
    if state == "empty":
        return
    if state == "live":
        session.query("SELECT referrals.go_live()")
    for name, plan in zip(["default", "sales", "bands", "queued"], PLANS):
        session.query(f"SELECT referrals.define_program({literal(name)}, {literal(plan)})")
    session.query("SET ROLE fuzz_admin")
    session.query("SELECT referrals.attach('app.users', code => 'promo', label => 'label', registered_at => 'joined')")
    session.query("""SELECT referrals.attach_events('app.payments', 'payment', 'id', 'user_id', 'amount', 'currency', 'joined',
                     accrue_when => $$status = 'paid'$$, reverse_when => $$status = 'refunded'$$)""")
    session.query("RESET ROLE")
    session.query("SELECT referrals.register('flo', program => 'queued', wanted_code => 'QUEUE', registered_at => '2026-01-01 00:00+00')")
    for number, (key, code, wanted) in enumerate(PEOPLE):
        session.query(f"INSERT INTO app.users VALUES ({literal(key)}, {literal(code)}, {literal(wanted)}, NULL, '2026-01-{number + 1:02} 00:00+00')")
    session.query("""INSERT INTO app.payments SELECT 'p' || n, (ARRAY['bob', 'cyd', 'dee', 'gus', 'eve', 'nobody'])[1 + n % 6], n * 7.77, 'USD',
                     (ARRAY['paid', 'open'])[1 + n % 2], '2026-02-01 00:00+00'::timestamptz + n * interval '1 hour' FROM generate_series(1, 60) AS n""")
    session.query("UPDATE app.payments SET status = 'refunded' WHERE id IN ('p2', 'p4')")
    session.query("SELECT referrals.reverse_event('payment', 'p8', 'a part', 1)")
    session.query("SELECT referrals.enroll('dee', 'sales')")
    session.query("SELECT referrals.define_program('paused', " + literal(PLANS[0]) + ")")
    session.query("SELECT referrals.enroll('cyd', 'paused')")
    session.query("SELECT referrals.pause_program('paused')")
    if state == "live":
        session.query("SELECT referrals.draft_payouts('2027-01-01 00:00+00')")
        session.query("SELECT referrals.approve_payout(min(payout_id)) FROM referrals.payout")
    session.query("SELECT referrals.erase('eve')")


def facts(session):
    """What there is in the database, for calls that make sense."""
    def column(sql):
        return [row[0] for row in session.query(sql)]
    return {
        "key": column("SELECT user_key FROM referrals.participant WHERE length(user_key) < 40 ORDER BY participant_id DESC LIMIT 20") + ["ann", "bob",
                                                                                                                                         "nobody"],
        "code": column("SELECT code FROM referrals.participant ORDER BY participant_id DESC LIMIT 10") + ["ANN", "ann", "BOB", "QUEUE"],
        "program": column("SELECT name FROM referrals.program WHERE length(name) < 40 ORDER BY program_id DESC LIMIT 6") + ["default"],
        "event": column("SELECT event_key FROM referrals.commission WHERE length(event_key) < 40 ORDER BY commission_id DESC LIMIT 20") + ["p2", "p6",
                                                                                                                                           "fresh"],
        "line": column("SELECT commission_id FROM referrals.commission ORDER BY commission_id DESC LIMIT 40") + ["1"],
        "payout": column("SELECT payout_id FROM referrals.payout ORDER BY payout_id DESC LIMIT 10") + ["1"],
        "relation": column("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'referrals'::regnamespace ORDER BY relname"),
    }


def functions(session):
    """Every function of the schema that can be called: (name, [(argument, type)], number of defaults). Read from
    the catalogue, so that none is forgotten."""
    rows = session.query("""
        SELECT p.proname, p.pronargdefaults, string_agg(coalesce(a.name, 'argument') || '=' || format_type(a.type, NULL), ',' ORDER BY a.place)
        FROM pg_proc p LEFT JOIN LATERAL unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs]) WITH ORDINALITY AS a(type, name, place) ON true
        WHERE p.pronamespace = 'referrals'::regnamespace AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        GROUP BY p.oid, p.proname, p.pronargdefaults ORDER BY p.proname, p.oid""")
    return [(name, [tuple(part.split("=")) for part in (arguments or "").split(",") if part], int(defaults)) for name, defaults, arguments in rows]
