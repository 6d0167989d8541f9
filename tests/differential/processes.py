"""The processes of a server, which tests kill, and the patience to wait for what happens then."""

import ctypes
import os
import signal
import time

from psql import Failure

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 60  # seconds that anything may take before the test gives up


def bury_children():
    """From here on processes whose parent has gone are left to this one. Whoever is the first process of a container may be
    slow to bury the dead, and a postmaster does not start while its predecessor has a process, be it a zombie."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for(condition, what):
    """Wait until it is so, which is to be said as what did not happen."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Failure(what)
        time.sleep(0.01)


def wait_until_alone(session):
    """Until no other client is left in the session's database: one that was terminated tells its client before it lets go
    of what it has locked."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    wait_for(lambda: session.value(f"{others} AND backend_type = 'client backend'") == "0", "sessions do not end")


def exists(pid):
    """Whether there is such a process. One that has ended is buried, if it is ours to bury."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    return os.path.exists(f"/proc/{pid}")


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def postmaster_of(data):
    """The process of the server with this data, or None if it is gone."""
    try:
        with open(os.path.join(data, "postmaster.pid"), encoding="utf-8") as file:
            pid = int(file.readline())
    except (FileNotFoundError, ValueError):
        return None
    return pid if exists(pid) else None


def processes_of(data):
    """All processes of the server with this data, known by their working directory; the postmaster first."""
    postmaster, place, found = postmaster_of(data), os.path.realpath(data), []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == place:
                found.append(pid)
        except OSError:
            pass  # it has ended
    return sorted(found, key=lambda pid: (pid != postmaster, pid))


def kill_server(data, children_too=False):
    """SIGKILL for the postmaster; its children go with it, or end on their own when they notice."""
    postmaster = postmaster_of(data)
    kill(postmaster)
    if children_too:
        for child in processes_of(data):
            kill(child)
    wait_for(lambda: not exists(postmaster) and not processes_of(data), f"the processes of {os.path.basename(data)} do not end")
