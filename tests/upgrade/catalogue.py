"""What Postgres' catalogues say of the extension, in words that two databases can be compared by."""

import json


def privileges(column):
    """A list of grants has no order of its own. NULL stays NULL: nobody was granted or revoked anything."""
    return f"(SELECT array_agg(entry::text ORDER BY entry::text) FROM unnest({column}) AS entry)"


NAMESPACE = "'referrals'::regnamespace"
EXTENSION = "(SELECT oid FROM pg_extension WHERE extname = 'referrals')"
MEMBERS = f"(SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = {EXTENSION} AND deptype = 'e')"
# Debian's 15.20 keeps a number of its own there, another one for each table made.
OPTIONS = "(SELECT array_agg(option ORDER BY option) FROM unnest(a.attoptions) AS option WHERE option NOT LIKE 'pg_attver=%')"
RELATION = f"c.relnamespace = {NAMESPACE}"
# The last minor releases of older majors keep a version of their own of each column among its options.
OPTIONS = "(SELECT array_agg(option) FROM unnest(a.attoptions) AS option WHERE option !~ '^pg_attver=')"

# For each kind a query whose column `is` names an object, and whose other columns are what is compared.
QUERIES = {
    "extension": """
        SELECT extname AS is, extversion AS version, extrelocatable AS relocatable, extnamespace::regnamespace::text AS namespace,
               extowner::regrole::text AS owner, obj_description(oid, 'pg_extension') AS comment
        FROM pg_extension WHERE extname = 'referrals'""",
    "dumped": f"""
        SELECT relation::regclass::text AS is, condition FROM pg_extension, unnest(extconfig, extcondition) AS dumped (relation, condition)
        WHERE oid = {EXTENSION}""",
    "member": f"SELECT pg_describe_object(classid, objid, 0) AS is FROM {MEMBERS} AS member",
    "dependency": f"""
        SELECT concat_ws(' on ', pg_describe_object(d.classid, d.objid, d.objsubid), pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)) AS is,
               array_agg(d.deptype ORDER BY d.deptype) AS types
        FROM pg_depend d JOIN {MEMBERS} AS member ON (d.classid, d.objid) = (member.classid, member.objid) GROUP BY 1""",
    "schema": f"""
        SELECT nspname AS is, nspowner::regrole::text AS owner, {privileges('nspacl')} AS privileges, obj_description(oid, 'pg_namespace') AS comment
        FROM pg_namespace WHERE oid = {NAMESPACE}""",
    "relation": f"""
        SELECT c.oid::regclass::text AS is, c.relkind AS kind, c.relpersistence AS persistence, c.reloptions AS options, c.relowner::regrole::text AS owner,
               c.relrowsecurity AS row_security, c.relforcerowsecurity AS forced, c.relreplident AS replica_identity, c.reltablespace AS tablespace,
               (SELECT amname FROM pg_am WHERE oid = c.relam) AS method, {privileges('c.relacl')} AS privileges, obj_description(c.oid, 'pg_class') AS comment,
               CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS definition
        FROM pg_class c WHERE {RELATION} AND c.relkind <> 't'""",
    # attnum has gaps where a column was dropped; the order is what is seen.
    "column": f"""
        SELECT format('%s.%s', c.oid::regclass, a.attname) AS is, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) AS position,
               format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS default,
               a.attidentity AS identity, a.attgenerated AS generated, a.attcollation::regcollation::text AS collation, a.attstorage AS storage,
               a.attcompression AS compression, a.attstattarget AS statistics, {OPTIONS} AS options, {privileges('a.attacl')} AS privileges,
               col_description(c.oid, a.attnum) AS comment
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE {RELATION} AND c.relkind IN ('r', 'p', 'v', 'm', 'c')""",
    "sequence": f"""
        SELECT c.oid::regclass::text AS is, s.seqtypid::regtype::text AS type, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid WHERE {RELATION}""",
    "constraint": f"""
        SELECT format('%s on %s', conname, coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text)) AS is, pg_get_constraintdef(oid) AS definition,
               convalidated AS valid, condeferrable AS deferrable, connoinherit AS not_inherited, obj_description(oid, 'pg_constraint') AS comment
        FROM pg_constraint WHERE connamespace = {NAMESPACE}""",
    "index": f"""
        SELECT i.indexrelid::regclass::text AS is, pg_get_indexdef(i.indexrelid) AS definition, i.indisvalid AS valid, i.indisclustered AS clustered,
               i.indisreplident AS replica_identity
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE {RELATION}""",
    "statistics": f"SELECT stxname AS is, pg_get_statisticsobjdef(oid) AS definition FROM pg_statistic_ext WHERE stxnamespace = {NAMESPACE}",
    # Those of the application's tables too: they call functions of ours.
    "trigger": """
        SELECT format('%s on %s', tgname, tgrelid::regclass) AS is, pg_get_triggerdef(oid) AS definition, tgenabled AS enabled,
               obj_description(oid, 'pg_trigger') AS comment
        FROM pg_trigger WHERE NOT tgisinternal""",
    "rule": f"""
        SELECT format('%s on %s', r.rulename, c.oid::regclass) AS is, pg_get_ruledef(r.oid) AS definition, r.ev_enabled AS enabled
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE {RELATION}""",
    "policy": f"""
        SELECT format('%s on %s', p.polname, c.oid::regclass) AS is, p.polcmd AS command, p.polpermissive AS permissive, p.polroles::regrole[]::text AS roles,
               pg_get_expr(p.polqual, p.polrelid) AS qualifier, pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE {RELATION}""",
    # The definition has the arguments with their defaults, the settings, and how the function may be run.
    "routine": f"""
        SELECT oid::regprocedure::text AS is, pg_get_functiondef(oid) AS definition, prosrc AS source, probin AS library, proconfig AS settings,
               provolatile AS volatility, proparallel AS parallel, prosecdef AS security_definer, proisstrict AS strict, proleakproof AS leakproof,
               procost AS cost, prorows AS rows, prosupport::text AS support, proowner::regrole::text AS owner, {privileges('proacl')} AS privileges,
               obj_description(oid, 'pg_proc') AS comment
        FROM pg_proc WHERE pronamespace = {NAMESPACE}""",
    "type": f"""
        SELECT t.oid::regtype::text AS is, t.typtype AS kind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base, t.typnotnull AS not_null,
               t.typdefault AS default, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS labels,
               t.typowner::regrole::text AS owner, {privileges('t.typacl')} AS privileges, obj_description(t.oid, 'pg_type') AS comment
        FROM pg_type t WHERE t.typnamespace = {NAMESPACE}""",
    # What pg_dump takes for granted: a grant that differs from it is dumped, and one that does not is not.
    "as installed": f"""
        SELECT pg_describe_object(p.classoid, p.objoid, p.objsubid) AS is, {privileges('p.initprivs')} AS privileges
        FROM pg_init_privs p JOIN {MEMBERS} AS member ON (p.classoid, p.objoid) = (member.classid, member.objid) WHERE p.privtype = 'e'""",
}


def snapshot(session):
    """All that the catalogues say, as a dictionary from (kind, name) to facts."""
    found = {}
    for kind, query in QUERIES.items():
        for name, facts in session.query(f'SELECT "is", to_jsonb(row) - \'is\' FROM ({query}) AS row'):
            if (kind, name) in found:
                raise ValueError(f"two of the kind {kind} are called {name}")
            found[kind, name] = json.loads(facts)
    return found


def differences(wanted, found):
    """What differs, a line each: none means equal."""
    lines = []
    for kind, name in sorted(wanted.keys() | found.keys()):
        left, right = wanted.get((kind, name)), found.get((kind, name))
        if left is None or right is None:
            lines.append(f"{kind} {name}: {'only after the update' if left is None else 'missing after the update'}")
            continue
        lines += [f"{kind} {name}: {fact} is {right.get(fact)!r}, and {left.get(fact)!r} after a fresh install"
                  for fact in left if left[fact] != right.get(fact)]
    return lines
