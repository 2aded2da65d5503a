INSERT INTO wf.message (
    organization_id, id, created_at, next_attempt_at, attempts, instance_id, effect_id, event, line_code,
    actor_user_id, roles, incident, last_error, payload
)
VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13)
