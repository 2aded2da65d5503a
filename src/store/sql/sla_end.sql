-- Ends clocks, all that run where $4 is null. What was kept in time is forgotten, what was breached stays, also where nobody
-- has noticed; $5 is where the clocks stand. Index: idx_wf_slas.
WITH kept AS (
    DELETE FROM wf.sla AS s
    WHERE s.organization_id = $1
      AND s.instance_id = $2
      AND s.ended_at IS NULL
      AND s.breached_at IS NULL
      AND s.target_at >= $5
      AND ($4::uuid[] IS NULL OR s.id = ANY ($4))
)
UPDATE wf.sla AS s
SET ended_at = $3, next_at = NULL, breached_at = COALESCE(s.breached_at, s.target_at)
WHERE s.organization_id = $1
  AND s.instance_id = $2
  AND s.ended_at IS NULL
  AND (s.breached_at IS NOT NULL OR s.target_at < $5)
  AND ($4::uuid[] IS NULL OR s.id = ANY ($4))
