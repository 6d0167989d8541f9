-- Whoever has the transaction at the horizon: a session, or a prepared transaction that nobody has finished.
SELECT format('process %s of %s since %s', session.pid, session.usename, session.xact_start)
FROM pg_catalog.pg_stat_activity AS session
WHERE session.backend_xid = pg_snapshot_xmin(pg_current_snapshot())::xid AND session.pid <> pg_backend_pid()
UNION ALL
SELECT format('the prepared transaction %s of %s since %s', prepared.gid, prepared.owner, prepared.prepared)
FROM pg_catalog.pg_prepared_xacts AS prepared
WHERE prepared.transaction = pg_snapshot_xmin(pg_current_snapshot())::xid
LIMIT 1
