-- The open tasks of an instance, oldest first. Index: idx_wf_tasks_instance.
SELECT
    t.organization_id, t.id, t.instance_id, t.created_at, t.updated_at, t.due_at, t.sla_at, t.completed_at, t.level, t.is_relative,
    t.task_state, t.title, t.body, t.priority, t.assignee_role, t.assignee_user_id, t.owner_user_id, t.outcome, t.completed_by, t.notes,
    t.state, t.invoke_id, t.calendar, t.candidate_roles, t.candidate_users, t.outcomes, t.not_by, t.escalations, t.metadata
FROM wf.task AS t
WHERE t.organization_id = $1
  AND t.instance_id = $2
  AND t.task_state IN ('OPEN', 'CLAIMED')
ORDER BY t.id
