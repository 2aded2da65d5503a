SELECT 'wf.member'::pg_catalog.regclass::pg_catalog.oid
