-- Passes over an effect that an operator is putting back or skipping, who holds it and waits for the instance.
-- Index: idx_wf_effects.
WITH found AS (
    SELECT e.id
    FROM wf.effect AS e
    WHERE e.organization_id = $1 AND e.id = $2
    FOR UPDATE SKIP LOCKED
)
UPDATE wf.effect AS e
SET is_incident = $3
FROM found
WHERE e.organization_id = $1 AND e.id = found.id
