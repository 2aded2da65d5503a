-- The clocks of an instance that run, in the order in which they began. Index: idx_wf_slas.
SELECT s.id, s.state, s.calendar, s.started_at, s.target_at, s.warn_at, s.warned_at, s.breached_at, s.next_at, s.rungs,
    s.paused_micros, s.override_hours
FROM wf.sla AS s
WHERE s.organization_id = $1 AND s.instance_id = $2 AND s.ended_at IS NULL
ORDER BY s.id
