-- When the scheduler looks for old instances; no row before the first time. At most one row.
SELECT r.next_run_at FROM wf.retention AS r WHERE r.organization_id IS NULL
