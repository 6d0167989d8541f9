"""Connections that work at once, each in a thread of its own, which keeps the error that ended it."""

from psql import Failure


def work_at_once(threads, helpers=()):
    """Until all threads are done; helpers go on as long, and are then told to stop, the last first. Raises what ended one."""
    for thread in [*threads, *helpers]:
        thread.start()
    for thread in threads:
        thread.join()
    for helper in reversed(helpers):
        helper.stop.set()
        helper.join()
    for thread in [*threads, *helpers]:
        if thread.error:
            raise thread.error if isinstance(thread.error, Failure) else RuntimeError(repr(thread.error))


def no_deadlocks(tally, check):
    check.query("SELECT pg_stat_force_next_flush()")
    tally.equal("deadlocks in pg_stat_database", "0",
                check.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
