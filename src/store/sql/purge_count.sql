-- What purge_choose would take, all of it, with its rows.
WITH chosen AS MATERIALIZED (
    SELECT p.organization_id, p.id
    FROM wf.purgeable AS p
    WHERE p.organization_id = $1 AND p.created_at < $2 AND p.updated_at < $2
)
SELECT
    (SELECT pg_catalog.count(*) FROM chosen),
    (SELECT pg_catalog.count(*) FROM chosen AS c JOIN wf.step AS s ON s.organization_id = $1 AND s.instance_id = c.id),
    (SELECT pg_catalog.count(*) FROM chosen AS c JOIN wf.timer AS t ON t.organization_id = $1 AND t.instance_id = c.id),
    (SELECT pg_catalog.count(*) FROM chosen AS c JOIN wf.task AS t ON t.organization_id = $1 AND t.instance_id = c.id),
    (SELECT pg_catalog.count(*) FROM chosen AS c JOIN wf.effect AS e ON e.organization_id = $1 AND e.instance_id = c.id),
    (SELECT pg_catalog.count(*) FROM chosen AS c JOIN wf.message AS m ON m.organization_id = $1 AND m.instance_id = c.id)
