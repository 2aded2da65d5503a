-- What waits for an instance, read under its lock: open timers, invokes, running children, answers that wait, open tasks.
-- Indexes: idx_wf_timers_instance, idx_wf_effects_instance, idx_wf_messages_instance, idx_wf_effects, idx_wf_tasks_instance.
SELECT t.id, t.kind, t.name, t.state, false
FROM wf.timer AS t
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.status IN ('PENDING', 'SUSPENDED')
UNION ALL
SELECT
    e.id, CASE WHEN e.code = 'wf.workflow' AND e.status = 'EXECUTING' THEN 'child' ELSE 'invoke' END, e.invoke_id,
    e.state, e.status = 'EXECUTING'
FROM wf.effect AS e
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.status IN ('PENDING', 'FAILED', 'EXECUTING')
  AND e.invoke_id IS NOT NULL
UNION ALL
SELECT e.id, 'answer', e.invoke_id, e.state, true
FROM wf.message AS m
JOIN wf.effect AS e ON e.organization_id = m.organization_id AND e.id = m.effect_id
WHERE m.organization_id = $1
  AND m.instance_id = $2
  AND e.status NOT IN ('PENDING', 'FAILED', 'EXECUTING')
UNION ALL
SELECT
    k.id, CASE WHEN k.invoke_id IS NULL THEN 'task' ELSE 'invoke' END, COALESCE(k.invoke_id, k.title), k.state, false
FROM wf.task AS k
WHERE k.organization_id = $1
  AND k.instance_id = $2
  AND k.task_state IN ('OPEN', 'CLAIMED')
ORDER BY 1
