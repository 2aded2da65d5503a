INSERT INTO wf.task (
    organization_id, id, instance_id, created_at, updated_at, due_at, sla_at, completed_at, level, is_relative, task_state,
    title, body, priority, assignee_role, assignee_user_id, owner_user_id, outcome, completed_by, notes, state, invoke_id, calendar,
    candidate_roles, candidate_users, outcomes, not_by, escalations, metadata
)
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29
)
