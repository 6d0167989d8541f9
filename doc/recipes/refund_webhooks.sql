-- Webhooks of a payment provider: messages come at least once, refunds come in parts, and in any order.
--
-- The handlers are two functions that may be called as often as the provider likes. What makes that safe: a payment
-- and a refund are each a row with the provider's id as its key, and whoever brings the first one does the work.
--
-- Rights: the owner of the tables, who is the owner of the extension or has the level admin. The handler's role needs
-- nothing but EXECUTE of the two functions: they run as their owner.

CREATE EXTENSION referrals;

CREATE TABLE users (id integer PRIMARY KEY, code text, referred_by text, created_at timestamptz NOT NULL);
CREATE TABLE payments (
  id text PRIMARY KEY, user_id integer NOT NULL REFERENCES users, amount numeric(10,2) NOT NULL, paid_at timestamptz NOT NULL
);
-- No foreign key to payments: a refund may come first. applied_at: when the commission was taken back for it.
CREATE TABLE refunds (id text PRIMARY KEY, payment_id text NOT NULL, amount numeric(10,2) NOT NULL, applied_at timestamptz);

SELECT referrals.define_program('default', '{
  "currency": "USD", "hold_days": 30,
  "tiers": [{"name": "Partner", "from": 0, "rates": {"payment": {"percent": "7.5"}}}]
}');
SELECT referrals.attach('users', code => 'code', registered_at => 'created_at');
SELECT referrals.attach_events('payments', kind => 'payment', key => 'id', referee => 'user_id', amount => 'amount', occurred_at => 'paid_at');

-- Takes back what the waiting refunds of a payment come to, oldest first. Nothing happens while the payment is unknown.
-- The lock lets a payment and its refunds come at the same moment: one waits for the other, and sees what it wrote.
CREATE FUNCTION apply_refunds(payment text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  refund refunds;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(payment, 0));
  IF EXISTS (SELECT FROM payments WHERE id = payment) THEN
    FOR refund IN SELECT * FROM refunds WHERE payment_id = payment AND applied_at IS NULL ORDER BY id LOOP
      PERFORM referrals.reverse_event('payment', payment, 'refund ' || refund.id, refunded => refund.amount);
      UPDATE refunds SET applied_at = now() WHERE id = refund.id;
    END LOOP;
  END IF;
END $$;

CREATE FUNCTION on_payment(id text, user_id integer, amount numeric, paid_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO payments VALUES (id, user_id, amount, paid_at) ON CONFLICT DO NOTHING;
  SELECT apply_refunds(id);
$$;

CREATE FUNCTION on_refund(id text, payment text, amount numeric) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO refunds VALUES (id, payment, amount) ON CONFLICT DO NOTHING;
  SELECT apply_refunds(payment);
$$;

CREATE ROLE recipe_webhooks;
REVOKE EXECUTE ON FUNCTION apply_refunds, on_payment, on_refund FROM PUBLIC;
GRANT EXECUTE ON FUNCTION on_payment, on_refund TO recipe_webhooks;

-- Ada's friend Ben pays; Cyd came by himself.
INSERT INTO users VALUES (1, 'ADA', NULL, '2025-01-01 09:00+00'), (2, 'BEN', 'ADA', '2025-01-02 09:00+00'),
  (3, 'CYD', NULL, '2025-01-03 09:00+00');

SET ROLE recipe_webhooks;
-- Twice the same payment: one line.
SELECT on_payment('ch_1', 2, 100.00, '2025-02-01 10:00+00');
SELECT on_payment('ch_1', 2, 100.00, '2025-02-01 10:00+00');
-- A third is refunded, three times; the second refund is delivered twice.
SELECT on_refund('re_1', 'ch_1', 33.33);
SELECT on_refund('re_2', 'ch_1', 33.33);
SELECT on_refund('re_2', 'ch_1', 33.33);
SELECT on_refund('re_3', 'ch_1', 33.34);
-- Out of order: the refund comes before its payment.
SELECT on_refund('re_4', 'ch_2', 20.00);
SELECT on_payment('ch_2', 2, 50.00, '2025-02-02 10:00+00');
-- Nobody is paid for Cyd's payment, so nothing is taken back for its refund.
SELECT on_payment('ch_3', 3, 80.00, '2025-02-03 10:00+00');
SELECT on_refund('re_5', 'ch_3', 80.00);
-- A payment that never comes.
SELECT on_refund('re_6', 'ch_9', 10.00);
RESET ROLE;

-- 7.5 % of 33.33 are 2.49975. Each step takes the difference to what all refunds so far come to, rounded: 2.50,
-- then 5.00 in all, then 7.50 in all. So the parts add up to the whole, and nothing is left of it.
SELECT event_key, kind, base_amount, amount, status, reason FROM referrals.commission_ledger WHERE event_kind = 'payment' ORDER BY id;

-- Ada keeps 7.5 % of the 30.00 that Ben did not get back.
SELECT user_key, accrued, reversed, balance FROM referrals.dashboard;

-- A refund whose payment is unknown waits. Look at it now and then.
SELECT id, payment_id, amount FROM refunds WHERE applied_at IS NULL;

-- More than was paid is an error, as it should be: the provider, or we, have it wrong. The refund's row is not kept
-- either, so a later delivery tries again.
SELECT on_refund('re_7', 'ch_2', 30.01);
SELECT count(*) AS kept FROM refunds WHERE id = 're_7';

REVOKE EXECUTE ON FUNCTION on_payment, on_refund FROM recipe_webhooks;
DROP ROLE recipe_webhooks;
