#!/usr/bin/env python3
"""dump_release.py FILE: a database in live mode in which everything has happened, as a plain dump.

Beside the application's tables it holds what this version itself says of the rows, for a later one to be compared with:
kept.root, the root of the last block, and kept.ledger and kept.dashboard. Called by dump_release, which sets the
environment of a throw-away server.
"""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / name) for name in ("differential", "dump", "copies")]
from cluster import Cluster  # noqa: E402
from history import APP, READER, fill  # noqa: E402

# Without what changes as time goes by, as when a line becomes payable.
KEEP = [
    "CREATE SCHEMA kept",
    "CREATE TABLE kept.root AS SELECT encode(root, 'hex') AS root FROM referrals.block ORDER BY block_id DESC LIMIT 1",
    """CREATE TABLE kept.ledger AS SELECT id, mode, recorded_at, occurred_at, kind, program, referrer, referee, tier, basis, rate,
         base_amount, amount, currency, event_kind, event_key, payable_at FROM referrals.commission_ledger""",
    """CREATE TABLE kept.dashboard AS SELECT mode, user_key, code, program, referrals, currency, accrued, reversed, paid, balance
         FROM referrals.dashboard""",
]


def dump(database):
    """A plain dump, as every psql reads it: without the \\restrict that is new, has random in it, and guards against dumps
    of strangers."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = ["pg_dump", "--no-owner", "-d", database]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment).stdout
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("\\restrict ", "\\unrestrict ")))


def main(file):
    cluster = Cluster("release").make()
    try:
        cluster.start()
        admin = cluster.session("postgres")
        for role in (READER, APP):
            admin.query(f"CREATE ROLE {role}")
        admin.query("CREATE DATABASE shop")
        admin.close()
        session = cluster.session("shop")
        session.query("CREATE EXTENSION referrals")
        fill(session)
        for statement in KEEP:
            session.query(statement)
        version = session.value("SELECT extversion FROM pg_extension WHERE extname = 'referrals'")
        session.close()
        note = f"-- A database in which everything has happened, written by referrals {version}: see tests/upgrade/dump_release.py.\n"
        Path(file).write_text(note + dump(cluster.database("shop")), encoding="utf-8")
    finally:
        cluster.remove()


if __name__ == "__main__":
    main(sys.argv[1])
