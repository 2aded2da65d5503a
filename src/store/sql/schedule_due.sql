-- Schedules whose moment has come, or whose waiting start may begin, oldest first.
-- Indexes: idx_wf_schedules_due, idx_wf_schedules_buffered, idx_wf_instances.
SELECT work.organization_id, work.name
FROM (
    (
        SELECT s.organization_id, s.name, LEAST(s.next_run_at, s.buffered_for) AS due_at
        FROM wf.schedule AS s
        WHERE s.next_run_at <= $1
          AND ($2::uuid IS NULL OR s.organization_id = $2)
        ORDER BY s.next_run_at
        LIMIT $3
    )
    UNION
    (
        SELECT s.organization_id, s.name, LEAST(s.next_run_at, s.buffered_for)
        FROM wf.schedule AS s
        WHERE s.buffered_for IS NOT NULL
          AND ($2::uuid IS NULL OR s.organization_id = $2)
          AND NOT EXISTS (
              SELECT
              FROM wf.instance AS i
              WHERE i.organization_id = s.organization_id AND i.id = s.last_instance_id AND i.status = 'active'
          )
        ORDER BY s.buffered_for
        LIMIT $3
    )
) AS work
ORDER BY work.due_at, work.name
LIMIT $3
