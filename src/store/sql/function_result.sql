-- The result type of a function of two jsonb arguments, by schema and name. Index: pg_proc_proname_args_nsp_index.
SELECT pg_catalog.format_type(p.prorettype, NULL)
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = $1::text
  AND p.proname = $2::text
  AND p.proargtypes = '3802 3802'::pg_catalog.oidvector
  AND p.prokind = 'f'
  AND NOT p.proretset
