-- What contradicts itself, one row each; in one statement, so that all of it is read in one snapshot and nothing that
-- commits meanwhile looks like a fault. Reads the tables from end to end.
WITH instance AS MATERIALIZED (
    SELECT i.organization_id, i.id, i.definition_id, i.definition_code, i.definition_version, i.seq, i.status, i.state,
        i.paused_at, i.sla_at, i.parent_id, i.instance_key
    FROM wf.instance AS i
    WHERE $1::uuid[] IS NULL OR i.organization_id = ANY ($1)
),
step AS MATERIALIZED (
    SELECT s.organization_id, s.instance_id, s.seq, s.id, s.status, s.from_state, s.to_state, s.line_code,
        pg_catalog.lag(s.seq, 1, 0::bigint) OVER journal AS seq_before,
        pg_catalog.lag(s.to_state) OVER journal AS state_before
    FROM wf.step AS s
    WHERE $1::uuid[] IS NULL OR s.organization_id = ANY ($1)
    WINDOW journal AS (PARTITION BY s.organization_id, s.instance_id ORDER BY s.seq)
),
timer AS MATERIALIZED (
    SELECT t.organization_id, t.instance_id, t.id, t.name, t.status, t.state
    FROM wf.timer AS t
    WHERE $1::uuid[] IS NULL OR t.organization_id = ANY ($1)
),
task AS MATERIALIZED (
    SELECT t.organization_id, t.instance_id, t.id, t.title, t.task_state, t.state
    FROM wf.task AS t
    WHERE $1::uuid[] IS NULL OR t.organization_id = ANY ($1)
),
effect AS MATERIALIZED (
    SELECT e.organization_id, e.instance_id, e.id, e.step_id, e.seq, e.code, e.status, e.state
    FROM wf.effect AS e
    WHERE $1::uuid[] IS NULL OR e.organization_id = ANY ($1)
),
-- What belongs to a state, and whether its instance is there.
held AS (
    SELECT i.status, i.state, w.what, w.state AS owner_state, w.organization_id, w.instance_id, w.kind
    FROM (
        SELECT t.organization_id, t.instance_id, t.state, 'timer' AS kind,
            pg_catalog.format('timer %s (%s) is %s', t.id, t.name, t.status) AS what
        FROM timer AS t
        WHERE t.status IN ('PENDING', 'SUSPENDED')
        UNION ALL
        SELECT t.organization_id, t.instance_id, t.state, 'task',
            pg_catalog.format('task %s (%s) is %s', t.id, t.title, t.task_state)
        FROM task AS t
        WHERE t.task_state IN ('OPEN', 'CLAIMED')
        -- An effect that a worker holds may outlive its state: it is judged when it answers.
        UNION ALL
        SELECT e.organization_id, e.instance_id, e.state, 'effect',
            pg_catalog.format('effect %s (%s) is %s', e.id, e.code, e.status)
        FROM effect AS e
        WHERE e.status IN ('PENDING', 'FAILED') AND e.state IS NOT NULL
        UNION ALL
        SELECT s.organization_id, s.instance_id, s.state, 'clock',
            pg_catalog.format('the service level of %s runs', COALESCE(s.state, 'the instance'))
        FROM wf.sla AS s
        WHERE s.ended_at IS NULL AND ($1::uuid[] IS NULL OR s.organization_id = ANY ($1))
    ) AS w
    JOIN instance AS i ON i.organization_id = w.organization_id AND i.id = w.instance_id
)
SELECT 'step_gap', s.instance_id,
    CASE s.seq_before
        WHEN 0 THEN pg_catalog.format('its first step is %s', s.seq)
        ELSE pg_catalog.format('step %s follows step %s', s.seq, s.seq_before)
    END
FROM step AS s
WHERE s.seq <> s.seq_before + 1
UNION ALL
SELECT 'step_chain', s.instance_id,
    pg_catalog.format('step %s goes from %s, the step before it led to %s', s.seq, s.from_state, s.state_before)
FROM step AS s
WHERE s.seq > 1 AND s.from_state IS DISTINCT FROM s.state_before AND s.seq = s.seq_before + 1
UNION ALL
SELECT 'last_step', i.id,
    CASE
        WHEN s.seq IS NULL THEN pg_catalog.format('its seq is %s, and it has no such step', i.seq)
        ELSE pg_catalog.format('it is %s in %s, its last step (%s) left it %s in %s', i.status, i.state, i.seq, s.status, s.to_state)
    END
