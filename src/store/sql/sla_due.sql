-- Clocks that are due behind a place, the oldest first, of all organizations. Index: idx_wf_slas_due.
SELECT s.organization_id, s.id, s.instance_id, s.next_at
FROM wf.sla AS s
WHERE s.next_at <= $1 AND (s.next_at, s.id) > ($2, $3)
ORDER BY s.next_at, s.id
LIMIT $4
