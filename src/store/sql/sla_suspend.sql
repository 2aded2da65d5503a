-- Index: idx_wf_slas.
UPDATE wf.sla AS s
SET next_at = NULL
WHERE s.organization_id = $1 AND s.instance_id = $2 AND s.next_at IS NOT NULL
