-- Whether the latest epoch is that of this cluster, and is not over: the last block does not end at transactions yet to
-- come, as it does where a copy sealed it, or where this cluster is an older clone of the one that did.
SELECT latest.system_identifier = $1 AND coalesce((
  SELECT block.epoch <> latest.epoch OR block.until_transaction <= pg_snapshot_xmax(pg_current_snapshot())
  FROM referrals.block AS block
  ORDER BY block.block_id DESC
  LIMIT 1
), true)
FROM referrals.epoch AS latest
ORDER BY latest.epoch DESC
LIMIT 1
