-- Where the steps of an instance led, each way once. What only administers has no event of the chart.
-- Index: idx_wf_steps_instance.
SELECT DISTINCT
    s.from_state, s.to_state,
    CASE WHEN s.kind IN ('start', 'transition', 'timer', 'answer', 'message') THEN s.event END,
    CASE WHEN s.kind = 'timer' THEN s.note END
FROM wf.step AS s
WHERE s.organization_id = $1 AND s.instance_id = $2
