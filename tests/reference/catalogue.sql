-- What there is in the schema referrals, with its comments, as one JSON document.
WITH object AS (
  SELECT 'referrals'::regnamespace AS schema
), routine AS (
  SELECT p.proname AS name, p.oid::regprocedure AS signature, p.oid, obj_description(p.oid, 'pg_proc') AS comment,
    CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
    p.proisstrict AS is_strict, p.proretset AS is_set, format_type(p.prorettype, NULL) AS result,
    (SELECT coalesce(json_agg(json_build_object(
        'name', argument.name, 'type', format_type(argument.type, NULL), 'mode', argument.mode,
        'default', pg_get_function_arg_default(p.oid, argument.place::integer)) ORDER BY argument.place), '[]')
     FROM unnest(p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes)
       WITH ORDINALITY AS argument (name, type, mode, place)) AS arguments,
    (SELECT coalesce(json_agg(level.name ORDER BY level.ordinal), '[]') FROM level
     WHERE has_function_privilege(level.role, p.oid, 'EXECUTE')) AS levels
  FROM pg_proc AS p, object WHERE p.pronamespace = object.schema
), relation AS (
  SELECT c.relname AS name, c.relkind AS kind, obj_description(c.oid, 'pg_class') AS comment,
    (SELECT json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull,
        'comment', col_description(c.oid, a.attnum)) ORDER BY a.attnum)
     FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT json_agg(json_build_object(
        'name', i.relname, 'comment', obj_description(i.oid, 'pg_class'),
        'definition', regexp_replace(pg_get_indexdef(i.oid), '^.* USING ', '')) ORDER BY i.relname)
     FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
     WHERE x.indrelid = c.oid AND obj_description(i.oid, 'pg_class') IS NOT NULL) AS indexes,
    (SELECT coalesce(json_agg(level.name ORDER BY level.ordinal), '[]') FROM level
     WHERE has_table_privilege(level.role, c.oid, 'SELECT')) AS levels
  FROM pg_class AS c, object WHERE c.relnamespace = object.schema AND c.relkind IN ('r', 'v')
), domain AS (
  SELECT t.typname AS name, format_type(t.typbasetype, t.typtypmod) AS base, obj_description(t.oid, 'pg_type') AS comment,
    (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c') AS rule
  FROM pg_type AS t, object WHERE t.typnamespace = object.schema AND t.typtype = 'd'
), setting AS (
  SELECT name, short_desc, extra_desc, vartype, context, boot_val FROM pg_settings WHERE name LIKE 'referrals.%'
)
SELECT json_build_object(
  'functions', (SELECT json_agg(routine ORDER BY name, signature::text) FROM routine),
  'relations', (SELECT json_agg(relation ORDER BY name) FROM relation),
  'domains', (SELECT json_agg(domain ORDER BY name) FROM domain),
  'settings', (SELECT json_agg(setting ORDER BY name) FROM setting)
);
