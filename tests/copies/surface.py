"""Everything in the schema that can be asked or called, so that a test leaves nothing out: the catalogue says what there is."""

# A query for each function that reads, over all that is there to ask about.
READING = {
    "normalize_code": "SELECT referrals.normalize_code(lower(code) || ' -x') FROM referrals.participant",
    "lookup": "SELECT code, referrals.lookup(lower(code)) FROM referrals.participant",
    "code_of": "SELECT user_key, referrals.code_of(user_key) FROM referrals.participant",
    "tier_of": "SELECT user_key, referrals.tier_of(user_key, at) FROM referrals.participant, "
               "unnest(ARRAY[now(), '2024-07-02 00:00:00+00', '2024-07-06 00:00:00+00']::timestamptz[]) AS at",
    "program_plan": "SELECT name, referrals.program_plan(name, at) FROM referrals.program, "
                    "unnest(ARRAY[now(), '2024-01-01 00:00:00+00']::timestamptz[]) AS at",
    "quote": "SELECT name, kind, volume, referrals.quote(referrals.program_plan(name), kind, volume, 100) FROM referrals.program, "
             "unnest(ARRAY['signup', 'payment', 'order']) AS kind, generate_series(0, 4) AS volume",
    "simulate": "SELECT name, compared.* FROM referrals.program, referrals.simulate(name, referrals.program_plan(name)) AS compared",
    # But for when it was made.
    "report": "SELECT regexp_replace(referrals.report(), '<dd>[-0-9 :]+UTC</dd>', '')",
    "explain": "SELECT id, referrals.explain(id) FROM referrals.commission_ledger",
    "mode": "SELECT referrals.mode()",
    "health": "SELECT * FROM referrals.health()",
    "verify": "SELECT * FROM referrals.verify()",
    "reconcile": "SELECT * FROM referrals.reconcile()",
}
# What tells of this server, and of now: it works elsewhere, and says something else.
OF_HERE = {"metrics", "metrics_queue", "metrics_seal"}
# What writes nothing though it is volatile: it draws lots.
DRAWING = "SELECT referrals.generate_code('Maria'), referrals.generate_code()"


def readings(session):
    """A name and a query for each view, table and function that reads; the query is None if READING has none."""
    relations = session.query("""
        SELECT relname, format('SELECT * FROM referrals.%I', relname) FROM pg_class
        WHERE relnamespace = 'referrals'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1""")
    functions = session.query("""
        SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'referrals'::regnamespace AND provolatile <> 'v'
        AND proname NOT LIKE '\\_%' ORDER BY 1""")
    return relations + [[f"{name}()", READING.get(name)] for (name,) in functions]


def writings(session):
    """A name and a call for each function that writes. All arguments are NULL: that it may not comes before that."""
    return session.query("""
        SELECT proname, format('SELECT referrals.%I(%s)', proname, (
          SELECT string_agg(format('NULL::%s', argument::regtype), ', ') FROM unnest(proargtypes) AS argument))
        FROM pg_proc WHERE pronamespace = 'referrals'::regnamespace AND provolatile = 'v' AND prorettype <> 'trigger'::regtype
        AND proname <> 'generate_code' ORDER BY 1""")
