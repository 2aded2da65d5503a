-- Is the instance running, with this state (or one inside it) active? The root, '', always is. Index: idx_wf_instances.
SELECT EXISTS (
    SELECT
    FROM wf.instance AS i
    CROSS JOIN pg_catalog.string_to_table(i.state, ' ') AS place (path)
    WHERE i.organization_id = $1
      AND i.id = $2
      AND i.status = 'active'
      AND ($3 = '' OR place.path = $3 OR pg_catalog.starts_with(place.path, $3 || '.'))
)
