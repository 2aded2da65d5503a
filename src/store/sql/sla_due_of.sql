-- As sla_due, of one organization. Bounds and order by all columns of the index: no other gives them. Index: idx_wf_slas_org_due.
SELECT s.organization_id, s.id, s.instance_id, s.next_at
FROM wf.sla AS s
WHERE s.next_at IS NOT NULL
  AND (s.organization_id, s.next_at, s.id) > ($5, $2, $3)
  AND (s.organization_id, s.next_at) <= ($5, $1)
ORDER BY s.organization_id, s.next_at, s.id
LIMIT $4
