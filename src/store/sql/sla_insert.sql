INSERT INTO wf.sla (
    organization_id, instance_id, id, started_at, target_at, warn_at, warned_at, breached_at, next_at, paused_micros,
    override_hours, rungs, state, calendar
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
