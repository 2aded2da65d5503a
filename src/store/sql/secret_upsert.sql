-- Index: idx_wf_secrets.
INSERT INTO wf.secret (organization_id, name, value, set_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (organization_id, name) DO UPDATE
SET value = EXCLUDED.value, set_at = EXCLUDED.set_at
