INSERT INTO wf.guard (organization_id, code, function, owner_role, search_path, created_at)
VALUES ($1, $2, $3, $4::oid::regrole, $5, $6)
ON CONFLICT (organization_id, code) DO UPDATE
SET function = EXCLUDED.function, owner_role = EXCLUDED.owner_role, search_path = EXCLUDED.search_path,
    created_at = EXCLUDED.created_at
