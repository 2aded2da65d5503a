-- The first look. Index: idx_wf_retention.
INSERT INTO wf.retention (is_only, next_run_at) VALUES (true, $1) ON CONFLICT DO NOTHING
