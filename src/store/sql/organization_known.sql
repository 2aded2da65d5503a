-- Is the organization known, and is there any besides organization zero? Index: idx_wf_organizations.
SELECT
    EXISTS (SELECT FROM wf.organization AS o WHERE o.organization_id = $1),
    EXISTS (
        SELECT FROM wf.organization AS o
        WHERE o.organization_id > '00000000-0000-0000-0000-000000000000'::uuid
    )
