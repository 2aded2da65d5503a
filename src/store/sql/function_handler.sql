-- The function schema.name(jsonb) as a handler sees it: its signature, its result, and whether a role may call it.
-- Index: pg_proc_proname_args_nsp_index.
SELECT
    pg_catalog.format('%I.%I(jsonb)', n.nspname, p.proname),
    pg_catalog.format_type(p.prorettype, NULL),
    pg_catalog.has_schema_privilege($3, n.oid, 'USAGE') AND pg_catalog.has_function_privilege($3, p.oid, 'EXECUTE')
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = $1::text
  AND p.proname = $2::text
  AND p.proargtypes = '3802'::pg_catalog.oidvector
  AND p.prokind = 'f'
  AND NOT p.proretset
