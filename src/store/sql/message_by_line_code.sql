-- Does an event with this key wait for the instance already? Index: idx_wf_messages_instance.
SELECT EXISTS (
    SELECT
    FROM wf.message AS m
    WHERE m.organization_id = $1 AND m.instance_id = $2 AND m.line_code = $3
)
