-- When the next task goes one rung up. Index: idx_wf_tasks_sla.
SELECT t.sla_at
FROM wf.task AS t
WHERE t.task_state IN ('OPEN', 'CLAIMED')
  AND t.sla_at IS NOT NULL
  AND ($1::uuid IS NULL OR t.organization_id = $1)
ORDER BY t.sla_at
LIMIT 1
