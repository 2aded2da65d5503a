-- The effects of an instance, of one step where $3 is given: code and status. Index: idx_wf_effects_instance.
SELECT e.code, e.status
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND ($3::bigint IS NULL OR e.seq = $3)
