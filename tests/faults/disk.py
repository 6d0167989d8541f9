"""Room that runs out: for the tables, and for the WAL.

On a small tmpfs, where one can be mounted: it is really full, and grows when there is
to be room again. Elsewhere by a limit on the size of files (RLIMIT_FSIZE) for all
processes of the server: its writes fail as well, though with another error.
"""

import os
import resource
import shutil
import subprocess
import sys

from psql import Failure

MOUNTABLE = "FAULTS_MOUNTABLE"  # tells the process that has mounts of its own that it has them
ENOUGH = 256 * 1024 * 1024
# What Postgres says of ENOSPC, and of EFBIG: it has no SQLSTATE for that.
FULL, LIMITED = ("53100",), ("XX000", "53200")
REFUSALS_WANTED = 40


def own_mounts():
    """Whether we can mount. Begins anew where mounts are seen by this process and its children alone, and go with them."""
    if os.environ.get(MOUNTABLE) is None:
        can = os.geteuid() == 0 and subprocess.run(
            ["unshare", "--mount", "mount", "-t", "tmpfs", "faults", "/tmp"], capture_output=True).returncode == 0
        os.environ[MOUNTABLE] = "yes" if can else ""
        if can:
            os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    return bool(os.environ[MOUNTABLE])


class Tmpfs:
    """A file system of its own."""
    how, says = "a tmpfs that is full", FULL

    def __init__(self, cluster):
        self.cluster, self.place = cluster, cluster.data + ".small"
        cluster.as_server("mkdir", self.place)
        owner = os.stat(self.place)
        self.mount("-t", "tmpfs", "-o", f"size={ENOUGH},mode=700,uid={owner.st_uid},gid={owner.st_gid}", "faults", self.place)

    @staticmethod
    def mount(*arguments):
        done = subprocess.run(["mount", *arguments], capture_output=True, encoding="utf-8")
        if done.returncode:
            raise Failure(f"mount {' '.join(arguments)}: {done.stderr}")

    def take(self, name):
        """Room for a round: for the WAL, or for the tables; then gives the name of the tablespace."""
        if name == "no room for WAL":
            self.move_wal(lambda wal: [("mv", wal, f"{self.place}/wal"), ("ln", "-s", f"{self.place}/wal", wal)])
            return None
        admin = self.cluster.session()
        admin.query(f"CREATE TABLESPACE small LOCATION '{self.place}'")
        admin.close()
        return "small"

    def move_wal(self, commands):
        self.cluster.stop()
        for command in commands(f"{self.cluster.data}/pg_wal"):
            self.cluster.as_server(*command)
        # No checkpoint is to make room too early.
        self.cluster.start("-o", "-c max_wal_size=1GB")

    def fill(self, room, _):
        """So many bytes are left. If more than that is taken between the look and the mount, the mount is refused."""
        for attempts_left in reversed(range(100)):
            now = os.statvfs(self.place)
            try:
                return self.mount("-o", f"remount,size={(now.f_blocks - now.f_bfree) * now.f_frsize + room}", self.place)
            except Failure:
                if not attempts_left:
                    raise

    def widen(self):
        self.mount("-o", f"remount,size={ENOUGH}", self.place)

    def remove(self):
        if os.path.islink(f"{self.cluster.data}/pg_wal"):
            self.move_wal(lambda wal: [("rm", wal), ("mv", f"{self.place}/wal", wal)])
        else:
            admin = self.cluster.session()
            admin.query("DROP TABLESPACE IF EXISTS small")
            admin.close()
        subprocess.run(["umount", "-l", self.place], capture_output=True)
        shutil.rmtree(self.place)


class Limit:
    """Files that cannot grow."""
    how, says = "files that cannot grow (no tmpfs can be mounted)", LIMITED

    def __init__(self, cluster):
        self.cluster = cluster

    def take(self, name):
        return None

    def fill(self, room, largest):
        self.limit(largest + room)

    def widen(self):
        self.limit(None)

    def limit(self, size):
        if size is None:
            size = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        # The postmaster comes first, so that nobody is born without the limit. Others may be gone by now.
        for pid in self.cluster.processes():
            self.cluster.as_server("sh", "-c", 'prlimit --pid="$1" --fsize="$2": || ! kill -0 "$1"', "sh", str(pid),
                                   "unlimited" if size == resource.RLIM_INFINITY else str(size))

    def remove(self):
        pass


def largest_table(round_):
    session = round_.cluster.session(round_.database)
    size = session.value("SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'referrals'::regnamespace")
    session.close()
    return max(int(size), 1024 * 1024)  # the size of a WAL segment


def fill_tables(round_):
    round_.begin()
    round_.progress(60)
    round_.space.fill(128 * 1024, largest_table(round_))
    round_.until(lambda: round_.refused() >= REFUSALS_WANTED, "no write fails, though there is no room")
    round_.space.widen()
    round_.progress(100)
    return f"{round_.space.how}; {round_.refused()} transactions refused"


def fill_wal(round_):
    """Without room for WAL the server gives up (PANIC), tries to recover, and does so for good when there is room."""
    cluster = round_.cluster
    round_.begin()
    round_.progress(60)
    round_.space.fill(1024 * 1024 if round_.space.says == FULL else 0, 512 * 1024)

    def gave_up():
        return len([line for line in cluster.told() if line[1] == "PANIC"])
    round_.until(lambda: gave_up() > 2 or gave_up() and not cluster.postmaster(), "the server does not notice that there is no room for WAL")
    round_.space.widen()
    wanted, started = round_.acknowledged() + 100, []

    def goes_on():
        # It may give up for good a moment after there is room again.
        if not cluster.postmaster():
            started.append(cluster.start())
        return round_.acknowledged() >= wanted
    round_.until(goes_on, "the server does not go on, though there is room again")
    return f"{round_.space.how}; gave up {gave_up()} times{', and was started again' if started else ''}"
