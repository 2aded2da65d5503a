-- As task_due, of one organization. Bounds and order by all columns of the index: no other gives them. Index: idx_wf_tasks_org_sla.
SELECT t.organization_id, t.id, t.instance_id, t.sla_at
FROM wf.task AS t
WHERE t.task_state IN ('OPEN', 'CLAIMED')
  AND t.sla_at IS NOT NULL
  AND (t.organization_id, t.sla_at, t.id) > ($5, $2, $3)
  AND (t.organization_id, t.sla_at) <= ($5, $1)
ORDER BY t.organization_id, t.sla_at, t.id
LIMIT $4
