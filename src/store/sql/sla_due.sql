-- Instances with a clock that is due, the oldest first, without locks. Index: idx_wf_slas_due.
SELECT s.organization_id, s.instance_id
FROM wf.sla AS s
WHERE s.next_at <= $1 AND ($2::uuid IS NULL OR s.organization_id = $2)
ORDER BY s.next_at
LIMIT $3
