-- Index: idx_wf_secrets.
SELECT s.value FROM wf.secret AS s WHERE s.organization_id = $1 AND s.name = $2
