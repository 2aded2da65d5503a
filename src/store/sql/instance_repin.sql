-- Pins a locked instance to a version, with another correlation key. Index: idx_wf_instances.
UPDATE wf.instance AS i
SET definition_id = $3, definition_version = $4, correlation_key = $5
WHERE i.organization_id = $1 AND i.id = $2
