-- Instances that are locked go, with every row that is theirs. Indexes: idx_wf_instances, idx_wf_steps_instance,
-- idx_wf_timers, idx_wf_tasks_instance, idx_wf_effects_instance, idx_wf_messages_instance,
-- idx_wf_slas.
WITH instances AS (
    DELETE FROM wf.instance AS i WHERE i.organization_id = $1 AND i.id = ANY ($2) RETURNING 1
),
steps AS (
    DELETE FROM wf.step AS s WHERE s.organization_id = $1 AND s.instance_id = ANY ($2) RETURNING 1
),
timers AS (
    DELETE FROM wf.timer AS t WHERE t.organization_id = $1 AND t.instance_id = ANY ($2) RETURNING 1
),
tasks AS (
    DELETE FROM wf.task AS t WHERE t.organization_id = $1 AND t.instance_id = ANY ($2) RETURNING 1
),
effects AS (
    DELETE FROM wf.effect AS e WHERE e.organization_id = $1 AND e.instance_id = ANY ($2) RETURNING 1
),
slas AS (
    DELETE FROM wf.sla AS s WHERE s.organization_id = $1 AND s.instance_id = ANY ($2)
),
messages AS (
    DELETE FROM wf.message AS m WHERE m.organization_id = $1 AND m.instance_id = ANY ($2) RETURNING 1
)
SELECT
    (SELECT pg_catalog.count(*) FROM instances),
    (SELECT pg_catalog.count(*) FROM steps),
    (SELECT pg_catalog.count(*) FROM timers),
    (SELECT pg_catalog.count(*) FROM tasks),
    (SELECT pg_catalog.count(*) FROM effects),
    (SELECT pg_catalog.count(*) FROM messages)
