INSERT INTO wf.feature_flag (
    organization_id, id, definition_code, is_global, is_current, enabled, reason, set_by, database_role, set_at
)
VALUES ($1, $2, $3, $4, true, $5, $6, $7, $8, $9)
