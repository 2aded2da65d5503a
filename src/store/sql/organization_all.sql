-- Index: idx_wf_organizations.
SELECT o.organization_id FROM wf.organization AS o ORDER BY o.organization_id
