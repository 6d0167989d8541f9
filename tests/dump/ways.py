"""The ways in which people dump a database and restore it."""

import os
import subprocess

# A name, the options of pg_dump, and the commands that restore, each followed by the file and -d DATABASE.
WAYS = [
    ("plain", [], [["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f"]]),
    ("inserts", ["--inserts"], [["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f"]]),
    ("custom", ["-Fc"], [["pg_restore", "-e"]]),
    # pg_dump does not note in the archive which of an extension's tables refer to which, so
    # `pg_restore -j` may load them in any order and fails: data first, then the rest in parallel.
    ("parallel", ["-Fd", "-j2"], [["pg_restore", "-e", "--section=pre-data", "--section=data"],
                                  ["pg_restore", "-e", "-j2", "--section=post-data"]]),
]


def client(*command):
    """Run a client program; what it complains of is returned."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stderr.strip()
