-- Gives what waits for an instance the names of another version, whichever table it is in. An ad-hoc task has no invoke.
-- Indexes: idx_wf_timers, idx_wf_effects, idx_wf_messages_instance, idx_wf_tasks.
WITH renamed AS (
    SELECT r.id, r.name, r.state
    FROM ROWS FROM (
        pg_catalog.unnest($3::uuid[]), pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])
    ) AS r (id, name, state)
), timers AS (
    UPDATE wf.timer AS t
    SET name = r.name, state = r.state
    FROM renamed AS r
    WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = r.id
), effects AS (
    UPDATE wf.effect AS e
    SET invoke_id = r.name, state = r.state
    FROM renamed AS r
    WHERE e.organization_id = $1 AND e.id = r.id
), answers AS (
    UPDATE wf.message AS m
    SET event = pg_catalog.substring(m.event, '^[a-z]+\.invoke\.') || r.name
    FROM renamed AS r
    WHERE m.organization_id = $1 AND m.instance_id = $2 AND m.effect_id = r.id
)
UPDATE wf.task AS k
SET invoke_id = CASE WHEN k.invoke_id IS NOT NULL THEN r.name END, state = r.state
FROM renamed AS r
WHERE k.organization_id = $1 AND k.id = r.id
