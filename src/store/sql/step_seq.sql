-- The number of a step that its id names. Index: idx_wf_steps_instance.
SELECT s.seq
FROM wf.step AS s
WHERE s.organization_id = $1 AND s.instance_id = $2 AND s.id = $3
