"""The server's setting that allows live mode."""

from processes import wait_for


def set_allow_live(admin, allowed, sessions=()):
    """Has it on, off, or (None) as it is by itself; done when this session and the others have noticed."""
    admin.query("LOAD 'referrals'")  # before Postgres 17 the setting is known where the library was loaded
    admin.query("ALTER SYSTEM RESET referrals.allow_live" if allowed is None
                else f"ALTER SYSTEM SET referrals.allow_live = {'on' if allowed else 'off'}")
    admin.query("SELECT pg_reload_conf()")
    wanted = "on" if allowed else "off"
    for session in [admin, *sessions]:
        wait_for(lambda: (session.value("SELECT current_setting('referrals.allow_live', true)") or "off") == wanted,
                 "referrals.allow_live does not change on reload")
