-- Clocks that are due behind a place, the oldest first, without locks. Index: idx_wf_slas_due.
SELECT s.organization_id, s.instance_id, s.next_at, s.id
FROM wf.sla AS s
WHERE s.next_at <= $1 AND (s.next_at, s.id) > ($4, $5) AND ($2::uuid IS NULL OR s.organization_id = $2)
ORDER BY s.next_at, s.id
LIMIT $3
