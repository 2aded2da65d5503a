-- Index: idx_wf_schedules.
UPDATE wf.schedule AS s
SET next_run_at = $3, last_run_at = $4, last_instance_id = $5, buffered_for = $6, last_skipped_at = $7,
    last_error_at = $8, last_error = $9
WHERE s.organization_id = $1 AND s.name = $2
