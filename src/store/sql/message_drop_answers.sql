-- Failures of an effect that wait for its instance: another attempt takes their place. Index: idx_wf_messages_instance.
DELETE FROM wf.message AS m
WHERE m.organization_id = $1 AND m.instance_id = $2 AND m.effect_id = $3
