-- An instance as it is, for whoever only looks; the columns of instance_lock. Index: idx_wf_instances.
SELECT
    i.definition_id, i.seq, i.status, i.state, i.paused_at, i.sla_at, i.parent_effect_id, i.instance_key, i.subject,
    i.history, i.context,
    -- Indexes: idx_wf_messages_instance, idx_wf_messages_correlation.
    EXISTS (SELECT FROM wf.message AS m WHERE m.organization_id = i.organization_id AND m.instance_id = i.id)
        OR EXISTS (
            SELECT FROM wf.message AS m
            WHERE m.organization_id = i.organization_id AND m.correlation_key = i.correlation_key
        ),
    i.correlation_key
FROM wf.instance AS i
WHERE i.organization_id = $1 AND i.id = $2
