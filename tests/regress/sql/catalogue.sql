-- What the catalogues must say of the extension: rules that hold for every object there is, and for every one to come.
\getenv dir PG_ABS_SRCDIR
\i :dir/fresh.psql

-- The public surface, and the private functions beside it. A change here is a change of the interface.
SELECT p.proname AS function, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS returns,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
       CASE p.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' ELSE 'parallel unsafe' END AS parallel,
       concat_ws(', ', CASE WHEN p.proisstrict THEN 'strict' END, CASE WHEN p.prosecdef THEN 'security definer' END) AS other
FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace ORDER BY p.proname, p.oid
\g (format=unaligned)
SELECT c.relname AS relation, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE c.relkind::text END AS kind,
       string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull AND c.relkind = 'r' THEN ' not null' ELSE '' END, ', ' ORDER BY a.attnum) FILTER (WHERE c.relkind <> 'S') AS columns
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind NOT IN ('i', 't') GROUP BY c.oid ORDER BY 2, 1
\g (format=unaligned)

SELECT t.typname AS domain, format_type(t.typbasetype, t.typtypmod) AS type, (SELECT string_agg(pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid) AS rule
FROM pg_catalog.pg_type t WHERE t.typnamespace = 'referrals'::regnamespace AND t.typtype = 'd' ORDER BY 1
\g (format=unaligned)

-- Each of the following lists the objects that break a rule. All are empty.

-- Everything in the schema is a member of the extension, and the extension has nothing elsewhere.
SELECT c.oid::regclass::text AS not_of_the_extension FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT t.oid::regtype::text FROM pg_catalog.pg_type t WHERE t.typnamespace = 'referrals'::regnamespace AND t.typtype = 'd'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');
SELECT pg_describe_object(d.classid, d.objid, 0) AS elsewhere FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE d.deptype = 'e' AND e.extname = 'referrals' AND pg_describe_object(d.classid, d.objid, 0) !~ 'referrals' ORDER BY 1;

-- Everything has a comment: the schema, functions, tables, views, sequences, columns, domains, and the indexes that are no constraint.
SELECT p.oid::regprocedure AS function_without_comment FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace AND coalesce(obj_description(p.oid, 'pg_proc'), '') = '' ORDER BY 1;
SELECT c.oid::regclass AS relation_without_comment FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind NOT IN ('t', 'i') AND coalesce(obj_description(c.oid, 'pg_class'), '') = '' ORDER BY 1;
SELECT i.indexrelid::regclass AS index_without_comment FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'referrals'::regnamespace AND coalesce(obj_description(c.oid, 'pg_class'), '') = '' AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')) ORDER BY 1;
SELECT a.attrelid::regclass AS relation, a.attname AS column_without_comment FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped AND coalesce(col_description(c.oid, a.attnum), '') = '' ORDER BY c.relname, a.attnum;
SELECT t.oid::regtype AS domain_without_comment FROM pg_catalog.pg_type t WHERE t.typnamespace = 'referrals'::regnamespace AND t.typtype = 'd' AND coalesce(obj_description(t.oid, 'pg_type'), '') = '' ORDER BY 1;
SELECT obj_description('referrals'::regnamespace, 'pg_namespace') IS NOT NULL AS schema_has_one, obj_description(oid, 'pg_extension') IS NOT NULL AS extension_has_one FROM pg_catalog.pg_extension WHERE extname = 'referrals';
-- psql shows each by itself (\dx+, \df+, \d+), so none leans on the one before, and each is a sentence.
SELECT pg_describe_object(d.classoid, d.objoid, d.objsubid) AS leans_on_another, d.description FROM pg_catalog.pg_description d
WHERE pg_describe_object(d.classoid, d.objoid, d.objsubid) ~ '\mreferrals\M' AND d.description ~ '^(The same|Those|These|That|This|It|Its|They|Their|Likewise|Also|And)\M' ORDER BY 1;
SELECT pg_describe_object(d.classoid, d.objoid, d.objsubid) AS no_sentence FROM pg_catalog.pg_description d
WHERE pg_describe_object(d.classoid, d.objoid, d.objsubid) ~ '\mreferrals\M' AND d.classoid <> 'pg_extension'::regclass AND d.description !~ '[.]$' ORDER BY 1;

-- Functions that run with the owner's rights have a fixed search_path; so have triggers. Nothing is SECURITY DEFINER by its language's default.
SELECT p.oid::regprocedure AS path_not_fixed, p.proconfig FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace
  AND (p.prosecdef OR p.prorettype = 'trigger'::regtype) AND 'search_path=pg_catalog, pg_temp' <> ALL (coalesce(p.proconfig, '{}')) ORDER BY 1;
-- Where Postgres is to keep from reading tables from end to end it does not compile what it plans, either.
SELECT p.oid::regprocedure AS compiles, p.proconfig FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace
  AND 'enable_seqscan=off' = ANY (p.proconfig) AND 'jit=off' <> ALL (p.proconfig) ORDER BY 1;
-- Names that begin with _ are not meant to be called, and are the only ones that are not in the list of DESIGN.md.
SELECT p.proname AS public_name FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'referrals'::regnamespace AND p.proname !~ '^_' AND p.proname <> ALL (ARRAY['attach', 'detach', 'register', 'code_of', 'lookup', 'normalize_code', 'generate_code',
  'attribute', 'enroll', 'define_program', 'program_plan', 'pause_program', 'resume_program', 'tier_of', 'quote', 'simulate', 'accrue', 'attach_events', 'reverse', 'reverse_event', 'explain', 'report',
  'draft_payouts', 'approve_payout', 'cancel_payout', 'settle_payout', 'fail_payout', 'mode', 'go_live', 'go_mock', 'purge_mock', 'process_queue', 'health', 'grant_access',
  'seal', 'verify', 'reconcile', 'erase']) ORDER BY 1;
-- PUBLIC has nothing.
SELECT p.oid::regprocedure AS open_function FROM pg_catalog.pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE p.pronamespace = 'referrals'::regnamespace AND a.grantee = 0 ORDER BY 1;
SELECT t.oid::regtype AS open_type FROM pg_catalog.pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) AS a WHERE t.typnamespace = 'referrals'::regnamespace AND t.typtype = 'd' AND a.grantee = 0 ORDER BY 1;
SELECT c.oid::regclass AS open_relation, a.privilege_type FROM pg_catalog.pg_class c, aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) AS a
WHERE c.relnamespace = 'referrals'::regnamespace AND a.grantee = 0 ORDER BY 1;
SELECT c.oid::regclass AS open_relation, t.attname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) AS a WHERE c.relnamespace = 'referrals'::regnamespace AND a.grantee = 0 ORDER BY 1;
SELECT a.privilege_type AS open_schema FROM pg_catalog.pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a WHERE n.nspname = 'referrals' AND a.grantee = 0 ORDER BY 1;

