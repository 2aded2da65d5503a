-- One round over the organizations that have timers: of each the $5 oldest that are due behind the row where it was
-- left ($2 to $4), all first ones before all second ones. A backlog of one organization costs the others nothing: each
-- step from organization to organization is one probe. Index: idx_wf_timers_org_due.
WITH RECURSIVE home (organization_id) AS (
    (
        SELECT t.organization_id
        FROM wf.timer AS t
        WHERE t.status = 'PENDING'
        ORDER BY t.organization_id
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT t.organization_id
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND t.organization_id > home.organization_id
        ORDER BY t.organization_id
        LIMIT 1
    )
    FROM home
    WHERE home.organization_id IS NOT NULL
)
SELECT home.organization_id, due.id, due.instance_id, due.fire_at
FROM home
LEFT JOIN ROWS FROM (
    pg_catalog.unnest($2::uuid[]), pg_catalog.unnest($3::timestamptz[]), pg_catalog.unnest($4::uuid[])
) AS place (organization_id, fire_at, id) ON place.organization_id = home.organization_id
CROSS JOIN LATERAL (
    SELECT t.id, t.instance_id, t.fire_at, pg_catalog.row_number() OVER (ORDER BY t.organization_id, t.fire_at, t.id) AS rank
    FROM wf.timer AS t
    -- Bounds and order by all the index's columns: no other index gives them.
    WHERE t.status = 'PENDING'
      AND (t.organization_id, t.fire_at, t.id) > (
          home.organization_id, COALESCE(place.fire_at, '-infinity'),
          COALESCE(place.id, '00000000-0000-0000-0000-000000000000')
      )
      AND (t.organization_id, t.fire_at) <= (home.organization_id, $1)
      AND (t.retry_at IS NULL OR t.retry_at <= $1)
    ORDER BY t.organization_id, t.fire_at, t.id
    LIMIT $5
) AS due
WHERE home.organization_id IS NOT NULL
ORDER BY due.rank, due.fire_at, due.id
LIMIT 2000
