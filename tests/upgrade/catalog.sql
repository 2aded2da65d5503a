-- Everything that the extension consists of in this database, one line each, in an order and in words that do not
-- depend on how it came about. Two schemas are the same where these lines are.
\pset format unaligned
\pset tuples_only on
WITH
extension AS (
    SELECT * FROM pg_extension WHERE extname = 'pg_workflow'
),
member AS (
    SELECT d.classid, d.objid FROM pg_depend AS d, extension AS e
    WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
),
relation AS (
    SELECT c.* FROM pg_class AS c JOIN member AS m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
),
routine AS (
    SELECT p.* FROM pg_proc AS p JOIN member AS m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
),
line (text) AS (
    SELECT format('version %s', extversion) FROM extension
    UNION ALL
    SELECT format('dumped %s %s', t.relation::regclass, t.condition)
    FROM extension, unnest(extconfig, extcondition) AS t (relation, condition)
    UNION ALL
    SELECT format('member %s %s', i.type, i.identity) FROM member AS m, pg_identify_object(m.classid, m.objid, 0) AS i
    UNION ALL
    -- Whatever lies in our schema is ours.
    SELECT format('stray %s', c.oid::regclass) FROM pg_class AS c
    WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind IN ('r', 'v', 'S', 'm', 'p')
      AND NOT EXISTS (SELECT FROM relation AS r WHERE r.oid = c.oid)
    UNION ALL
    SELECT format('relation %s kind %s owner %s persistence %s security %s %s options %s',
        oid::regclass, relkind, relowner::regrole, relpersistence, relrowsecurity, relforcerowsecurity, reloptions)
    FROM relation
    UNION ALL
    -- The order counts in a view, which people read; our statements name their columns.
    SELECT format('column %s%s %s %s not null %s default %s generated %s storage %s statistics %s options %s',
        CASE WHEN r.relkind = 'v' THEN lpad(a.attnum::text, 3, '0') || ' ' END, r.oid::regclass, a.attname,
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text || a.attidentity::text,
        a.attstorage, a.attstattarget,
        -- Only those that somebody sets: a server may keep marks of its own there.
        ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE o LIKE 'n\_distinct%' ORDER BY 1))
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT format('constraint %s %s %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
    FROM relation AS r JOIN pg_constraint AS c ON c.conrelid = r.oid
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid
    UNION ALL
    SELECT format('policy %s %s %s %s roles %s using %s check %s', r.oid::regclass, p.polname, p.polcmd, p.polpermissive,
        ARRAY(SELECT COALESCE(role.rolname, 'public') FROM unnest(p.polroles) AS u (oid) LEFT JOIN pg_roles AS role USING (oid) ORDER BY 1),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation AS r JOIN pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT format('view %s %s', oid::regclass, pg_get_viewdef(oid)) FROM relation WHERE relkind = 'v'
    UNION ALL
    SELECT format('sequence %s %s', r.oid::regclass, s.*) FROM relation AS r
    JOIN pg_sequence AS s ON s.seqrelid = r.oid
    UNION ALL
    SELECT format('routine %s owner %s %s', oid::regprocedure, proowner::regrole, pg_get_functiondef(oid)) FROM routine
    WHERE prokind <> 'a'
    UNION ALL
    SELECT format('type %s %s %s', t.oid::regtype, t.typtype,
        ARRAY(SELECT e.enumlabel FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder))
    FROM pg_type AS t JOIN member AS m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
    UNION ALL
    SELECT format('comment %s %s %s', i.type, i.identity, d.description)
    FROM pg_description AS d
    JOIN member AS m ON m.classid = d.classoid AND m.objid = d.objoid,
    LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
    UNION ALL
    SELECT format('granted %s to %s: %s %s', granted.object, COALESCE(role.rolname, 'public'), a.privilege_type, a.is_grantable)
    FROM (
        SELECT oid::regclass::text, relacl FROM relation
        UNION ALL
        SELECT oid::regprocedure::text, proacl FROM routine
        UNION ALL
        SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'wf'
    ) AS granted (object, acl),
    aclexplode(granted.acl) AS a
    LEFT JOIN pg_roles AS role ON role.oid = a.grantee
    UNION ALL
    SELECT format('initially granted %s: %s', i.identity, ARRAY(SELECT a::text FROM unnest(p.initprivs) AS a ORDER BY 1))
    FROM pg_init_privs AS p
    JOIN member AS m ON m.classid = p.classoid AND m.objid = p.objoid,
    LATERAL pg_identify_object(p.classoid, p.objoid, p.objsubid) AS i
)
SELECT text FROM line ORDER BY text COLLATE "C";
