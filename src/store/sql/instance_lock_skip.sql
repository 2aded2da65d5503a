-- As instance_lock, for whoever starts from due work: somebody else's lock is passed over. Index: idx_wf_instances.
SELECT
    i.definition_id, i.seq, i.status, i.state, i.paused_at, i.sla_at, i.instance_key, i.subject, i.history, i.context
FROM wf.instance AS i
WHERE i.organization_id = $1 AND i.id = $2
FOR NO KEY UPDATE SKIP LOCKED
