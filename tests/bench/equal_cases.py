"""What the test of equal results does to a database: cases of statements, in their order. {reverse} is the function
that takes an event back."""

FLAT = '{"name": "%s", "from": %d, "rates": {"signup": {"flat": "%s"}, "payment": %s}}'


def plan(window, tiers, extra=""):
    return (f"SELECT referrals.define_program('default', '{{\"currency\": \"USD\", \"window\": \"{window}\", {extra} "
            f"\"tiers\": [{', '.join(tiers)}]}}');")


CASES = {
    "no code": [
        "INSERT INTO users (name) VALUES ('a');",
        "INSERT INTO users (name, referred_by) VALUES ('b', ''), ('c', ' - '), ('d', NULL);",
    ],
    "a code as people type it": [
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO users (name, referred_by) VALUES ('b', ' ref-10001 ');",
        "INSERT INTO users (name, referred_by) VALUES ('c', E'Ref 100\\t02'), ('d', 'r-e-f-1-0-0-0-2');",
    ],
    "unknown codes": [
        "INSERT INTO users (name, referred_by) VALUES ('a', 'NOBODY');",
        "INSERT INTO users (name, referred_by) VALUES ('b', '!?'), ('c', 'REF10003'), ('d', repeat('x-y', 50));",
    ],
    "wanted codes": [
        "INSERT INTO users (name, code) VALUES ('a', 'maria 1');",
        "INSERT INTO users (name, code) VALUES ('b', 'MARIA-1');",
        "INSERT INTO users (name, code) VALUES ('b', E'vi-vi \\t\\u000b\\u00a0vo_xx');",
        "INSERT INTO users (name, code) VALUES ('c', 'OTTO'), ('d', 'otto'), ('e', '!?'), ('f', 'ab'), ('g', '  ');",
        "INSERT INTO users (name, code, referred_by) VALUES ('h', 'OTTO', 'REF10001');",
    ],
    "one's own code": [
        "INSERT INTO users (name, code, referred_by) VALUES ('a', 'SELMA', 'selma');",
        "INSERT INTO users (name, code, referred_by) VALUES ('b', 'IDA_1', 'REF10001'), ('c', 'IDA_2', 'IDA_2');",
    ],
    "first referrals of a referrer": [
        "INSERT INTO users (name, referred_by) VALUES ('a', 'MARIA1');",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'OTTO'), ('c', 'SELMA'), ('d', 'OTTO');",
    ],
    "codes of rows of the same statement": [
        """INSERT INTO users (name, code, referred_by) VALUES ('a', 'ANNA', NULL), ('b', 'BEA', 'ANNA'),
           ('c', 'ELIA', 'BEA'), ('d', NULL, 'EMIL'), ('e', 'EMIL', 'ANNA'), ('f', NULL, 'EMIL'),
           ('g', 'ANNA', 'ANNA');""",
    ],
    "known users": [
        "SELECT referrals.register('900', wanted_code => 'OSCAR'), referrals.register('901');",
        "SELECT referrals.register('902');",
        "INSERT INTO users (id, name) VALUES (900, 'a');",
        "INSERT INTO users (id, name, referred_by) VALUES (901, 'b', 'REF10001');",
        "INSERT INTO users (id, name, referred_by) VALUES (902, 'c', 'OSCAR'), (903, 'd', 'oscar');",
    ],
    "tiers, one by one and within a statement": [
        *["INSERT INTO users (name, referred_by) VALUES ('a', 'REF10003');"] * 4,
        "INSERT INTO users (name, referred_by) SELECT 'b', 'REF1000' || 3 + n % 2 FROM generate_series(1, 9) AS n;",
    ],
    "nobody": ["INSERT INTO users (name) SELECT 'a' WHERE false;"],
    "payments": [
        "INSERT INTO payments (user_id, amount) VALUES (6, 100);",
        "INSERT INTO payments (user_id, amount) VALUES (6, 0.01), (7, 1.99), (6, 0), (8, 12345.67), (7, 0.07);",
        "INSERT INTO payments (user_id, amount) VALUES (6, 33.33);",
        "INSERT INTO payments (user_id, amount, status) "
        "VALUES (6, 70, 'pending'), (7, 71, 'refunded'), (8, 72, 'paid');",
        "UPDATE payments SET status = 'paid' WHERE amount IN (70, 71);",
    ],
    "payments that earn nothing": [
        "INSERT INTO payments (user_id, amount) VALUES (1, 10);",
        "INSERT INTO payments (user_id, amount) VALUES (77777, 10), (NULL, 11), (6, -5), (6, NULL), (2, 3);",
        "INSERT INTO payments (user_id, amount) VALUES (6, 12.50);",
    ],
    "payments sent again": [
        "UPDATE payments SET status = 'pending' WHERE amount IN (100, 1.99, 12.50, 3);",
        "UPDATE payments SET status = 'paid' WHERE amount = 100;",
        "UPDATE payments SET amount = amount + 0.01 WHERE amount IN (1.99, 12.50);",
        "UPDATE payments SET status = 'paid' WHERE status = 'pending';",
    ],
    "refunds": [
        "UPDATE payments SET status = 'refunded' WHERE amount = 33.33;",
        "UPDATE payments SET status = 'refunded' WHERE amount IN (0.07, 0, 12345.67, -5, 72, 10);",
        "UPDATE payments SET status = 'refunded' WHERE status = 'refunded';",
        "UPDATE payments SET status = 'paid' WHERE amount = 33.33;",
        "UPDATE payments SET status = 'refunded' WHERE amount = 33.33;",
        "SELECT count(*) FROM {reverse}('payment', '1', 'goods came back');",
        "SELECT count(*) FROM {reverse}('payment', '1', 'goods came back');",
        "SELECT count(*) FROM {reverse}('payment', 'none such', 'a mistake');",
    ],
    "sign-ups taken back, and a tier with them": [
        "SELECT count(*) FROM {reverse}('signup', '6', 'not a person');",
        *[f"SELECT count(*) FROM {{reverse}}('signup', (SELECT referee.user_key FROM referrals.attribution AS tie "
          f"JOIN referrals.participant AS referee ON referee.participant_id = tie.referee_id WHERE tie.referrer_id = 4 "
          f"ORDER BY tie.referee_id OFFSET {number} LIMIT 1), 'not a person');" for number in range(3)],
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10004');",
    ],
    "a new month": [
        """UPDATE referrals.standing SET window_start = window_start - '1 month'::interval,
           window_end = window_end - '1 month'::interval, as_of = as_of - '1 month'::interval, volume = 77,
           tier = 'Gold';""",
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO users (name, referred_by) SELECT 'b', 'REF1000' || n % 3 + 2 FROM generate_series(1, 7) AS n;",
        "INSERT INTO payments (user_id, amount) VALUES (10, 20), (11, 30);",
    ],
    "what comes late": [
        "UPDATE referrals.standing SET as_of = now() + '1 hour'::interval, volume = 4 WHERE participant_id = 1;",
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO payments (user_id, amount) VALUES (6, 15);",
        "UPDATE referrals.standing SET window_start = '2001-01-01', window_end = '2001-02-01' "
        "WHERE participant_id = 1;",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'REF10001');",
        "UPDATE referrals.standing SET as_of = now() - '1 second'::interval WHERE participant_id = 1;",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'REF10001');",
    ],
    "a program that is paused": [
        "SELECT referrals.pause_program('default');",
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'REF10002'), ('c', 'NOBODY'), ('d', 'REF10002');",
        "INSERT INTO payments (user_id, amount) VALUES (6, 5), (7, 6);",
        "UPDATE payments SET status = 'pending' WHERE amount = 15;",
        "UPDATE payments SET status = 'paid' WHERE amount = 15;",
        "SELECT referrals.resume_program('default');",
    ],
    "another version, over a lifetime": [
        plan("lifetime", [FLAT % ("Start", 3, "1.005", '{"flat": "0.50"}'),
                          '{"name": "Middle", "from": 14, "rates": {"payment": {"percent": "3.3", "max": "1.11"}}}',
                          FLAT % ("Top", 17, "9", '{"percent": "12.345", "min": "0.3"}')], '"hold_days": 14,'),
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO users (name, code, referred_by) VALUES ('b', 'NEW_ONE', 'REF10001'), ('c', NULL, 'NEW_ONE');",
        "INSERT INTO payments (user_id, amount) SELECT 5 + n % 8, n * 1.37 FROM generate_series(1, 16) AS n;",
        "INSERT INTO users (name, referred_by) SELECT 'd', 'REF1000' || n % 3 + 1 FROM generate_series(1, 30) AS n;",
        "INSERT INTO payments (user_id, amount) SELECT 5 + n % 8, n * 2.48 FROM generate_series(1, 16) AS n;",
    ],
    "a plan that rates no sign-ups": [
        plan("month", ['{"name": "Only", "from": 0, "rates": {"visit": {"flat": "1"}}}']),
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10001');",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'REF10002'), ('c', 'REF10001');",
        "INSERT INTO payments (user_id, amount) VALUES (6, 5);",
    ],
    "no plan in force": [
        """SELECT referrals.define_program('later', '{"currency": "USD", "tiers": [
           {"name": "Only", "from": 0, "rates": {"signup": {"flat": "1"}}}]}',
           effective_from => now() + '1 day'::interval);""",
        "SELECT referrals.enroll('2', 'later');",
        "INSERT INTO users (name, referred_by) VALUES ('a', 'REF10002');",
        "INSERT INTO users (name, referred_by) VALUES ('b', 'REF10002'), ('c', 'REF10001');",
        "INSERT INTO payments (user_id, amount) VALUES (5, 5);",
    ],
}
