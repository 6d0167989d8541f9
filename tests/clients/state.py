"""What a server process behind pgbouncer keeps between its clients: the mode, the warning that it is not what was chosen,
and in whose name one of them spoke. Two clients that are in a transaction at once have two server processes; between
transactions anybody has any."""

from bouncer import PORT
from live import set_allow_live
from processes import wait_for
from psql import Session

DATABASE = "clients_state"
SETTING = "SELECT current_setting('referrals.allow_live')"
PLAN = '{"currency": "USD", "tiers": [{"name": "All", "from": 0, "rates": {"signup": {"flat": "1.00"}}}]}'


def allow_live(direct, allowed, clients=()):
    """Has the setting in force, at every server process that these clients have at once."""
    set_allow_live(direct, allowed or None)
    wanted = "on" if allowed else "off"
    # Each process heeds the signal when it comes to it.
    wait_for(lambda: set(at_once(clients, SETTING)[0]) <= {wanted}, "referrals.allow_live does not change for all clients")


def at_once(clients, sql):
    """What each client gets for a statement, in a transaction of its own that all are in at once; and what it is told."""
    for client in clients:
        client.query("BEGIN")
    results = [client.run(sql) for client in clients]
    for client in clients:
        client.query("COMMIT")
    return [result.value for result in results], [line for result in results for line in result.messages.splitlines() if "WARNING" in line]


def check(say):
    admin = Session("postgres")
    admin.query(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    admin.query(f"CREATE DATABASE {DATABASE}")
    direct = Session(DATABASE)
    clients = [Session(f"dbname={DATABASE} port={PORT}") for _ in range(3)]
    try:
        direct.query("CREATE EXTENSION referrals")
        direct.query(f"SELECT referrals.define_program('default', '{PLAN}')")
        direct.query("SELECT referrals.register('partner', wanted_code => 'PARTNER')")
        people(direct)
        names(say, clients)
        modes(say, direct, clients)
    finally:
        allow_live(direct, False)
        for session in [*clients, direct, admin]:
            session.close()


def people(direct):
    """Two who have referred somebody, and a role that shows each their own."""
    if direct.value("SELECT 1 FROM pg_roles WHERE rolname = 'clients_self'") is None:
        direct.query("CREATE ROLE clients_self")
    direct.query("SELECT referrals.grant_access('clients_self', 'self')")
    for key in ("ann", "ben"):
        direct.query(f"SELECT referrals.register('{key}', wanted_code => '{key}')")
        direct.query(f"SELECT referrals.register('friend of {key}', '{key}')")


def speak(client, *settings):
    """Whom the views for each referrer show, in a transaction with these settings."""
    client.query("BEGIN")
    client.query("SET LOCAL ROLE clients_self")
    for name, value in settings:
        client.query(f"SELECT set_config('{name}', '{value}', true)")
    shown = [key for (key,) in client.query("SELECT user_key FROM referrals.my_dashboard")]
    client.query("COMMIT")
    return shown


def names(say, clients):
    """Each speaks in somebody's name for a transaction, and on the same server process the next in another's."""
    ann, ben, claims = ("referrals.user_key", "ann"), ("referrals.user_key", "ben"), ("request.jwt.claims", '{"sub": "ben"}')
    told = [speak(clients[0], ann), speak(clients[1]), speak(clients[2], ben), speak(clients[0]), speak(clients[1], ann),
            speak(clients[2], claims), speak(clients[0])]
    say("state: nobody speaks in the name of whoever was there before",
        told == [["ann"], [], ["ben"], [], ["ann"], ["ben"], []], told)


def modes(say, direct, clients):
    two = clients[:2]
    processes, _ = at_once(two, "SELECT pg_backend_pid()")
    say("state: two at once have two server processes", len(set(processes)) == 2, processes)
    modes, _ = at_once(two, "SELECT referrals.mode()")
    say("state: both are in mock mode", modes == ["mock", "mock"], modes)
    allow_live(direct, True, two)
    clients[2].query("SELECT referrals.go_live()")
    modes, _ = at_once(two, "SELECT referrals.mode()")
    say("state: live, once any client says so", modes == ["live", "live"], modes)
    sign_up = "SELECT referrals.register('user-' || pg_backend_pid(), 'PARTNER')"
    clients[0].query(sign_up)
    live = direct.query("SELECT mode FROM referrals.commission_ledger WHERE referrer = 'partner'")
    say("state: what they make is live", live == [["live"]], live)
    allow_live(direct, False, two)
    modes, warnings = at_once(two, "SELECT referrals.mode()")
    say("state: mock in both when the server does not allow live", modes == ["mock", "mock"], modes)
    say("state: each server process says so once", len(warnings) == 2, warnings)
    modes, warnings = at_once(two, "SELECT referrals.mode()")
    later = clients[2].run("SELECT referrals.mode()")
    say("state: and to nobody who comes after", (modes, warnings, later.value) == (["mock", "mock"], [], "mock")
        and "WARNING" not in later.messages, f"{modes} {warnings} {later.messages}")
    unwell = clients[2].query("SELECT detail FROM referrals.health() WHERE check_name = 'mode'")
    say("state: who asks health() is told", unwell and "mock" in unwell[0][0], unwell)
