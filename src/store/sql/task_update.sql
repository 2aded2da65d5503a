-- What people and ladders change in a task. Index: idx_wf_tasks.
UPDATE wf.task AS t
SET updated_at = $3,
    due_at = $4,
    sla_at = $5,
    completed_at = $6,
    level = $7,
    task_state = $8,
    priority = $9,
    assignee_role = $10,
    assignee_user_id = $11,
    owner_user_id = $12,
    outcome = $13,
    completed_by = $14,
    notes = $15,
    candidate_roles = $16,
    candidate_users = $17,
    metadata = $18
WHERE t.organization_id = $1 AND t.id = $2
