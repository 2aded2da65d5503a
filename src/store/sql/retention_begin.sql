-- The first look. Index: idx_wf_retention.
INSERT INTO wf.retention (organization_id, next_run_at) VALUES (NULL, $1) ON CONFLICT DO NOTHING
