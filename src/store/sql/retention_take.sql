-- Is it time, and is nobody else at it? Index: idx_wf_retention.
SELECT r.next_run_at
FROM wf.retention AS r
WHERE r.is_only AND r.next_run_at <= $1
FOR UPDATE SKIP LOCKED
