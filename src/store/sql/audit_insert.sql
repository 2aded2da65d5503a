INSERT INTO wf.audit (
    id, organization_id, created_at, action, object, actor_user_id, database_role, reason, before, after
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
