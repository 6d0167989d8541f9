"""Logical replication of users and payments into attached tables: what arrives fires no trigger, reconcile() says so, and
the calls that it names repair it."""

from cluster import wait_until
from sound import check_sound


def check_logical(checks, cluster):
    admin = cluster.session("postgres")
    for database in ("publisher", "subscriber"):
        admin.query(f"CREATE DATABASE {database}")
    there, here = cluster.session("publisher"), cluster.session("subscriber")
    for session in (there, here):
        session.query("CREATE TABLE users (id bigint PRIMARY KEY, referred_by text, code text)")
        session.query("CREATE TABLE payments (id text PRIMARY KEY, user_id bigint, amount numeric)")
    here.query("CREATE EXTENSION referrals")
    here.query("""SELECT referrals.define_program('default', '{"currency": "USD", "tiers": [
        {"name": "A", "from": 0, "rates": {"signup": {"flat": 1}, "payment": {"percent": 10}}}]}')""")
    here.query("SELECT referrals.attach('users', code => 'code')")
    here.query("SELECT referrals.attach_events('payments', 'payment', key => 'id', referee => 'user_id', amount => 'amount')")
    # One is there before the subscription and is copied, one comes later and is applied.
    there.query("INSERT INTO users VALUES (1, NULL, 'ANN')")
    there.query("CREATE PUBLICATION people FOR TABLE users, payments")
    # Within one cluster CREATE SUBSCRIPTION would wait for itself if it made the slot.
    there.query("SELECT pg_create_logical_replication_slot('people', 'pgoutput')")
    here.query(f"CREATE SUBSCRIPTION people CONNECTION '{cluster.database('publisher')} user=postgres host={admin.value('SHOW unix_socket_directories')}' "
               "PUBLICATION people WITH (create_slot = false, slot_name = 'people')")
    wait_until(here, "(SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel)", "the subscription does not become ready")
    there.query("INSERT INTO users VALUES (2, 'ann', NULL), (3, 'ann', NULL)")
    there.query("INSERT INTO payments VALUES ('p1', 2, 50)")
    there.query("UPDATE users SET code = 'LATE' WHERE id = 2")
    wait_until(here, "(SELECT count(*) FILTER (WHERE code = 'LATE') = 1 FROM users)", "the changes do not arrive")
    checks.equal("logical replication: nobody is registered", "0", here.value("SELECT count(*) FROM referrals.participant"))
    # A sign-up beside it is followed as ever.
    here.query("INSERT INTO users VALUES (10, NULL, NULL)")
    checks.equal("logical replication: who signs up here is", "10", here.value("SELECT string_agg(user_key, ' ') FROM referrals.participant"))
    found = here.query("SELECT problem, subject, detail FROM referrals.reconcile()")
    checks.equal("logical replication: reconcile() finds who is not registered, and what earned nothing",
                 {"user_without_participant", "event_without_outcome"}, {row[0] for row in found})
    checks.true("logical replication: and says that attach repairs it", any("attach" in row[2] for row in found), str(found))
    checks.equal("logical replication: attach registers them", "3", here.value("SELECT referrals.attach('users', code => 'code')"))
    checks.equal("logical replication: with their codes and ties", [["1", "ANN", None], ["2", "LATE", "1"], ["3", None, "1"], ["10", None, None]], here.query("""
        SELECT p.user_key, CASE WHEN p.user_key IN ('1', '2') THEN p.code END, r.user_key FROM referrals.participant AS p
        LEFT JOIN referrals.attribution AS a ON a.referee_id = p.participant_id
        LEFT JOIN referrals.participant AS r ON r.participant_id = a.referrer_id ORDER BY p.user_key::bigint"""))
    here.query("SELECT referrals.accrue('payment', id, user_id::text, amount) FROM payments")
    checks.equal("logical replication: and their sign-ups and payments earn", [["signup", "2", "1"], ["signup", "3", "1"], ["payment", "2", "5"]],
                 here.query("SELECT event_kind, referee, trim_scale(amount) FROM referrals.commission_ledger ORDER BY id"))
    check_sound(checks, "logical replication", here)
    here.query("ALTER SUBSCRIPTION people DISABLE")
    here.query("ALTER SUBSCRIPTION people SET (slot_name = NONE)")
    here.query("DROP SUBSCRIPTION people")
    wait_until(there, "(SELECT bool_and(NOT active) FROM pg_replication_slots WHERE slot_name = 'people')", "the slot stays in use")
    there.query("SELECT pg_drop_replication_slot('people')")
    there.close()
    here.close()
    for database in ("publisher", "subscriber"):
        admin.query(f"DROP DATABASE {database}")
    admin.close()
