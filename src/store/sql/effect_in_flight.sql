-- What workers hold. Index: idx_wf_effects_instance.
SELECT e.code
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.status = 'EXECUTING'
ORDER BY e.id
