-- Which codes of which organizations have effects that failed and will be tried again, and when the first of each.
-- Index: idx_wf_effects_retry, one probe for each.
WITH RECURSIVE failed AS (
    (
        SELECT e.code, e.organization_id, e.next_retry_at
        FROM wf.effect AS e
        WHERE e.status = 'FAILED'
        ORDER BY e.code, e.organization_id, e.next_retry_at
        LIMIT 1
    )
    UNION ALL
    SELECT next.code, next.organization_id, next.next_retry_at
    FROM failed
    CROSS JOIN LATERAL (
        SELECT e.code, e.organization_id, e.next_retry_at
        FROM wf.effect AS e
        WHERE e.status = 'FAILED' AND (e.code, e.organization_id) > (failed.code, failed.organization_id)
        ORDER BY e.code, e.organization_id, e.next_retry_at
        LIMIT 1
    ) AS next
)
SELECT failed.code, failed.organization_id, failed.next_retry_at
FROM failed
