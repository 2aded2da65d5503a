-- What is to go one rung up, the longest waiting first, behind a place, of all organizations. Index: idx_wf_tasks_sla.
SELECT t.organization_id, t.id, t.instance_id, t.sla_at
FROM wf.task AS t
WHERE t.task_state IN ('OPEN', 'CLAIMED') AND t.sla_at <= $1 AND (t.sla_at, t.id) > ($2, $3)
ORDER BY t.sla_at, t.id
LIMIT $4
