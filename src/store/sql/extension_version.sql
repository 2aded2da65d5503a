-- Which version of the schema does this database have? Index: pg_extension_name_index.
SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname = 'pg_workflow'
