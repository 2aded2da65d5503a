-- Has its state been entered again since? Every entry makes an effect of its own. Index: idx_wf_effects_instance.
SELECT EXISTS (
    SELECT
    FROM wf.effect AS e
    WHERE e.organization_id = $1
      AND e.instance_id = $2
      AND e.seq > $3
      AND e.invoke_id = $4
)
