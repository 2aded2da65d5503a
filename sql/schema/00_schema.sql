-- Whoever may create in the schema of the extension can leave operators there that fit what stands below better than the
-- server's own, and would run with the rights of the superuser that runs this.
LOCK TABLE pg_catalog.pg_operator IN SHARE MODE;
DO $trap$
DECLARE
    trap pg_catalog.regoperator;
BEGIN
    SELECT o.oid INTO trap
    FROM pg_catalog.pg_operator AS o
    JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) o.oprowner
    WHERE o.oprnamespace OPERATOR(pg_catalog.=) '@extschema@'::pg_catalog.regnamespace::pg_catalog.oid
      AND NOT r.rolsuper
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'schema @extschema@ holds operators of roles that are not superusers, such as %', trap
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'They could run with your rights. Drop them, or CREATE EXTENSION pg_workflow SCHEMA ... of its own.';
    END IF;
END
$trap$;

-- Everything that the engine stores lives in schema wf. CREATE SCHEMA fails where one exists: somebody else's schema
-- of that name must not become ours.
CREATE SCHEMA wf;
COMMENT ON SCHEMA wf IS
    'pg_workflow: definitions, instances and everything that belongs to them. Written only by the functions wf_*; read through the views wf_*_view.';
