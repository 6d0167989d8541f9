"""Differences that the comparison of catalogues must find: each is made, looked for, and rolled back."""

from catalogue import differences, snapshot

# A statement, and the kind and fact that must be told of.
PLANTED = [
    ("ALTER TABLE referrals.queue ADD COLUMN surplus int", "column referrals.queue.surplus"),
    ("ALTER TABLE referrals.payout ALTER COLUMN reason SET DEFAULT 'x'", "column referrals.payout.reason: default"),
    ("ALTER TABLE referrals.payout ALTER COLUMN created_at DROP NOT NULL", "column referrals.payout.created_at: not_null"),
    ("ALTER TABLE referrals.queue ALTER COLUMN event_key TYPE varchar", "column referrals.queue.event_key: type"),
    ("COMMENT ON COLUMN referrals.plan.version IS 'another'", "column referrals.plan.version: comment"),
    ("GRANT SELECT (root) ON referrals.block TO PUBLIC", "column referrals.block.root: privileges"),
    ("ALTER TABLE referrals.payout_line DROP CONSTRAINT {constraint}", "constraint"),
    ("DROP INDEX referrals.commission_referee", "index referrals.commission_referee: missing"),
    ("DROP INDEX referrals.payout_payee; CREATE INDEX payout_payee ON referrals.payout (payee_id DESC)", "index referrals.payout_payee: definition"),
    ("ALTER TABLE referrals.commission ENABLE TRIGGER append_only", "trigger append_only on referrals.commission: enabled"),
    ("DROP TRIGGER forget_cached ON referrals.plan", "trigger forget_cached on referrals.plan: missing"),
    ("ALTER VIEW referrals.blocks SET (security_invoker = true)", "relation referrals.blocks: options"),
    ("CREATE OR REPLACE VIEW referrals.blocks AS SELECT * FROM ({view}) AS of LIMIT 1", "relation referrals.blocks: definition"),
    ("GRANT SELECT ON referrals.dashboard TO PUBLIC", "relation referrals.dashboard: privileges"),
    ("COMMENT ON VIEW referrals.dashboard IS NULL", "relation referrals.dashboard: comment"),
    ("ALTER TABLE referrals.standing SET (fillfactor = 51)", "relation referrals.standing: options"),
    ("ALTER TABLE referrals.standing ENABLE ROW LEVEL SECURITY", "relation referrals.standing: row_security"),
    ("CREATE POLICY planted ON referrals.standing USING (true)", "policy planted on referrals.standing: only after"),
    ("CREATE RULE planted AS ON INSERT TO referrals.standing DO ALSO NOTHING", "rule planted on referrals.standing: only after"),
    ("ALTER FUNCTION referrals.mode() VOLATILE", "routine referrals.mode(): volatility"),
    ("ALTER FUNCTION referrals.mode() PARALLEL SAFE", "routine referrals.mode(): parallel"),
    ("ALTER FUNCTION referrals.mode() SECURITY INVOKER", "routine referrals.mode(): security_definer"),
    ("ALTER FUNCTION referrals.verify(text) RESET enable_seqscan", "routine referrals.verify(text): settings"),
    ("ALTER FUNCTION referrals.mode() COST 7", "routine referrals.mode(): cost"),
    ("UPDATE pg_proc SET prosrc = 'no_such_wrapper' WHERE oid = 'referrals.mode()'::regprocedure", "routine referrals.mode(): source"),
    ("GRANT EXECUTE ON FUNCTION referrals.seal() TO PUBLIC", "routine referrals.seal(): privileges"),
    ("COMMENT ON FUNCTION referrals.seal() IS 'Seals.'", "routine referrals.seal(): comment"),
    ("GRANT USAGE ON TYPE referrals._mode TO PUBLIC", "type referrals._mode: privileges"),
    ("ALTER DOMAIN referrals._side ADD CHECK (VALUE <> 'nobody')", "constraint _side_check1 on referrals._side: only after"),
    ("CREATE TYPE referrals.planted AS ENUM ('a')", "type referrals.planted: only after"),
    ("GRANT USAGE ON SCHEMA referrals TO PUBLIC", "schema referrals: privileges"),
    ("ALTER SEQUENCE {sequence} CACHE 5", "sequence"),
    ("ALTER EXTENSION referrals DROP VIEW referrals.blocks", "member view referrals.blocks: missing"),
    ("UPDATE pg_extension SET extconfig = extconfig[2:], extcondition = extcondition[2:] WHERE extname = 'referrals'", "dumped"),
    ("UPDATE pg_extension SET extcondition[1] = 'WHERE false' WHERE extname = 'referrals'", "dumped"),
    ("DELETE FROM pg_init_privs WHERE objoid = 'referrals.seal()'::regprocedure", "as installed function referrals.seal(): missing"),
    ("DELETE FROM pg_depend WHERE objid = 'referrals.dashboard'::regclass AND deptype = 'e'", "dependency view referrals.dashboard"),
]


def check_planted(checks, session):
    """In a database whose catalogue is right: the comparison finds each difference, and then none again."""
    before = snapshot(session)
    names = {
        "constraint": session.value("SELECT min(conname) FROM pg_constraint WHERE conrelid = 'referrals.payout_line'::regclass AND contype = 'f'"),
        "sequence": session.value("SELECT min(c.oid::regclass::text) FROM pg_class c WHERE relkind = 'S' AND relnamespace = 'referrals'::regnamespace"),
        "view": session.value("SELECT rtrim(pg_get_viewdef('referrals.blocks'::regclass), ';')"),
    }
    for statement, expected in PLANTED:
        session.query("BEGIN")
        for part in statement.format(**names).split("; "):
            session.query(part)
        told = differences(before, snapshot(session))
        session.query("ROLLBACK")
        checks.true(f"planted: {statement}", any(line.startswith(expected) for line in told), f"expected {expected}, told {told}")
    checks.equal("nothing that was planted stays", [], differences(before, snapshot(session)))
