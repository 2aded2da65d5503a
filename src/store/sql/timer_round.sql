-- One round over the organizations: of each the $5 timers that are due behind the row where it was left ($2 to $4), all
-- first ones before all second ones. A backlog of one organization costs the others nothing.
-- Index: idx_wf_timers_org_due, one probe for each organization.
SELECT home.organization_id, due.id, due.instance_id, due.fire_at
FROM wf.organization AS home
LEFT JOIN ROWS FROM (
    pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::timestamptz[]), pg_catalog.unnest($4::uuid[])
) AS place (organization_id, at, id) ON place.organization_id = home.organization_id
CROSS JOIN LATERAL (
    SELECT t.id, t.instance_id, t.fire_at, pg_catalog.row_number() OVER (ORDER BY t.organization_id, t.fire_at, t.id) AS rank
    FROM wf.timer AS t
    -- Bounds and order by all the index's columns: no other index gives them.
    WHERE t.status = 'PENDING'
      AND (t.organization_id, t.fire_at, t.id) > (
          home.organization_id, COALESCE(place.at, '-infinity'), COALESCE(place.id, '00000000-0000-0000-0000-000000000000')
      )
      AND (t.organization_id, t.fire_at) <= (home.organization_id, $1)
      AND (t.retry_at IS NULL OR t.retry_at <= $1)
    ORDER BY t.organization_id, t.fire_at, t.id
    LIMIT $5
) AS due
ORDER BY due.rank, due.fire_at, due.id
LIMIT 2000
