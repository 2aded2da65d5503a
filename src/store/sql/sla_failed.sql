-- What was due and failed is tried again later. Index: idx_wf_slas.
UPDATE wf.sla AS s
SET next_at = $4, last_error = $5
WHERE s.organization_id = $1 AND s.instance_id = $2 AND s.next_at <= $3
