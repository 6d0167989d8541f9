"""The overview of all shards, by postgres_fdw."""

from decimal import Decimal

from office import wait_for_office


def check_overview(checks, shards, office, script):
    admin = office.session("postgres")
    if admin.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'") == "0":
        print(f"overview: this PostgreSQL {office.major} comes without postgres_fdw, which overview.sql needs: nothing is checked of it")
        admin.close()
        return
    admin.query("CREATE DATABASE head_office")
    admin.close()
    for name in shards:
        script(office, "head_office", "overview.sql", shard=name)
    overview = office.session("head_office")
    parts = {name: office.session(name) for name in shards}
    for view in ("dashboard", "commission_ledger", "tier_progress", "payouts", "audit_trail", "blocks"):
        expected = sorted([name, *row] for name, part in parts.items() for row in part.query(f"SELECT v::text FROM referrals.{view} AS v"))
        columns = parts[next(iter(parts))].value(f"SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'referrals.{view}'::regclass AND attnum > 0")
        found = sorted(overview.query(f"SELECT shard, ROW({columns})::text FROM overview.{view}"))
        checks.equal(f"overview: {view} of all shards", expected, found)
    expected = {}
    for name, part in parts.items():
        for mode, currency, amount in part.query("SELECT mode, currency, sum(amount) FROM referrals.commission_ledger GROUP BY 1, 2"):
            for whose in (name, None):
                expected[whose, mode, currency] = expected.get((whose, mode, currency), 0) + Decimal(amount)
    found = overview.query("SELECT shard, mode, currency, sum(amount) FROM overview.commission_ledger GROUP BY ROLLUP (shard), mode, currency")
    checks.equal("overview: sums by shard and over all", expected, {tuple(key): Decimal(amount) for *key, amount in found})
    checks.equal("overview: all shards are sound", [], overview.query("SELECT * FROM overview.problems"))
    checks.equal("overview: and arrive", [[name, "t"] for name in shards],
                 overview.query("SELECT shard, ok FROM overview.health WHERE check_name = 'subscription' ORDER BY 1"))
    for part in parts.values():
        part.close()
    check_rewritten(checks, shards, office, overview, script)
    check_renewed(checks, shards, office, overview, script)
    overview.close()


def check_rewritten(checks, shards, office, overview, script):
    """A shard whose chain is made anew is sound by itself, here as well; the roots that were noted tell."""
    script(office, "head_office", "note_roots.sql")
    script(office, "head_office", "note_roots.sql")
    checks.equal("overview: no chain was rewritten", [], overview.query("SELECT * FROM overview.rewritten"))
    (name, shard), *_ = shards.items()
    there = shard.session("shop")
    there.query("BEGIN")
    there.query("ALTER TABLE referrals.block DISABLE TRIGGER append_only")
    there.query("CREATE TABLE kept AS SELECT * FROM referrals.block ORDER BY block_id DESC LIMIT 1")
    there.query("DELETE FROM referrals.block WHERE block_id = (SELECT block_id FROM kept)")
    there.query("SELECT referrals.seal()")
    there.query("COMMIT")
    wait_for_office(shard, name)
    checks.equal("overview: a chain made anew is sound by itself", [], overview.query("SELECT * FROM overview.problems"))
    checks.equal("overview: and is known by the roots noted before", [[name, there.value("SELECT block_id FROM kept")]],
                 overview.query("SELECT shard, block FROM overview.rewritten"))
    there.query("BEGIN")
    there.query("DELETE FROM referrals.block WHERE block_id >= (SELECT block_id FROM kept)")
    there.query("INSERT INTO referrals.block SELECT * FROM kept")
    there.query("DROP TABLE kept")
    there.query("ALTER TABLE referrals.block ENABLE ALWAYS TRIGGER append_only")
    there.query("COMMIT")
    wait_for_office(shard, name)
    checks.equal("overview: not once it is as it was", [], overview.query("SELECT * FROM overview.rewritten"))
    there.close()


def check_renewed(checks, shards, office, overview, script):
    """As after an upgrade that gives a view another column: the overview is made anew, and keeps the roots that it has noted."""
    contents = [f"SELECT v::text FROM overview.{view} AS v ORDER BY 1" for view in ("commission_ledger", "blocks", "noted_root")]
    before = [overview.query(query) for query in contents]
    for name in shards:
        overview.query(f"DROP SERVER {name} CASCADE")
        overview.query(f"DROP SCHEMA {name}")
    for name in shards:
        script(office, "head_office", "overview.sql", shard=name)
    checks.equal("overview: made anew it shows what it showed", before, [overview.query(query) for query in contents])
    checks.true("overview: and that was something", all(before))
    checks.equal("overview: and still knows that no chain was rewritten", [], overview.query("SELECT * FROM overview.rewritten"))
