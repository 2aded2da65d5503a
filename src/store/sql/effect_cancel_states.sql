-- The invokes of the states that were left, save those that a worker holds: they are judged when they answer.
-- Index: idx_wf_effects_instance.
UPDATE wf.effect AS e
SET status = 'CANCELLED'
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.status IN ('PENDING', 'FAILED')
  AND e.invoke_id IS NOT NULL
  AND e.state = ANY ($3)
