"""Settings of the whole server that a part switches for a while. The server is as it was afterwards."""

import contextlib
import time

from lab import Database, Failure


@contextlib.contextmanager
def switched(name, value, library=None):
    """A setting that a reload can change, for the time of this block. Before PostgreSQL 17 one of a library is known
    only where that is loaded."""
    before = _sql("SELECT setting FROM pg_file_settings "
                  f"WHERE name = '{name}' AND sourcefile LIKE '%.auto.conf'", library)
    shown = _sql(f"SELECT current_setting('{name}')", library)
    try:
        _sql(f"ALTER SYSTEM SET {name} = '{value}'", library)
        _reload(name, value, library)
        yield
    finally:
        _sql(f"ALTER SYSTEM SET {name} = '{before}'" if before else f"ALTER SYSTEM RESET {name}", library)
        _reload(name, shown, library)


def _reload(name, value, library):
    """A reload reaches new sessions, and the processes that write, a moment later."""
    _sql("SELECT pg_reload_conf()", library)
    for _ in range(500):
        if _sql(f"SELECT current_setting('{name}')", library) == value:
            time.sleep(0.05)
            return
        time.sleep(0.02)
    raise Failure(f"{name} is not {value} after a reload")


def _sql(text, library):
    return Database("postgres").sql(f"LOAD '{library}';\n{text};" if library else f"{text};")
