-- The first moment that comes, or one in the past for a start that waited and may begin.
-- Indexes: idx_wf_schedules_due, idx_wf_schedules_buffered, idx_wf_instances.
SELECT LEAST(
    (
        SELECT s.next_run_at
        FROM wf.schedule AS s
        WHERE s.next_run_at IS NOT NULL
          AND ($1::uuid IS NULL OR s.organization_id = $1)
        ORDER BY s.next_run_at
        LIMIT 1
    ),
    (
        SELECT s.buffered_for
        FROM wf.schedule AS s
        WHERE s.buffered_for IS NOT NULL
          AND ($1::uuid IS NULL OR s.organization_id = $1)
          AND NOT EXISTS (
              SELECT
              FROM wf.instance AS i
              WHERE i.organization_id = s.organization_id AND i.id = s.last_instance_id AND i.status = 'active'
          )
        ORDER BY s.buffered_for
        LIMIT 1
    )
)
