-- The ladders of an instance that is paused stand still. Index: idx_wf_tasks_instance.
UPDATE wf.task AS t
SET sla_at = NULL
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.task_state IN ('OPEN', 'CLAIMED')
  AND t.sla_at IS NOT NULL
