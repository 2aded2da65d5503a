-- The flag that decides for a code in an organization: a stop of everything first, the global one before the
-- organization's; then the organization's own flag for the code, then the global one. Index: idx_wf_feature_flags_current,
-- four probes, of which none reads the table while no flag is set.
SELECT f.enabled, f.is_global, f.definition_code, f.reason, f.set_by, f.set_at
FROM (VALUES
    (1, '00000000-0000-0000-0000-000000000000'::uuid, true, 'ALL'),
    (2, $1, false, 'ALL'),
    (3, $1, false, $2),
    (4, '00000000-0000-0000-0000-000000000000'::uuid, true, $2)
) AS place (rank, organization_id, is_global, definition_code)
CROSS JOIN LATERAL (
    SELECT g.enabled, g.is_global, g.definition_code, g.reason, g.set_by, g.set_at
    FROM wf.feature_flag AS g
    WHERE g.organization_id = place.organization_id
      AND g.is_global = place.is_global
      AND g.definition_code = place.definition_code
      AND g.is_current
    OFFSET 0
) AS f
WHERE place.rank > 2 OR NOT f.enabled
ORDER BY place.rank
LIMIT 1
