-- Schema, name and argument types of a function by its oid. Index: pg_proc_oid_index.
SELECT n.nspname::text, p.proname::text
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.oid = $1
