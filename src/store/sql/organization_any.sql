-- An organization by chance: where a session begins that has no turn yet.
SELECT o.organization_id FROM wf.organization AS o ORDER BY pg_catalog.random() LIMIT 1
