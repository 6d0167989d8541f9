"""pgbouncer in transaction mode, as the server's user, with its socket beside the server's."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER = HERE.parent / "harness" / "server"
PORT = 6432
# For each role and database: fewer than a client has connections, so that they must share.
POOL = 3
SETTINGS = """[databases]
* = host={sockets} port={server_port}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {sockets}
auth_type = trust
auth_file = {place}/users.txt
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
server_round_robin = 1
logfile = {place}/pgbouncer.log
pidfile = {place}/pgbouncer.pid
"""


class Bouncer:
    def __init__(self, program_root, libraries):
        instance = Path(os.environ["PGHOST"]).parent
        # The server's user may not be able to reach where it was fetched to.
        self._copy = instance / "pgbouncer"
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(f"{program_root}/usr", self._copy / "usr", symlinks=True,
                        ignore=shutil.ignore_patterns("share"))
        subprocess.run(["chmod", "-R", "go+rX", self._copy], check=True)
        self._place = Path(os.environ["PGHOST"]) / "pgbouncer"
        self.as_server("mkdir", "-p", self._place)
        self._libraries = ":".join(str(self._copy / Path(directory).relative_to(program_root))
                                   for directory in libraries.split(":") if directory)
        self._process = None

    def start(self, roles):
        self.as_server("tee", self._place / "users.txt", text="".join(f'"{role}" ""\n' for role in roles))
        self.as_server("tee", self._place / "pgbouncer.ini", text=SETTINGS.format(
            sockets=os.environ["PGHOST"], server_port=os.environ["PGPORT"], port=PORT, pool=POOL, place=self._place))
        self._process = subprocess.Popen(
            [SERVER, "as-server", "env", f"LD_LIBRARY_PATH={self._libraries}", self._copy / "usr/sbin/pgbouncer", "-q",
             self._place / "pgbouncer.ini"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        socket, end = Path(os.environ["PGHOST"]) / f".s.PGSQL.{PORT}", time.monotonic() + 30
        while not socket.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"pgbouncer did not start\n{self.log()}")
            time.sleep(0.02)

    def log(self):
        return subprocess.run([SERVER, "as-server", "cat", self._place / "pgbouncer.log"], capture_output=True,
                              text=True).stdout

    def replaced(self, database, role):
        """How many server connections it has given up, and would open anew, since a client left one in the middle of
        something."""
        given_up = re.compile(rf" S-\w+: {database}/{role}@\S+ closing because: (?:client disconnect|unclean server)")
        return len(given_up.findall(self.log()))

    def stop(self):
        if self._process is not None and self._process.poll() is None:
            # Not its parent, the script that made it the server's user.
            os.kill(int((self._place / "pgbouncer.pid").read_text()), signal.SIGTERM)
            self._process.wait(30)

    def as_server(self, *command, text=""):
        subprocess.run([SERVER, "as-server", *map(str, command)], input=text, stdout=subprocess.DEVNULL, text=True, check=True)
