"""Memory: how much a backend has of its own at most while it takes in a COPY of very many rows."""

import os
import random
import re
import select
import subprocess
import tempfile
import time
from pathlib import Path

import schema
from lab import Failure

EVERY = 0.02  # seconds between two looks


def run(report, scale):
    report.section("Memory", f"one COPY of {scale.memory_rows:,} sign-ups, half of them referred: the memory that its "
                   "backend had of its own at most, beside the shared buffers")
    with tempfile.TemporaryDirectory() as place, schema.databases(scale, [schema.PLAIN, schema.EXTENSION]) as databases:
        file = Path(place) / "people"
        file.write_text("".join(people(scale)), encoding="utf-8")
        for variant, database in databases.items():
            seconds, peak = copied(database, file)
            rows = int(database.sql("SELECT count(*) FROM users")) - scale.participants
            report.check(f"memory, {variant}: all rows came in, and the backend was looked at",
                         rows == scale.memory_rows and peak, f"{rows} rows, {peak} kB")
            report.fact(f"COPY, {variant}", f"{peak / 1024:,.1f} MB; {scale.memory_rows / seconds:,.0f} rows a second")


def people(scale):
    """Rows for COPY, every other with the code of a random referrer."""
    for number in range(scale.memory_rows):
        code = f"REF{10001 + random.randrange(scale.referrers)}" if number % 2 else r"\N"
        yield f"Somebody {number}\t{code}\n"


def copied(database, file):
    """Copies a file into users; the seconds that took, and the highest memory of the backend in kB."""
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database.name, "-f", "-"]
    environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
                          env=environment) as client:
        client.stdin.write("SELECT pg_backend_pid();\n")
        client.stdin.flush()
        backend = int(client.stdout.readline())
        peak, began = 0, time.monotonic()
        client.stdin.write(f"\\copy users (name, referred_by) FROM '{file}'\n\\echo done\n")
        client.stdin.flush()
        while not select.select([client.stdout], [], [], EVERY)[0]:
            peak = max(peak, private_memory(backend))
        seconds = time.monotonic() - began
        # Of one that was over before the first look this is what it has left.
        peak = max(peak, private_memory(backend))
        client.stdin.close()
    if client.returncode:
        raise Failure(f"the COPY into {database.name} failed")
    return seconds, peak


def private_memory(process):
    """kB of anonymous memory: heap and stack. Not what /proc calls private, since that has every page of the shared
    buffers that no other process has touched."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return 0
    found = re.search(r"^RssAnon:\s*([0-9]+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0
