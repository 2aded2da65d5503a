-- What waits for an instance that has come to its end, in one statement: every open timer and every open task.
-- Indexes: idx_wf_timers_instance, idx_wf_tasks_instance.
WITH tasks AS (
    UPDATE wf.task AS t
    SET task_state = 'CANCELLED', sla_at = NULL, updated_at = $3
    WHERE t.organization_id = $1
      AND t.instance_id = $2
      AND t.task_state IN ('OPEN', 'CLAIMED')
)
UPDATE wf.timer AS t
SET status = 'CANCELLED'
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
