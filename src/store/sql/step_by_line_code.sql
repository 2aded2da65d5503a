-- The step that an idempotency key made. Index: idx_wf_steps_line_code.
SELECT s.seq, s.from_state, s.to_state, s.status
FROM wf.step AS s
WHERE s.organization_id = $1 AND s.line_code = $2
