"""The server of a full run: its settings for the time of the bench, and what the report says of machine and server."""

import contextlib
import os
import platform
import subprocess
from pathlib import Path

from lab import Database

MEMORY = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
HARNESS = Path(__file__).resolve().parents[1] / "harness" / "server"

# The harness's server does without durability, since nothing in a test is to outlive a crash. Here a commit costs
# what it costs elsewhere; vacuum and checkpoints are kept out of the rounds, since they would meet one cell and not the
# next. A third of the memory for the shared buffers, so that on a machine of 24 GB the tables of 10 million people are
# in them: otherwise growth is that of the disk.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "off",
    "shared_buffers": f"{MEMORY // 3 // 2**20}MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "16GB",
    # Segments that were written once are used again, and do not have to be made while something is measured.
    "min_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "wal_level": "replica",
    "max_wal_senders": "0",
}
SHOWN = ("shared_buffers", "fsync", "full_page_writes", "max_wal_size", "wal_level", "autovacuum", "jit")


@contextlib.contextmanager
def tuned():
    """The bench's settings for the time of this block."""
    admin = Database("postgres")
    admin.sql("\n".join(f"ALTER SYSTEM SET {name} = '{value}';" for name, value in SETTINGS.items()))
    try:
        _restart()
        yield
    finally:
        admin.sql("\n".join(f"ALTER SYSTEM RESET {name};" for name in SETTINGS))
        _restart()


def description():
    """Machine, Postgres and settings, in two lines."""
    shown = ", ".join(f"'{name} ' || current_setting('{name}')" for name in SHOWN)
    settings = Database("postgres").sql(f"SELECT concat_ws(', ', {shown})")
    version = Database("postgres").sql("SELECT 'PostgreSQL ' || current_setting('server_version')")
    machine = (f"{_processor()}, {os.cpu_count()} cores, {MEMORY / 2**30:.0f} GB of memory, "
               f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}")
    return f"{machine}; {version}.\nSettings: {settings}; the rest as Postgres comes."


def _restart():
    subprocess.run([HARNESS, "restart"], check=True, stdin=subprocess.DEVNULL)


def _processor():
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()
