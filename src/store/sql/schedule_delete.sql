-- Index: idx_wf_schedules.
DELETE FROM wf.schedule AS s
WHERE s.organization_id = $1 AND s.name = $2
