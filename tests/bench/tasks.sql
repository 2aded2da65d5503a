-- 100,000 tasks of one organization: half of them open, a fifth claimed, the others done or cancelled; 50 roles, 2,000 users, 40 groups of
-- candidates and one group that everybody is in. The same rows each time.
SET timezone = 'UTC';
SELECT FROM wf_define('{"id": "bench", "initial": "a", "states": {"a": {}}}');
SELECT FROM wf_start('bench', instance_key => 'bench');
SELECT FROM setseed(0.5);
INSERT INTO wf.task (
    organization_id, id, instance_id, created_at, updated_at, due_at, level, is_relative, task_state, title, priority, assignee_role,
    assignee_user_id, candidate_roles, candidate_users, outcome
)
SELECT
    '00000000-0000-0000-0000-000000000000', gen_random_uuid(), gen_random_uuid(), now() - n * interval '1 minute',
    now() - n * interval '30 seconds', CASE WHEN r[1] > 0.2 THEN now() + (r[2] * 1000 - 200) * interval '1 hour' END, 0, true,
    CASE WHEN r[3] < 0.5 THEN 'OPEN' WHEN r[3] < 0.7 THEN 'CLAIMED' WHEN r[3] < 0.95 THEN 'COMPLETED' ELSE 'CANCELLED' END,
    'Task ' || n, (ARRAY['low', 'normal', 'high', 'urgent'])[1 + floor(4 * r[4])],
    CASE WHEN r[5] < 0.7 THEN 'role' || floor(50 * r[6]) END,
    CASE WHEN r[3] BETWEEN 0.5 AND 0.95 THEN 'user' || floor(2000 * r[7]) END,
    CASE WHEN r[5] BETWEEN 0.7 AND 0.9 THEN ARRAY['group' || floor(40 * r[6]), 'everybody'] END,
    CASE WHEN r[5] > 0.9 THEN ARRAY['user' || floor(2000 * r[8]), 'user' || floor(2000 * r[9])] END,
    CASE WHEN r[3] BETWEEN 0.7 AND 0.95 THEN 'approve' END
FROM generate_series(1, 100000) AS n
-- Of each row's own: n is in it so that it is not worked out once for all.
CROSS JOIN LATERAL (SELECT array_agg(random() + 0 * n * part ORDER BY part) AS r FROM generate_series(1, 9) AS part) AS randomly;
VACUUM (ANALYZE) wf.task;
