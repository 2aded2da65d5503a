-- The next moment at which the scheduler has something to do: a timer, a message, a child to be started, a lease that
-- ends. Indexes: idx_wf_messages_due, idx_wf_effects_workflow, idx_wf_effects_retry, idx_wf_effects_lease.
SELECT LEAST(
    (
        SELECT m.next_attempt_at
        FROM wf.message AS m
        WHERE m.next_attempt_at IS NOT NULL AND ($1::uuid IS NULL OR m.organization_id = $1)
        ORDER BY m.next_attempt_at
        LIMIT 1
    ),
    (
        SELECT e.created_at
        FROM wf.effect AS e
        JOIN wf.instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
        WHERE e.status = 'PENDING'
          AND e.code = 'wf.workflow'
          AND ($1::uuid IS NULL OR e.organization_id = $1)
          AND i.paused_at IS NULL
        ORDER BY e.created_at
        LIMIT 1
    ),
    (
        SELECT e.next_retry_at
        FROM wf.effect AS e
        WHERE e.status = 'FAILED' AND e.code = 'wf.workflow' AND e.next_retry_at < 'infinity' AND ($1::uuid IS NULL OR e.organization_id = $1)
        ORDER BY e.next_retry_at
        LIMIT 1
    ),
    (
        SELECT e.lease_until
        FROM wf.effect AS e
        WHERE e.status = 'EXECUTING' AND e.lease_until IS NOT NULL AND ($1::uuid IS NULL OR e.organization_id = $1)
        ORDER BY e.lease_until
        LIMIT 1
    )
)
