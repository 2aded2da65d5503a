-- The whole public surface. What changes here changes for users: it belongs into the changelog.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
\pset format unaligned
\pset tuples_only on

-- Functions of users: arguments, result, volatility, strictness, parallel safety.
SELECT format(E'%s(%s)\n    -> %s [%s%s%s%s]', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
    CASE p.provolatile WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END,
    CASE WHEN p.proisstrict THEN ', strict' END,
    CASE p.proparallel WHEN 's' THEN ', parallel safe' WHEN 'r' THEN ', parallel restricted' END,
    CASE WHEN p.prosecdef THEN ', security definer' END)
FROM pg_proc AS p
JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'pg_workflow'
WHERE p.pronamespace = 'public'::regnamespace
ORDER BY p.proname COLLATE "C";

-- Functions of schema wf.
SELECT format('%s(%s) -> %s', p.oid::regproc, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid))
FROM pg_proc AS p
WHERE p.pronamespace = 'wf'::regnamespace
ORDER BY p.proname COLLATE "C";

-- No overloads: each name once.
SELECT p.proname FROM pg_proc AS p WHERE p.proname LIKE 'wf\_%' GROUP BY p.proname HAVING count(*) > 1;

-- Every public function ends with organization_id uuid DEFAULT NULL.
SELECT p.proname FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'wf\_%'
  AND pg_get_function_arguments(p.oid) !~ 'organization_id uuid DEFAULT NULL::uuid$';

-- Views with their columns in order, and whether they run with the rights of who asks.
SELECT format(E'%s %s\n    %s', c.relname, c.reloptions,
    (SELECT string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), E'\n    ' ORDER BY a.attnum)
     FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class AS c
WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'wf\_%'
ORDER BY c.relname COLLATE "C";

-- Tables with their keys and indexes. No index of wf.instance names state, seq, updated_at or context.
SELECT format(E'%s\n    %s', c.relname,
    (SELECT string_agg(regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (\S+) ON wf\.\S+ USING btree', '\1\2'),
        E'\n    ' ORDER BY i.indexrelid::regclass::text COLLATE "C")
     FROM pg_index AS i WHERE i.indrelid = c.oid))
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace = 'wf'::regnamespace
ORDER BY c.relname COLLATE "C";
SELECT i.indexrelid::regclass FROM pg_index AS i
WHERE i.indrelid = 'wf.instance'::regclass AND pg_get_indexdef(i.indexrelid) ~ '\m(state|seq|updated_at|context)\M';
SELECT format('%s %s', c.conrelid::regclass, pg_get_constraintdef(c.oid)) FROM pg_constraint AS c
WHERE c.connamespace = 'wf'::regnamespace AND c.contype NOT IN ('p', 'n')
ORDER BY 1;

-- Other objects: types, and nothing else (no triggers, no sequences, no foreign keys).
SELECT c.relkind, c.relname FROM pg_class AS c
WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind NOT IN ('r', 'i', 't') ORDER BY 1, 2;
SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace = 'wf'::regnamespace;

-- Nothing is granted to PUBLIC: no relation, no function, not the schema.
SELECT c.oid::regclass FROM pg_class AS c, aclexplode(c.relacl) AS a
WHERE a.grantee = 0 AND (c.relnamespace = 'wf'::regnamespace OR c.relname LIKE 'wf\_%');
SELECT p.oid::regproc FROM pg_proc AS p, aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) AS a
WHERE a.grantee = 0 AND (p.pronamespace = 'wf'::regnamespace OR p.proname LIKE 'wf\_%');
SELECT n.nspname FROM pg_namespace AS n, aclexplode(n.nspacl) AS a WHERE n.nspname = 'wf' AND a.grantee = 0;
-- A role without a grant gets Postgres's own error.
CREATE ROLE nobody_in_particular;
SET ROLE nobody_in_particular;
SELECT wf_start('x');
SELECT count(*) FROM wf_instances_view;
SELECT wf.now();
RESET ROLE;
DROP ROLE nobody_in_particular;

-- Every table and sequence of schema wf is dumped.
SELECT c.oid::regclass FROM pg_class AS c
WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind IN ('r', 'S', 'p')
  AND NOT c.oid = ANY ((SELECT e.extconfig FROM pg_extension AS e WHERE e.extname = 'pg_workflow')::oid[]);
SELECT cardinality(e.extconfig) = (SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind IN ('r', 'S', 'p'))
FROM pg_extension AS e WHERE e.extname = 'pg_workflow';

-- Every function, view and table has a comment.
SELECT p.oid::regproc FROM pg_proc AS p
WHERE (p.pronamespace = 'wf'::regnamespace OR p.proname LIKE 'wf\_%') AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT c.oid::regclass FROM pg_class AS c
WHERE c.relkind IN ('r', 'v') AND (c.relnamespace = 'wf'::regnamespace OR c.relname LIKE 'wf\_%') AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT obj_description('wf'::regnamespace, 'pg_namespace') IS NOT NULL;

-- Every named error: its SQLSTATE, its word, who raises it.
SELECT format('%s %s: %s', sqlstate, code, raised_by) FROM wf_error_codes ORDER BY sqlstate;
SELECT count(DISTINCT sqlstate) = count(*), count(DISTINCT code) = count(*), bool_and(meaning <> '') FROM wf_error_codes;

-- Settings.
SELECT s.name, s.context, s.setting, s.unit FROM pg_settings AS s WHERE s.name LIKE 'pg\_workflow.%' ORDER BY 1;
