-- Running instances that have the key. Index: idx_wf_instances_correlation.
SELECT i.id
FROM wf.instance AS i
WHERE i.organization_id = $1 AND i.correlation_key = $2 AND i.status = 'active'
ORDER BY i.id
