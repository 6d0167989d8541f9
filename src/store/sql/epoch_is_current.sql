-- Whether the latest epoch is that of this cluster, and is not over: it has no block that ends at transactions yet to come,
-- as it has where a copy sealed it, or where this cluster is an older clone of the one that did.
SELECT latest.system_identifier = $1 AND NOT EXISTS (
  SELECT FROM referrals.block AS block
  WHERE block.epoch = latest.epoch AND block.until_transaction > pg_snapshot_xmax(pg_current_snapshot())
)
FROM referrals.epoch AS latest
ORDER BY latest.epoch DESC
LIMIT 1
