-- The values that changed: old ones go, new ones come. Index: idx_wf_search.
WITH gone AS (
    DELETE FROM wf.search AS s
    USING ROWS FROM (pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])) AS old (key, value)
    WHERE s.organization_id = $1
      AND s.definition_code = $2
      AND s.instance_id = $3
      AND s.key = old.key
      AND s.value = old.value
)
INSERT INTO wf.search (organization_id, definition_code, key, value, instance_id)
SELECT $1, $2, new.key, new.value, $3
FROM ROWS FROM (pg_catalog.unnest($6::text[]), pg_catalog.unnest($7::text[])) AS new (key, value)
