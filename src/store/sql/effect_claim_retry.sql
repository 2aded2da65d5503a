-- Takes effects that failed and are to be tried again, the longest due first. Index: idx_wf_effects_retry.
WITH ready AS (
    SELECT e.organization_id, e.id
    FROM wf.effect AS e
    JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
    WHERE e.status = 'FAILED'
      AND e.next_retry_at <= $6
      AND e.code <> 'wf.workflow'
      AND ($1::text[] IS NULL AND e.code <> 'wf.task' OR e.code = ANY ($1))
      AND ($2::uuid IS NULL OR e.organization_id = $2)
      AND i.paused_at IS NULL
    ORDER BY e.next_retry_at, e.id
    LIMIT $3
    FOR UPDATE OF e SKIP LOCKED
)
UPDATE wf.effect AS e
SET status = 'EXECUTING', worker = $4, attempts = e.attempts + 1, lease_until = $5, next_retry_at = NULL
FROM ready
WHERE e.organization_id = ready.organization_id AND e.id = ready.id
RETURNING e.id, e.code, e.params, e.organization_id, e.instance_id, e.seq, e.attempts
