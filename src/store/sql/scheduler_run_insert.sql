INSERT INTO wf.scheduler_run (
    id, organization_id, started_at, duration_ms, driver, timers_fired, timers_failed, effects_run, leases_expired,
    messages_delivered, schedules_run, instances_escalated, tasks_escalated, instances_purged
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
