-- The invokes of the states that were left. What somebody holds is passed over: it is judged when it answers.
-- Index: idx_wf_effects_instance.
WITH open AS (
    SELECT e.id
    FROM wf.effect AS e
    WHERE e.organization_id = $1
      AND e.instance_id = $2
      AND e.status IN ('PENDING', 'FAILED')
      AND e.invoke_id IS NOT NULL
      AND e.state = ANY ($3)
    FOR UPDATE SKIP LOCKED
)
UPDATE wf.effect AS e
SET status = 'CANCELLED', next_retry_at = NULL
FROM open
WHERE e.organization_id = $1 AND e.id = open.id
