-- The tasks of the states that were left. Index: idx_wf_tasks_instance.
UPDATE wf.task AS t
SET task_state = 'CANCELLED', sla_at = NULL, updated_at = $3
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.task_state IN ('OPEN', 'CLAIMED')
  AND t.state = ANY ($4)
