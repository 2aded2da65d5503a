-- They wait again, each at its old place; what was to be tried again is tried now. Index: idx_wf_effects_instance.
UPDATE wf.effect AS e
SET next_retry_at = CASE e.status WHEN 'FAILED' THEN $3 END
WHERE e.organization_id = $1
  AND e.instance_id = $2
  AND e.status IN ('PENDING', 'FAILED')
  AND e.next_retry_at = 'infinity'