FROM instance AS i
LEFT JOIN step AS s ON s.organization_id = i.organization_id AND s.instance_id = i.id AND s.seq = i.seq
WHERE s.seq IS NULL OR s.to_state <> i.state OR s.status <> i.status
UNION ALL
SELECT 'last_step', s.instance_id, pg_catalog.format('it has step %s, and its seq is %s', s.seq, i.seq)
FROM step AS s
JOIN instance AS i ON i.organization_id = s.organization_id AND i.id = s.instance_id
WHERE s.seq > i.seq
UNION ALL
SELECT 'definition', i.id,
    pg_catalog.format('its definition %s (%s version %s) is not stored', i.definition_id, i.definition_code, i.definition_version)
FROM instance AS i
WHERE NOT EXISTS (
    SELECT
    FROM wf.definition AS d
    WHERE d.organization_id IN (i.organization_id, '00000000-0000-0000-0000-000000000000'::uuid)
      AND d.id = i.definition_id
      AND d.code = i.definition_code
      AND d.version = i.definition_version
)
UNION ALL
SELECT 'definition', NULL, pg_catalog.format('%s has %s current versions', d.code, pg_catalog.count(*) FILTER (WHERE d.is_current))
FROM wf.definition AS d
WHERE $1::uuid[] IS NULL OR d.organization_id = ANY ($1)
GROUP BY d.organization_id, d.code
HAVING pg_catalog.count(*) FILTER (WHERE d.is_current) <> 1
UNION ALL
SELECT h.kind || '_of_ended', h.instance_id, pg_catalog.format('%s, and the instance is %s', h.what, h.status)
FROM held AS h
WHERE h.status <> 'active'
UNION ALL
SELECT h.kind || '_of_left_state', h.instance_id,
    pg_catalog.format('%s, belongs to %s, and the instance is in %s', h.what, h.owner_state, h.state)
FROM held AS h
WHERE h.status = 'active'
  AND h.owner_state <> ''
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.string_to_table(h.state, ' ') AS place (path)
      WHERE place.path = h.owner_state OR pg_catalog.starts_with(place.path, h.owner_state || '.')
  )
UNION ALL
SELECT 'pause', t.instance_id,
    pg_catalog.format('timer %s (%s) is %s, and the instance is %s', t.id, t.name, t.status,
        CASE WHEN i.paused_at IS NULL THEN 'not paused' ELSE 'paused' END)
FROM timer AS t
JOIN instance AS i ON i.organization_id = t.organization_id AND i.id = t.instance_id AND i.status = 'active'
WHERE (t.status = 'PENDING' AND i.paused_at IS NOT NULL) OR (t.status = 'SUSPENDED' AND i.paused_at IS NULL)
UNION ALL
SELECT 'pause', i.id, pg_catalog.format('it is paused, and its deadline %s runs', i.sla_at)
FROM instance AS i
WHERE i.status = 'active' AND i.paused_at IS NOT NULL AND i.sla_at IS NOT NULL
UNION ALL
SELECT 'pause', i.id, pg_catalog.format('it is paused, and a service level comes next at %s', s.next_at)
FROM instance AS i
JOIN wf.sla AS s ON s.organization_id = i.organization_id AND s.instance_id = i.id
WHERE i.status = 'active' AND i.paused_at IS NOT NULL AND s.next_at IS NOT NULL
UNION ALL
SELECT 'child', i.id, pg_catalog.format('it is active, and its parent %s is %s', i.parent_id, COALESCE(p.status, 'not there'))
FROM instance AS i
LEFT JOIN instance AS p ON p.organization_id = i.organization_id AND p.id = i.parent_id
WHERE i.parent_id IS NOT NULL AND i.status = 'active' AND p.status IS DISTINCT FROM 'active'
UNION ALL
SELECT 'child', e.instance_id, pg_catalog.format('effect %s waits for a child that is not there', e.id)
FROM effect AS e
-- Index: idx_wf_instances_parent.
WHERE e.code = 'wf.workflow'
  AND e.status = 'EXECUTING'
  AND NOT EXISTS (
      SELECT
      FROM wf.instance AS c
      WHERE c.organization_id = e.organization_id
        AND c.parent_id = e.instance_id
        AND c.parent_effect_id = e.id
        AND c.status = 'active'
  )
