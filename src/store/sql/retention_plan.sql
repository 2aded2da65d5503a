-- Index: idx_wf_retention.
UPDATE wf.retention AS r SET next_run_at = $1 WHERE r.is_only
