"""A server of the suite's own, which may be broken: made, started, killed, and its log read."""

import os
import re
import shutil
import subprocess
import time

from processes import PATIENCE, bury_children, kill_server, postmaster_of, processes_of
from psql import Failure, Session

HARNESS_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness", "server")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
port = {port}
max_connections = 60
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %e %q%u@%d '
# Only processes die here, not the machine. But a write that is killed may be half done.
fsync = off
full_page_writes = on
# Little memory and little WAL: pages are written back and checkpoints taken under load.
shared_buffers = 16MB
min_wal_size = 2MB
max_wal_size = 8MB
autovacuum_naptime = 1s
deadlock_timeout = 200ms
jit = off
referrals.allow_live = on
"""
LOG_LINE = re.compile(r"^\S+ \S+ UTC \[\d+\] (\w{5}) (?:\S+@\S+ )?(\w+):  (.*)$")


class Cluster:
    """Beside the server of the other suites, in the same directory, under another port."""

    def __init__(self):
        bury_children()
        self.sockets = os.environ["PGHOST"]
        self.data = os.path.join(os.path.dirname(os.environ["REFERRALS_PGDATA"]), "faults")
        self.log = self.data + ".log"
        port = str(int(os.environ["PGPORT"]) + 1)
        os.environ.update(REFERRALS_PGDATA=self.data, REFERRALS_SERVER_LOG=self.log, PGPORT=port)
        self.port = port

    def make(self):
        self.as_server("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
                       "--no-sync", "--wal-segsize=1", "--data-checksums", program=True)
        self.as_server("tee", "-a", os.path.join(self.data, "postgresql.conf"),
                       text=SETTINGS.format(sockets=self.sockets, port=self.port))
        self.start()

    def as_server(self, *command, program=False, text=""):
        """Run a command as the user that the server runs as, in the server's directory."""
        if program:
            command = (os.path.join(os.path.dirname(os.environ["PG_CONFIG"]), command[0]), *command[1:])
        done = subprocess.run([HARNESS_SERVER, "as-server", *command], input=text, encoding="utf-8", capture_output=True)
        if done.returncode:
            raise Failure(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def server(self, *arguments):
        """What tests/harness/server does; gives whether it succeeded. Nothing of it may be inherited as a pipe."""
        with open(self.data + ".out", "w+", encoding="utf-8") as told:
            done = subprocess.run([HARNESS_SERVER, *arguments], stdin=subprocess.DEVNULL, stdout=told, stderr=told)
            told.seek(0)
            return done.returncode == 0, told.read()

    def start(self, *options):
        ok, told = self.server("start", *options)
        if not ok:
            raise Failure(f"the server does not start: {told}")

    def stop(self, mode="fast"):
        ok, told = self.server("stop", "-m", mode)
        if not ok:
            raise Failure(f"the server does not stop: {told}")

    def remove(self):
        self.server("stop", "-m", "immediate")
        for place in (self.data, self.log, self.data + ".out", self.data + ".small"):
            shutil.rmtree(place, ignore_errors=True) if os.path.isdir(place) else os.path.exists(place) and os.remove(place)

    def session(self, database="postgres", settings=(), kind=Session):
        """A connection, as soon as the server takes one again."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return kind(database, settings)
            except Failure as failure:
                if time.monotonic() > until or "does not exist" in str(failure):
                    raise Failure(f"the server does not come back: {failure}") from None
            time.sleep(0.02)

    def postmaster(self):
        """Its process, or None if it is gone."""
        return postmaster_of(self.data)

    def processes(self):
        """All processes of the server; the postmaster first."""
        return processes_of(self.data)

    def kill_postmaster(self, children_too):
        """SIGKILL for the postmaster; its children go with it, or end on their own when they notice."""
        kill_server(self.data, children_too)

    def forget_log(self):
        os.truncate(self.log, 0)

    def told(self):
        """(SQLSTATE, level, message) of each line of the log since forget_log()."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return [match.groups() for match in map(LOG_LINE.match, file) if match]
