-- The pauses of an instance, each with its end; NULL for one that lasts. Index: idx_wf_steps_instance.
SELECT p.created_at, ended.created_at
FROM wf.step AS p
LEFT JOIN LATERAL (
    SELECT r.created_at
    FROM wf.step AS r
    WHERE r.organization_id = p.organization_id
      AND r.instance_id = p.instance_id
      AND r.seq > p.seq
      AND r.kind = 'resume'
    ORDER BY r.seq
    LIMIT 1
) AS ended ON true
WHERE p.organization_id = $1 AND p.instance_id = $2 AND p.kind = 'pause'
ORDER BY p.seq
