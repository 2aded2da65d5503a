-- The same expression in the same zone keeps its place: a release that stores its schedules at every start loses no
-- moment. Another expression begins now. Index: idx_wf_schedules.
INSERT INTO wf.schedule AS s (
    organization_id, name, cron, time_zone, definition_code, input, misfire, overlap, next_run_at, created_at, created_by
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (organization_id, name) DO UPDATE
SET cron = EXCLUDED.cron,
    time_zone = EXCLUDED.time_zone,
    definition_code = EXCLUDED.definition_code,
    input = EXCLUDED.input,
    misfire = EXCLUDED.misfire,
    overlap = EXCLUDED.overlap,
    next_run_at = CASE WHEN s.cron = EXCLUDED.cron AND s.time_zone = EXCLUDED.time_zone
        THEN COALESCE(s.next_run_at, EXCLUDED.next_run_at) ELSE EXCLUDED.next_run_at END,
    buffered_for = CASE WHEN s.cron = EXCLUDED.cron AND s.time_zone = EXCLUDED.time_zone
        AND EXCLUDED.overlap = 'buffer' THEN s.buffered_for END,
    created_by = EXCLUDED.created_by
RETURNING s.next_run_at, s.xmax = 0
