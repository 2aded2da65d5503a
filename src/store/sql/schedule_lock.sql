-- Holds a schedule while its moments are worked on, unless somebody else does. Index: idx_wf_schedules.
SELECT s.cron, s.time_zone, s.definition_code, s.input, s.misfire, s.overlap, s.next_run_at, s.last_run_at,
    s.last_instance_id, s.buffered_for, s.last_skipped_at, s.last_error_at, s.last_error
FROM wf.schedule AS s
WHERE s.organization_id = $1 AND s.name = $2
FOR NO KEY UPDATE SKIP LOCKED
