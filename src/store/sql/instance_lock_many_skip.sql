-- Locks those of the instances that nobody holds, in the order given, and reads them as they then are. The inner
-- query locks, so it stays one probe of idx_wf_instances for each.
SELECT
    i.definition_id, i.seq, i.status, i.state, i.paused_at, i.sla_at, i.parent_effect_id, i.instance_key, i.subject,
    i.history, i.context,
    -- Not EXISTS, which for many rows would read the whole table. Indexes: idx_wf_messages_instance,
    -- idx_wf_messages_correlation.
    COALESCE(
        (
            SELECT true
            FROM wf.message AS m
            WHERE m.organization_id = wanted.organization_id AND m.instance_id = wanted.id
            LIMIT 1
        ),
        (
            SELECT true
            FROM wf.message AS m
            WHERE m.organization_id = wanted.organization_id AND m.correlation_key = i.correlation_key
            LIMIT 1
        ),
        false
    ),
    i.correlation_key, wanted.organization_id, wanted.id
FROM ROWS FROM (
    pg_catalog.unnest($1::uuid[]), pg_catalog.unnest($2::uuid[])
) AS wanted (organization_id, id)
CROSS JOIN LATERAL (
    SELECT
        i.definition_id, i.seq, i.status, i.state, i.paused_at, i.sla_at, i.parent_effect_id, i.instance_key,
        i.subject, i.history, i.context, i.correlation_key
    FROM wf.instance AS i
    WHERE i.organization_id = wanted.organization_id AND i.id = wanted.id
    FOR NO KEY UPDATE SKIP LOCKED
) AS i
