-- A step that leaves the instance where it is. Index: idx_wf_instances.
WITH stayed AS (
    UPDATE wf.instance AS i
    SET seq = i.seq + 1, updated_at = $4
    WHERE i.organization_id = $1 AND i.id = $2 AND i.seq = $3
    RETURNING i.organization_id, i.id, i.seq, i.state, i.status
)
INSERT INTO wf.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event,
    actor_user_id, actor_role, database_role, note, payload, detail, line_code, effects_queued
)
SELECT
    stayed.organization_id, stayed.id, stayed.seq, $5, $4, $6, $7, stayed.status, stayed.state, stayed.state, $8, $9, $10,
    $11, $12, $13, $14, $15, $16
FROM stayed
