-- Locks one effect. Index: idx_wf_effects.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.code, e.status, e.lane
FROM wf.effect AS e
WHERE e.organization_id = $1 AND e.id = $2
FOR UPDATE
