"""Clusters of the suite's own, beside that of the throw-away server: as its user, with their sockets in the same private
directory, each under a port of its own."""

import os
import subprocess
from pathlib import Path

from processes import bury_children, kill_server, wait_for
from psql import Failure, Session

SERVER = Path(__file__).resolve().parents[1] / "harness" / "server"
# Nothing here is to outlive a crash of the machine; one server is to go live, be copied, streamed and replicated. Nothing
# is open at moments of autovacuum's own: what is sealed ends before the oldest transaction.
SETTINGS = {
    "listen_addresses": "''", "unix_socket_directories": f"'{os.environ['PGHOST']}'", "max_connections": "50", "timezone": "'UTC'",
    "log_timezone": "'UTC'", "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "wal_level": "logical",
    "referrals.allow_live": "on",
}


class Cluster:
    _ports = iter(range(5501, 5600))

    def __init__(self, name, pg_config=None):
        bury_children()
        pg_config = pg_config or os.environ["PG_CONFIG"]
        self.name, self.programs, self.port = name, os.path.dirname(pg_config), next(self._ports)
        place = Path(os.environ["PGHOST"]) / "copies"
        self.data = str(place / name)
        self.environment = {**os.environ, "PG_CONFIG": pg_config, "REFERRALS_PGDATA": str(place.parent / "data")}
        self.as_server("mkdir", "-p", place)
        self.environment.update(REFERRALS_PGDATA=self.data, REFERRALS_SERVER_LOG=str(place / f"{name}.log"))

    @property
    def major(self):
        """The major version, as initdb noted it."""
        return int(Path(self.data, "PG_VERSION").read_text())

    def program(self, name):
        return os.path.join(self.programs, name)

    def as_server(self, *command, text=None):
        """Run a command as the server's user, with the directory of the clusters as its working directory."""
        self._harness("as-server", *command, text=text)

    def make(self, *options):
        self.as_server(self.program("initdb"), "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                       "--locale=C", "--no-sync", *options)
        self.configure({**SETTINGS, "port": self.port})
        return self

    def make_standby_of(self, primary, settings):
        self.as_server(self.program("pg_basebackup"), "-D", self.data, "-h", os.environ["PGHOST"], "-p", primary.port,
                       "-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.configure({**settings, "port": self.port})
        return self

    def configure(self, settings):
        """Add settings to the configuration: of two the later holds."""
        self.as_server("tee", "-a", f"{self.data}/postgresql.conf",
                       text="".join(f"{name} = {value}\n" for name, value in settings.items()))

    def start(self):
        self._harness("start")
        return self

    def reload(self):
        self._harness("reload")

    def stop(self, mode="fast"):
        self._harness("stop", "-m", mode)

    def kill(self):
        """kill -9 of the postmaster; its processes end when they notice."""
        kill_server(self.data)

    def promote(self):
        self.as_server(self.program("pg_ctl"), "promote", "-D", self.data, "-s", "-w", "-t", "60")

    def remove(self):
        if os.path.exists(f"{self.data}/postmaster.pid"):
            self.stop("immediate")

    def database(self, name):
        """A database as psql, pg_dump and pg_restore take it."""
        return f"dbname={name} port={self.port}"

    def session(self, database, settings=()):
        return Session(self.database(database), settings)

    def value(self, database, sql):
        session = self.session(database)
        value = session.value(sql)
        session.close()
        return value

    def _harness(self, *arguments, text=None):
        done = subprocess.run([SERVER, *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                              **({"input": text} if text else {"stdin": subprocess.DEVNULL}))
        if done.returncode != 0:
            raise Failure(f"{self.name}: {' '.join(map(str, arguments))}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def wait_until(session, condition, what):
    """Wait for something that Postgres does in the background."""
    wait_for(lambda: session.value(f"SELECT {condition}") == "t", what)


def wait_for_replay(primary, standby):
    """Sessions of a primary and of its standby: until the standby shows all that was committed."""
    position = primary.value("SELECT pg_current_wal_flush_lsn()")
    wait_until(standby, f"pg_last_wal_replay_lsn() >= '{position}'", f"the standby does not come to {position}")
