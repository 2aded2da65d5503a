-- An instance and its first step. Makes nothing where the key exists. Index: idx_wf_instances_key.
WITH made AS (
    INSERT INTO wf.instance (
        organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status,
        state, sla_at, parent_id, parent_effect_id, instance_key, correlation_key, owner_team, owner_user_id, subject, history, output,
        error, context
    )
    VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8, $9, $10, $30, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    ON CONFLICT (organization_id, definition_code, instance_key) WHERE instance_key IS NOT NULL DO NOTHING
    RETURNING organization_id, id
)
INSERT INTO wf.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, to_state, event, actor_user_id,
    actor_role, database_role, effects_queued, guards, payload, detail
)
SELECT made.organization_id, made.id, 1, $20, $4, $21, 'start', $7, $8, $22, $23, $24, $25, $26, $27, $28, $29
FROM made
