-- Which codes of which organizations have effects that never ran, at most $3, behind a place: the index is not read but
-- skipped through, one probe of idx_wf_effects_ready for each, however many effects wait.
WITH RECURSIVE ready AS (
    (
        SELECT e.code, e.organization_id
        FROM wf.effect AS e
        WHERE e.status = 'PENDING' AND (e.code, e.organization_id) > ($1, $2)
        ORDER BY e.code, e.organization_id
        LIMIT 1
    )
    UNION ALL
    SELECT next.code, next.organization_id
    FROM ready
    CROSS JOIN LATERAL (
        SELECT e.code, e.organization_id
        FROM wf.effect AS e
        WHERE e.status = 'PENDING' AND (e.code, e.organization_id) > (ready.code, ready.organization_id)
        ORDER BY e.code, e.organization_id
        LIMIT 1
    ) AS next
)
SELECT ready.code, ready.organization_id
FROM ready
LIMIT $3
