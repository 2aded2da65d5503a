-- When the scheduler looks for old instances; no row before the first time. Index: idx_wf_retention.
SELECT r.next_run_at FROM wf.retention AS r WHERE r.is_only
