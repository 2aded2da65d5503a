-- What an operator's change needs besides the locked row: when the instance began and,
-- where it has ended, the step that ended it. Indexes: idx_wf_instances, idx_wf_steps_instance.
SELECT i.created_at, ended.kind, ended.from_state
FROM wf.instance AS i
LEFT JOIN LATERAL (
    SELECT s.kind, s.from_state
    FROM wf.step AS s
    WHERE s.organization_id = i.organization_id
      AND s.instance_id = i.id
      AND s.from_state IS DISTINCT FROM s.to_state
      AND i.status <> 'active'
    ORDER BY s.seq DESC
    LIMIT 1
) AS ended ON true
WHERE i.organization_id = $1 AND i.id = $2
