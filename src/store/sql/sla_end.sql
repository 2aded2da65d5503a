-- Ends clocks, all that run where $4 is null: what was kept in time is forgotten, what was breached stays. Index: idx_wf_slas.
WITH kept AS (
    DELETE FROM wf.sla AS s
    WHERE s.organization_id = $1
      AND s.instance_id = $2
      AND s.ended_at IS NULL
      AND s.breached_at IS NULL
      AND ($4::uuid[] IS NULL OR s.id = ANY ($4))
)
UPDATE wf.sla AS s
SET ended_at = $3, next_at = NULL
WHERE s.organization_id = $1
  AND s.instance_id = $2
  AND s.ended_at IS NULL
  AND s.breached_at IS NOT NULL
  AND ($4::uuid[] IS NULL OR s.id = ANY ($4))
