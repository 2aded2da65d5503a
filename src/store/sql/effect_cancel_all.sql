-- Everything that has not begun, when an operator cancels the instance. Index: idx_wf_effects_instance.
UPDATE wf.effect AS e
SET status = 'CANCELLED'
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.status IN ('PENDING', 'FAILED')
RETURNING e.code
