-- What the counters lose with these instances is kept for them. Indexes: idx_wf_instances, idx_wf_timers,
-- idx_wf_effects_instance, idx_wf_tasks_instance. Sorted, so that two purges cannot wait for each other in a circle.
INSERT INTO wf.purged AS p (organization_id, family, label, bucket, events, amount)
SELECT t.organization_id, t.family, t.label, t.bucket, pg_catalog.count(*), pg_catalog.sum(t.amount)
FROM wf.tally AS t
WHERE t.organization_id = $1 AND t.instance_id = ANY ($2)
GROUP BY t.organization_id, t.family, t.label, t.bucket
ORDER BY t.organization_id, t.family, t.label, t.bucket
ON CONFLICT ON CONSTRAINT idx_wf_purged
DO UPDATE SET events = p.events + excluded.events, amount = p.amount + excluded.amount
