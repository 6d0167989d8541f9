"""Reading from a standby: how far it is behind, how a session can wait for it, and long queries while it replays."""

from cluster import wait_for_replay, wait_until
from psql import Failure


def check_reading_while_replaying(checks, primary, standby, database):
    there, here = primary.session(database), standby.session(database)
    check_lag(checks, there, here)
    check_waiting_for_it(checks, primary, there, here)
    here.close()
    check_long_queries(checks, standby, database, there)
    there.close()


def check_lag(checks, there, here):
    """A sign-up that is committed on the primary is not known to the standby before it is replayed."""
    here.query("SELECT pg_wal_replay_pause()")
    wait_until(here, "pg_get_wal_replay_pause_state() = 'paused'", "the standby does not pause")
    code = there.value("SELECT referrals.register('just now')")
    checks.equal("standby behind: it does not know who signed up just now", None, here.value("SELECT referrals.code_of('just now')"))
    checks.equal("standby behind: the primary does, as does whoever called", code, there.value("SELECT referrals.code_of('just now')"))
    here.query("SELECT pg_wal_replay_resume()")
    wait_for_replay(there, here)
    checks.equal("standby: once replayed it knows", code, here.value("SELECT referrals.code_of('just now')"))


def check_waiting_for_it(checks, primary, there, here):
    """With synchronous_commit = remote_apply a COMMIT returns when the standby shows it."""
    primary.configure({"synchronous_standby_names": "'*'", "synchronous_commit": "local"})
    primary.reload()
    wait_until(there, "current_setting('synchronous_standby_names') = '*' AND EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')",
               "the standby is not synchronous")
    # Sessions wait from when the checkpointer, too, has read the configuration, which it does before a checkpoint.
    there.query("CHECKPOINT")
    there.query("SET synchronous_commit = remote_apply")
    codes = [(there.value(f"SELECT referrals.register('waited {n}')"), here.value(f"SELECT referrals.code_of('waited {n}')")) for n in range(50)]
    checks.equal("standby, remote_apply: it knows each sign-up at once", [], [pair for pair in codes if pair[0] != pair[1]])
    there.query("RESET synchronous_commit")
    primary.configure({"synchronous_standby_names": "''", "synchronous_commit": "on"})
    primary.reload()
    wait_until(there, "current_setting('synchronous_standby_names') = ''", "the standby stays synchronous")


def check_long_queries(checks, standby, database, there):
    """A long query is cancelled when the primary has cleaned up what it still sees, unless the standby tells of its queries."""
    standby.configure({"max_standby_streaming_delay": "0"})
    standby.reload()
    # In another database, since in this one whoever asks may be cancelled as well.
    here = standby.session("postgres")
    wait_until(here, "current_setting('max_standby_streaming_delay') = '0'", "the standby does not reload")
    checks.true("standby, no patience: a long transaction is cancelled", is_cancelled(standby, database, there, here))
    standby.configure({"hot_standby_feedback": "on"})
    standby.reload()
    wait_until(there, "EXISTS (SELECT FROM pg_stat_replication WHERE backend_xmin IS NOT NULL)", "the standby does not tell of its queries")
    checks.true("standby, hot_standby_feedback: it is not, and verifies", not is_cancelled(standby, database, there, here))
    # Whatever else looks at the standby under load is not to be cancelled, however slow the machine is.
    standby.configure({"hot_standby_feedback": "off", "max_standby_streaming_delay": "-1"})
    standby.reload()
    wait_until(here, "current_setting('max_standby_streaming_delay') = '-1'", "the standby does not reload")
    here.close()


def is_cancelled(standby, database, there, here):
    """Whether a transaction of the standby is, that sees a standing from before an update that was cleaned up."""
    wait_for_replay(there, here)
    reader = standby.session(database)
    reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    reader.query("SELECT count(*) FROM referrals.standing")
    if here.value("SHOW hot_standby_feedback") == "on":
        # What it tells must have come to the primary.
        told_at = there.value("SELECT clock_timestamp()")
        wait_until(there, f"EXISTS (SELECT FROM pg_stat_replication WHERE backend_xmin IS NOT NULL AND reply_time > '{told_at}')",
                   "the standby does not tell of its queries")
    there.query("UPDATE referrals.standing SET volume = volume")
    there.query("VACUUM referrals.standing")
    # VACUUM does not wait until its log is written; this does.
    there.query("SELECT pg_logical_emit_message(true, 'copies', 'vacuumed')")
    wait_for_replay(there, here)
    try:
        found = reader.query("SELECT * FROM referrals.verify()")
        reader.query("COMMIT")
        reader.close()
        if found:
            raise Failure(f"verify() on the standby: {found[:3]}")
        return False
    except Failure as failure:
        if "conflict with recovery" in str(failure):
            return True
        raise
