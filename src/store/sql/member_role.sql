-- A role by its exact name.
SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = $1
