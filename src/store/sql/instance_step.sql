-- One step of an instance: its new place and its row in the log. Hits one row, or nobody held the lock.
-- Index: idx_wf_instances. A context that did not change keeps its place ($11 is null).
WITH moved AS (
    UPDATE wf.instance AS i
    SET seq = i.seq + 1, state = $4, status = $5, updated_at = $6, history = $7, sla_at = $8, output = $9, error = $10,
        context = COALESCE($11, i.context)
    WHERE i.organization_id = $1 AND i.id = $2 AND i.seq = $3
    RETURNING i.organization_id, i.id, i.seq
)
INSERT INTO wf.step (
    organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event,
    actor_user_id, actor_role, database_role, line_code, note, effects_queued, guards, payload, detail
)
SELECT
    moved.organization_id, moved.id, moved.seq, $12, $6, $13, $14, $5, $15, $4, $16, $17, $18, $19, $20, $21, $22, $23,
    $24, $25
FROM moved
