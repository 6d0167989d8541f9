-- Keeping one's own staff out, and finding people who refer themselves.
--
-- Nobody can use their own code, or be tied twice. What is left is for queries over the views beside your own tables,
-- and for a person to decide: what is taken back is taken back by a line with a reason.
--
-- Rights: the queries need the level reader; reverse_event operator; enroll and define_program admin.

CREATE EXTENSION referrals;

CREATE TABLE users (
  id integer PRIMARY KEY, email text NOT NULL, card text, is_staff boolean NOT NULL DEFAULT false,
  code text, referred_by text, created_at timestamptz NOT NULL
);
SELECT referrals.define_program('default', '{
  "currency": "USD", "hold_days": 30,
  "tiers": [{"name": "Partner", "from": 0, "rates": {"signup": {"flat": "10.00"}}}]
}');
SELECT referrals.attach('users', code => 'code', registered_at => 'created_at');

-- 1. Staff have codes like everybody, and a programme in which nothing is earned. Triggers of your own put them there, at
-- the end of the transaction: the sign-up comes first, for enroll() wants somebody who is known.
SELECT referrals.define_program('staff', '{"currency": "USD", "tiers": [{"name": "Staff", "from": 0, "rates": {}}]}');
CREATE FUNCTION enroll_staff() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM referrals.enroll(NEW.id::text, CASE WHEN NEW.is_staff THEN 'staff' ELSE 'default' END);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER staff_hired AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.is_staff) EXECUTE FUNCTION enroll_staff();
CREATE CONSTRAINT TRIGGER staff_changed AFTER UPDATE OF is_staff ON users DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.is_staff <> OLD.is_staff) EXECUTE FUNCTION enroll_staff();

INSERT INTO users VALUES
  (1, 'ada@example.com', 'card-1', false, 'ADA', NULL, '2025-01-01 09:00+00'),
  (2, 'sue@shop.example', 'card-2', true, 'SUE', NULL, '2025-01-01 09:00+00'),
  (3, 'mal@example.com', 'card-3', false, 'MAL', NULL, '2025-01-01 09:00+00');
INSERT INTO users VALUES
  (4, 'ben@example.com',   'card-4', false, 'BEN', 'ADA', '2025-01-05 09:00+00'),
  (5, 'cyd@example.com',   'card-5', false, 'CYD', 'SUE', '2025-01-06 09:00+00'),
  (6, 'mal+1@example.com', 'card-6', false, 'MAL1', 'MAL', '2025-01-07 09:00+00'),
  (7, 'm.al@example.com',  'card-7', false, 'MAL2', 'MAL', '2025-01-07 09:01+00'),
  (8, 'eva@example.com',   'card-3', false, 'EVA', 'MAL', '2025-01-07 09:02+00');

-- Cyd is tied to Sue, of the staff, and earned her nothing.
SELECT id, referrer, referee, amount FROM referrals.commission_ledger ORDER BY id;

-- 2. The same mailbox behind two addresses (dots, and what follows a plus), or the same card: the referrer, once more?
CREATE VIEW same_person AS
SELECT line.id AS line, line.referrer, line.referee, line.amount, line.status,
  concat_ws(', ', CASE WHEN mailbox.referee = mailbox.referrer THEN 'mailbox' END, CASE WHEN referee.card = referrer.card THEN 'card' END) AS shared
FROM referrals.commission_ledger AS line
JOIN users AS referrer ON referrer.id::text = line.referrer
JOIN users AS referee ON referee.id::text = line.referee
CROSS JOIN LATERAL (SELECT
  regexp_replace(replace(split_part(referrer.email, '@', 1), '.', ''), '\+.*', '') || split_part(referrer.email, '@', 2) AS referrer,
  regexp_replace(replace(split_part(referee.email, '@', 1), '.', ''), '\+.*', '') || split_part(referee.email, '@', 2) AS referee
) AS mailbox
WHERE line.event_kind = 'signup' AND line.kind = 'accrual' AND line.side = 'referrer'
  AND (mailbox.referee = mailbox.referrer OR referee.card = referrer.card);
SELECT line, referrer, referee, amount, shared FROM same_person ORDER BY line;

-- 3. Bursts: three friends within an hour, or more.
SELECT referrer, min(occurred_at) AS first, count(*) AS within_the_hour
FROM referrals.commission_ledger WHERE event_kind = 'signup' AND kind = 'accrual' AND side = 'referrer'
GROUP BY referrer, date_trunc('hour', occurred_at) HAVING count(*) >= 3;

-- 4. What a person has judged is taken back, before the hold of 30 days is over. It leaves the volume as well.
SELECT referee, referrals.reverse_event('signup', referee, 'referred themselves: same ' || shared) IS NOT NULL AS taken_back
FROM same_person ORDER BY line;
SELECT kind, referrer, referee, amount, reason FROM referrals.commission_ledger WHERE kind = 'reversal' ORDER BY id;
SELECT user_key, referrals, volume, accrued, reversed, balance FROM referrals.dashboard ORDER BY user_key;

-- 5. Ada is hired: from now on her referrals earn nothing. What she earned before is hers.
UPDATE users SET is_staff = true WHERE id = 1;
INSERT INTO users VALUES (9, 'fay@example.com', 'card-9', false, 'FAY', 'ADA', '2025-02-01 09:00+00');
SELECT referrer, sum(amount) AS earned FROM referrals.commission_ledger WHERE referrer = '1' GROUP BY referrer;
