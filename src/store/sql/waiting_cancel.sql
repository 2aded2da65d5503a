-- Ends what waits for an instance, whichever table it is in. Indexes: idx_wf_timers, idx_wf_effects, idx_wf_tasks.
WITH timers AS (
    UPDATE wf.timer AS t
    SET status = 'CANCELLED'
    WHERE t.organization_id = $1 AND t.instance_id = $2 AND t.id = ANY ($4)
), effects AS (
    UPDATE wf.effect AS e
    SET status = 'CANCELLED'
    WHERE e.organization_id = $1 AND e.id = ANY ($4)
)
UPDATE wf.task AS k
SET task_state = 'CANCELLED', updated_at = $3
WHERE k.organization_id = $1 AND k.id = ANY ($4)
