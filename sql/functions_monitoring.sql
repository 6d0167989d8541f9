-- What the metrics ask of the rules.

CREATE FUNCTION referrals._unsealed() RETURNS TABLE (rows bigint, oldest timestamptz)
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1
AS 'MODULE_PATHNAME', '_unsealed_wrapper';
COMMENT ON FUNCTION referrals._unsealed() IS
  'For the view metrics_seal: how many rows of the record are not sealed yet (100,001 stands for all above 100,000), and when the oldest of them was recorded, NULL for none. No row if the last block is damaged, which health() says.';
