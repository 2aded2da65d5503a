-- The last effect of each invoke of an instance. Index: idx_wf_effects_instance.
SELECT DISTINCT ON (e.invoke_id) e.invoke_id, e.code, e.state, e.status, e.attempts, e.next_retry_at
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.invoke_id IS NOT NULL
ORDER BY e.invoke_id, e.id DESC
