"""sqlsmith on our views and functions: random queries, and afterwards a look at the server's log.

It draws functions from pg_proc without a schema, so a view of that name before
pg_catalog on its search_path makes it draw ours, and a few of Postgres' own.
"""

import os
import re
import subprocess
from pathlib import Path

from calls import Found

PROGRAM = Path(__file__).resolve().parent / "sqlsmith"
OTHERS = ("lower", "upper", "length", "abs", "round", "now", "left", "md5", "jsonb_typeof", "to_jsonb", "isfinite", "date_trunc", "numeric_add",
          "int8inc", "textcat", "count",
          "max", "min", "sum", "jsonb_agg", "row_number", "lag")

# Types that sqlsmith has no values of; what takes them fails before it comes to anything.
OPEN = "^any(compatible)?(multirange|range|enum)$"


def unavailable():
    """Why there is no sqlsmith; None if there is."""
    result = subprocess.run([PROGRAM, "fetch"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode == 0:
        return None
    return result.stdout.strip()[-1500:] or f"it ended with {result.returncode}"


def prepare(session, database):
    session.query("CREATE SCHEMA smith")
    names = ", ".join(f"'{name}'" for name in OTHERS)
    session.query(f"""CREATE VIEW smith.pg_proc AS SELECT * FROM pg_catalog.pg_proc
        WHERE pronamespace = 'referrals'::regnamespace AND has_function_privilege(oid, 'EXECUTE')
        OR pronamespace = 'pg_catalog'::regnamespace AND proname IN ({names})
          AND NOT EXISTS (SELECT FROM unnest(proargtypes) AS argument WHERE argument::regtype::text ~ '{OPEN}')""")
    session.query("GRANT USAGE ON SCHEMA smith TO PUBLIC")
    session.query("GRANT SELECT ON smith.pg_proc TO PUBLIC")
    session.query(f"ALTER DATABASE {database} SET search_path = smith, pg_catalog")
    session.query(f"ALTER DATABASE {database} SET log_error_verbosity = 'verbose'")


def run(seed, database, role, queries, log):
    """So many queries as a role; how many of them went through."""
    command = [PROGRAM, f"--target=host={os.environ['PGHOST']} port={os.environ['PGPORT']} dbname={database} user={role}", f"--seed={seed}",
               f"--max-queries={queries}",
               "--exclude-catalog", "--verbose"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                            timeout=600)
    log(f"-- sqlsmith as {role}\n{result.stdout}")
    if result.returncode:
        raise Found(f"sqlsmith ended with {result.returncode}:\n{result.stdout[-2000:]}")
    rate = re.findall(r"error rate: ([0-9.e-]+)", result.stdout)
    return round(queries * (1 - float(rate[-1]))) if rate else queries