UNION ALL
SELECT 'orphan', w.instance_id, pg_catalog.format('%s rows of %s belong to no instance', pg_catalog.count(*), w.place)
FROM (
    SELECT 'wf.step' AS place, s.organization_id, s.instance_id FROM step AS s
    UNION ALL
    SELECT 'wf.timer', t.organization_id, t.instance_id FROM timer AS t
    UNION ALL
    SELECT 'wf.task', t.organization_id, t.instance_id FROM task AS t
    UNION ALL
    SELECT 'wf.effect', e.organization_id, e.instance_id FROM effect AS e
    UNION ALL
    SELECT 'wf.search', s.organization_id, s.instance_id FROM wf.search AS s
    WHERE $1::uuid[] IS NULL OR s.organization_id = ANY ($1)
    UNION ALL
    SELECT 'wf.message', m.organization_id, m.instance_id FROM wf.message AS m
    WHERE m.instance_id IS NOT NULL AND ($1::uuid[] IS NULL OR m.organization_id = ANY ($1))
    UNION ALL
    SELECT 'wf.sla', s.organization_id, s.instance_id FROM wf.sla AS s
    WHERE $1::uuid[] IS NULL OR s.organization_id = ANY ($1)
    UNION ALL
    SELECT 'wf.legal_hold', h.organization_id, h.instance_id FROM wf.legal_hold AS h
    WHERE $1::uuid[] IS NULL OR h.organization_id = ANY ($1)
) AS w
LEFT JOIN instance AS i ON i.organization_id = w.organization_id AND i.id = w.instance_id
WHERE i.id IS NULL
GROUP BY w.place, w.organization_id, w.instance_id
UNION ALL
SELECT 'orphan', e.instance_id, pg_catalog.format('effect %s (%s) belongs to step %s, which is not there', e.id, e.code, e.seq)
FROM effect AS e
JOIN instance AS i ON i.organization_id = e.organization_id AND i.id = e.instance_id
LEFT JOIN step AS s ON s.organization_id = e.organization_id AND s.instance_id = e.instance_id AND s.seq = e.seq
WHERE s.id IS DISTINCT FROM e.step_id
UNION ALL
SELECT 'orphan', NULL, pg_catalog.format('organization %s holds instances and is not registered', i.organization_id)
FROM instance AS i
WHERE NOT EXISTS (SELECT FROM wf.organization AS o WHERE o.organization_id = i.organization_id)
GROUP BY i.organization_id
UNION ALL
SELECT 'search', s.instance_id, pg_catalog.format('it is %s, and its search value %s is kept', i.status, s.key)
FROM wf.search AS s
JOIN instance AS i ON i.organization_id = s.organization_id AND i.id = s.instance_id
WHERE i.status <> 'active'
UNION ALL
SELECT 'idempotency_key', NULL, pg_catalog.format('%s steps have the key %s', pg_catalog.count(*), s.line_code)
FROM step AS s
WHERE s.line_code IS NOT NULL
GROUP BY s.organization_id, s.line_code
HAVING pg_catalog.count(*) > 1
UNION ALL
SELECT 'idempotency_key', s.instance_id, pg_catalog.format('step %s has the key %s of another instance', s.seq, s.line_code)
FROM step AS s
WHERE NOT pg_catalog.starts_with(s.line_code, s.instance_id::text || ':')
UNION ALL
SELECT 'idempotency_key', NULL,
    pg_catalog.format('%s instances of %s have the key %s', pg_catalog.count(*), i.definition_code, i.instance_key)
FROM instance AS i
WHERE i.instance_key IS NOT NULL
GROUP BY i.organization_id, i.definition_code, i.instance_key
HAVING pg_catalog.count(*) > 1
UNION ALL
SELECT 'index', NULL, pg_catalog.format('%s is not valid: REINDEX INDEX CONCURRENTLY %s', x.indexrelid::regclass, x.indexrelid::regclass)
FROM pg_catalog.pg_index AS x
JOIN pg_catalog.pg_class AS c ON c.oid = x.indrelid
WHERE c.relnamespace = 'wf'::regnamespace AND NOT (x.indisvalid AND x.indisready)
