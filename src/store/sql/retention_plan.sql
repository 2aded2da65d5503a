-- At most one row.
UPDATE wf.retention AS r SET next_run_at = $1 WHERE r.organization_id IS NULL
