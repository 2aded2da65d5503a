-- Which codes of one organization have effects that never ran. Index: idx_wf_effects_ready, two probes for each code.
WITH RECURSIVE known AS (
    (
        SELECT e.code
        FROM wf.effect AS e
        WHERE e.status = 'PENDING'
        ORDER BY e.code
        LIMIT 1
    )
    UNION ALL
    SELECT next.code
    FROM known
    CROSS JOIN LATERAL (
        SELECT e.code
        FROM wf.effect AS e
        WHERE e.status = 'PENDING' AND e.code > known.code
        ORDER BY e.code
        LIMIT 1
    ) AS next
)
SELECT known.code
FROM known
WHERE EXISTS (
    SELECT
    FROM wf.effect AS e
    WHERE e.status = 'PENDING' AND e.code = known.code AND e.organization_id = $1
)
