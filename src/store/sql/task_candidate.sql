-- Open tasks with this user or one of these roles among their candidates; of more than 500 it is enough to know that there are.
-- Indexes: idx_wf_tasks_candidate_users, idx_wf_tasks_candidate_roles.
SELECT t.id
FROM wf.task AS t
WHERE t.task_state = 'OPEN'
  AND t.assignee_user_id IS NULL
  AND ($1::uuid IS NULL OR t.organization_id = $1)
  AND (t.candidate_users @> ARRAY[$2] OR t.candidate_roles && $3)
LIMIT 501
