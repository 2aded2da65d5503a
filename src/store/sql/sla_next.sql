-- Index: idx_wf_slas_due.
SELECT s.next_at
FROM wf.sla AS s
WHERE s.next_at IS NOT NULL AND ($1::uuid IS NULL OR s.organization_id = $1)
ORDER BY s.next_at
LIMIT 1
