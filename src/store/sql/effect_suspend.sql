-- The waiting effects of an instance that is paused: no claim comes by them, however many they are. What somebody holds is passed over.
-- Index: idx_wf_effects_instance.
WITH open AS (
    SELECT e.id
    FROM wf.effect AS e
    WHERE e.organization_id = $1
      AND e.instance_id = $2
      AND e.status IN ('PENDING', 'FAILED')
    FOR UPDATE SKIP LOCKED
)
UPDATE wf.effect AS e
SET next_retry_at = 'infinity'
FROM open
WHERE e.organization_id = $1 AND e.id = open.id