-- pg_dump carries the rows of every table and the position of every sequence, without a condition.
SELECT c.oid::regclass AS not_dumped FROM pg_catalog.pg_class c JOIN pg_catalog.pg_extension e ON e.extname = 'referrals'
WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind IN ('r', 'S') AND c.oid <> ALL (coalesce(e.extconfig, '{}')) ORDER BY 1;
SELECT condition AS dumped_in_part FROM pg_catalog.pg_extension, unnest(extcondition) AS condition WHERE extname = 'referrals' AND condition <> '';
-- So a restore can put the tables in an order: foreign keys make no circle, not even of one table.
WITH RECURSIVE key AS (SELECT conrelid AS child, confrelid AS parent FROM pg_catalog.pg_constraint WHERE contype = 'f' AND connamespace = 'referrals'::regnamespace),
  reach AS (SELECT child, parent FROM key UNION SELECT r.child, k.parent FROM reach r JOIN key k ON k.child = r.parent)
SELECT DISTINCT r.child::regclass AS in_a_circle FROM reach r WHERE r.child = r.parent ORDER BY 1;
-- Foreign keys are validated, at once and never deferred; and they refuse rather than cascade.
SELECT conname, conrelid::regclass FROM pg_catalog.pg_constraint WHERE contype = 'f' AND connamespace = 'referrals'::regnamespace
  AND (NOT convalidated OR condeferrable OR confupdtype <> 'a' OR confdeltype <> 'a') ORDER BY 1;
SELECT conname AS check_not_validated FROM pg_catalog.pg_constraint WHERE contype = 'c' AND connamespace = 'referrals'::regnamespace AND NOT convalidated ORDER BY 1;
-- Every table has a primary key.
SELECT c.oid::regclass AS without_primary_key FROM pg_catalog.pg_class c WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1;
-- Money and volume are numeric(19,4), but for the sum that a payout is; times have a zone, texts have no length.
SELECT a.attrelid::regclass AS relation, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'referrals'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND (a.atttypid IN ('float4'::regtype, 'float8'::regtype, 'money'::regtype, 'timestamp'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'json'::regtype) OR (a.atttypid = 'numeric'::regtype AND format_type(a.atttypid, a.atttypmod) <> 'numeric(19,4)')) ORDER BY 1, 2;

-- The triggers on our own tables: what guards the record is always on, and nothing fires for an INSERT into a table of the record, so a restore records nothing.
SELECT t.tgrelid::regclass AS relation, t.tgname, t.tgfoid::regproc AS function, t.tgenabled AS enabled,
       concat_ws(' ', CASE WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END, CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END, CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END,
                 CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN t.tgtype & 32 <> 0 THEN 'truncate' END, CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END) AS fires
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'referrals'::regnamespace AND NOT t.tgisinternal ORDER BY c.relname, t.tgname;
SELECT t.tgrelid::regclass AS fires_on_insert FROM pg_catalog.pg_trigger t
WHERE t.tgrelid IN ('referrals.commission'::regclass, 'referrals.reversal'::regclass, 'referrals.audit_log'::regclass, 'referrals.attribution'::regclass, 'referrals.participant'::regclass, 'referrals.standing'::regclass)
  AND NOT t.tgisinternal AND t.tgtype & 4 <> 0 ORDER BY 1;
-- No rules, no policies, no event triggers.
SELECT r.ev_class::regclass, r.rulename FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'referrals'::regnamespace AND r.rulename <> '_RETURN' ORDER BY 1;
-- The settings: real money is the server's to allow, and no session's; whom it speaks for, each session's.
SELECT name, vartype, context, boot_val FROM pg_catalog.pg_settings WHERE name LIKE 'referrals.%' ORDER BY name;
SET referrals.allow_lve = on;
\echo :SQLSTATE
