-- Everything that the engine stores lives in schema wf. CREATE SCHEMA fails where one exists: somebody else's schema
-- of that name must not become ours.
CREATE SCHEMA wf;
COMMENT ON SCHEMA wf IS
    'pg_workflow: definitions, instances and everything that belongs to them. Written only by the functions wf_*; read through the views wf_*_view.';
