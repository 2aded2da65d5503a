INSERT INTO wf.organization (organization_id, created_at)
VALUES ($1, $2)
ON CONFLICT (organization_id) DO NOTHING
