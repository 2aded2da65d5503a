-- What a role may do, by itself and by the roles whose rights it has. Read once per backend and change: no index.
SELECT m.organization_id, m.capability
FROM wf.member AS m
WHERE pg_catalog.pg_has_role($1, m.role::oid, 'USAGE')
