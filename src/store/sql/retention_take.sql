-- Is it time, and is nobody else at it? At most one row.
SELECT r.next_run_at
FROM wf.retention AS r
WHERE r.organization_id IS NULL AND r.next_run_at <= $1
FOR UPDATE SKIP LOCKED
