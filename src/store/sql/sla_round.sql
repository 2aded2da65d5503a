-- One round over the organizations: of each the $5 clocks that are due behind the row where it was left ($2 to $4), all
-- first ones before all second ones. A backlog of one organization costs the others nothing.
-- Index: idx_wf_slas_org_due, one probe for each organization.
SELECT home.organization_id, due.id, due.instance_id, due.next_at
FROM wf.organization AS home
LEFT JOIN ROWS FROM (
    pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::timestamptz[]), pg_catalog.unnest($4::uuid[])
) AS place (organization_id, at, id) ON place.organization_id = home.organization_id
CROSS JOIN LATERAL (
    SELECT s.id, s.instance_id, s.next_at, pg_catalog.row_number() OVER (ORDER BY s.organization_id, s.next_at, s.id) AS rank
    FROM wf.sla AS s
    -- Bounds and order by all the index's columns: no other index gives them.
    WHERE s.next_at IS NOT NULL
      AND (s.organization_id, s.next_at, s.id) > (
          home.organization_id, COALESCE(place.at, '-infinity'), COALESCE(place.id, '00000000-0000-0000-0000-000000000000')
      )
      AND (s.organization_id, s.next_at) <= (home.organization_id, $1)
    ORDER BY s.organization_id, s.next_at, s.id
    LIMIT $5
) AS due
ORDER BY due.rank, due.next_at, due.id
LIMIT 2000
