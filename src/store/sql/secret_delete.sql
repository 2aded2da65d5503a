-- Index: idx_wf_secrets.
DELETE FROM wf.secret AS s WHERE s.organization_id = $1 AND s.name = $2
