-- Payouts: a placeholder until a bank module exists. No money moves; states do.

CREATE FUNCTION referrals.draft_payouts(
  as_of timestamptz DEFAULT now(), minimum numeric DEFAULT 0, program text DEFAULT NULL
) RETURNS SETOF bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'draft_payouts_wrapper';
COMMENT ON FUNCTION referrals.draft_payouts(timestamptz, numeric, text) IS
  'Drafts a payout for everybody whose live lines payable at as_of, and in no other payout, add up to more than zero and to minimum at least, in each currency by itself; reversals and adjustments are netted. program: lines of that program alone (NULL: of all). Returns the payouts; none in mock mode, with a NOTICE. Audited. Errors: 22004 as_of or minimum NULL; 22023 minimum negative, NaN or infinite; 22003 minimum out of range; 42704 unknown program; 25006 in a read-only transaction.';

CREATE FUNCTION referrals.approve_payout(payout bigint) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'approve_payout_wrapper';
COMMENT ON FUNCTION referrals.approve_payout(bigint) IS
  'Approves a drafted payout. Audited. Errors: 22004 NULL, 42704 no such payout, 55000 not a draft, or mock mode, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.cancel_payout(payout bigint) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'cancel_payout_wrapper';
COMMENT ON FUNCTION referrals.cancel_payout(bigint) IS
  'Cancels a drafted or approved payout; its lines are free for the next. Audited. Errors: 22004 NULL, 42704 no such payout, 55000 in another state, or mock mode, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.settle_payout(payout bigint, reference text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'settle_payout_wrapper';
COMMENT ON FUNCTION referrals.settle_payout(bigint, text) IS
  'Records that an approved payout was paid, under the bank''s reference. Audited. Errors: 22004 NULL, 22023 reference blank, 42704 no such payout, 55000 not approved, or mock mode, 25006 in a read-only transaction.';

CREATE FUNCTION referrals.fail_payout(payout bigint, reason text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'fail_payout_wrapper';
COMMENT ON FUNCTION referrals.fail_payout(bigint, text) IS
  'Records that an approved payout failed, and why; its lines are free for the next. Audited. Errors: 22004 NULL, 22023 reason blank, 42704 no such payout, 55000 not approved, or mock mode, 25006 in a read-only transaction.';
