-- Roles that were dropped: their numbers may be given again.
DELETE FROM wf.member AS m
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.oid = m.role)
