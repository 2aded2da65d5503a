-- Locks one effect. Index: idx_wf_effects.
SELECT e.organization_id, e.id, e.instance_id, e.seq, e.attempts, e.invoke_id, e.state, e.retry, e.status, e.code
FROM wf.effect AS e
WHERE e.organization_id = $1 AND e.id = $2
FOR UPDATE
