-- Takes children that are to be started. Index: idx_wf_effects_workflow; for retries idx_wf_effects_retry.
WITH ready AS (
    SELECT e.organization_id, e.id
    FROM wf.effect AS e
    JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
    WHERE e.code = 'wf.workflow'
      AND (e.status = 'PENDING' OR e.status = 'FAILED' AND e.next_retry_at <= $1)
      AND ($2::uuid IS NULL OR e.organization_id = $2)
      AND i.paused_at IS NULL
    ORDER BY e.created_at, e.id
    LIMIT $3
    FOR UPDATE OF e SKIP LOCKED
)
UPDATE wf.effect AS e
SET status = 'EXECUTING', worker = 'wf', attempts = e.attempts + 1, next_retry_at = NULL
FROM ready
WHERE e.organization_id = ready.organization_id AND e.id = ready.id
RETURNING e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code, e.params
