-- The report: a page to look at.

CREATE FUNCTION referrals.report(program text DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL)
RETURNS text
LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'report_wrapper';
COMMENT ON FUNCTION referrals.report(text, timestamptz, timestamptz) IS
  'One page of HTML, to be kept as a file: the dashboard, the ledger and tier progress with charts, live figures before mock ones, each currency by itself. It loads nothing from elsewhere. program: only lines that it rated, and people who are in it now (NULL: all). since, until: only events and ties from since to before until (NULL: no bound); what became of their money, tiers and volumes are as of now. It has the first rows of each table and totals over all. All of it is of the snapshot of the calling query. Errors: 42704 unknown program, 22023 since not before until, 22008 since or until out of range.';
