-- Every measurement: name, labels, value. $1: the organizations, or null for all; $2: wf.now(). Counters and histograms
-- come from the rows that they count (wf.tally) and from what purges took along, so a crash cannot lose or double any.
WITH tally AS MATERIALIZED (
    SELECT t.family, t.label, t.bucket, pg_catalog.sum(t.events)::bigint AS events, pg_catalog.sum(t.amount) AS amount
    FROM (
        SELECT c.family, c.label, c.bucket, pg_catalog.count(*) AS events, pg_catalog.sum(c.amount) AS amount
        FROM wf.tally AS c
        WHERE $1::uuid[] IS NULL OR c.organization_id = ANY ($1)
        GROUP BY c.family, c.label, c.bucket
        UNION ALL
        SELECT p.family, p.label, p.bucket, p.events, p.amount
        FROM wf.purged AS p
        WHERE $1::uuid[] IS NULL OR p.organization_id = ANY ($1)
    ) AS t
    GROUP BY t.family, t.label, t.bucket
),
histogram AS (
    SELECT h.family, h.name FROM (VALUES
        ('timer', 'wf_timer_lateness_seconds'),
        ('effect', 'wf_effect_duration_seconds'),
        ('task', 'wf_task_duration_seconds')
    ) AS h (family, name)
)
SELECT m.name, m.labels, m.value
FROM (
    SELECT 'wf_instances_started_total' AS name, pg_catalog.jsonb_build_object('definition_code', t.label) AS labels,
        pg_catalog.sum(t.events)::double precision AS value, 0 AS place
    FROM tally AS t
    WHERE t.family = 'instance'
    GROUP BY t.label
    UNION ALL
    SELECT 'wf_instances_completed_total', pg_catalog.jsonb_build_object('definition_code', t.label), t.events, 0
    FROM tally AS t
    WHERE t.family = 'instance' AND t.bucket = 1
    UNION ALL
    SELECT 'wf_instances_purged_total', '{}', COALESCE(pg_catalog.sum(p.events), 0), 0
    FROM wf.purged AS p
    WHERE p.family = 'instance' AND ($1::uuid[] IS NULL OR p.organization_id = ANY ($1))
    UNION ALL
    SELECT 'wf_steps_total', '{}', COALESCE(pg_catalog.sum(t.amount), 0), 0
    FROM tally AS t
    WHERE t.family = 'instance'
    UNION ALL
    SELECT 'wf_effects_completed_total', pg_catalog.jsonb_build_object('code', t.label), pg_catalog.sum(t.events), 0
    FROM tally AS t
    WHERE t.family = 'effect'
    GROUP BY t.label
    UNION ALL
    SELECT 'wf_tasks_completed_total', pg_catalog.jsonb_build_object('outcome', t.label), pg_catalog.sum(t.events), 0
    FROM tally AS t
    WHERE t.family = 'task'
    GROUP BY t.label
    UNION ALL
    SELECT h.name || '_bucket', pg_catalog.jsonb_build_object('le', b.le),
        COALESCE((SELECT pg_catalog.sum(t.events) FROM tally AS t WHERE t.family = h.family AND t.bucket >= b.rank), 0), -b.rank
    FROM histogram AS h
    JOIN wf.bound AS b ON b.family = h.family
    UNION ALL
    SELECT h.name || s.suffix, '{}', CASE s.suffix
            WHEN '_sum' THEN COALESCE((SELECT pg_catalog.sum(t.amount) FROM tally AS t WHERE t.family = h.family), 0)
            ELSE COALESCE((SELECT pg_catalog.sum(t.events) FROM tally AS t WHERE t.family = h.family), 0)
        END, 0
    FROM histogram AS h
    CROSS JOIN (VALUES ('_sum'), ('_count')) AS s (suffix)
    UNION ALL
    SELECT 'wf_instances', pg_catalog.jsonb_build_object('definition_code', i.definition_code, 'status', i.status), pg_catalog.count(*), 0
    FROM wf.instance AS i
    WHERE $1::uuid[] IS NULL OR i.organization_id = ANY ($1)
    GROUP BY i.definition_code, i.status
    UNION ALL
    SELECT 'wf_instances_paused', '{}', pg_catalog.count(*), 0
    FROM wf.instance AS i
    WHERE i.status = 'active' AND i.paused_at IS NOT NULL AND ($1::uuid[] IS NULL OR i.organization_id = ANY ($1))
    UNION ALL
    -- Index: idx_wf_instances_sla.
    SELECT 'wf_instances_overdue', '{}', pg_catalog.count(*), 0
    FROM wf.instance AS i
    WHERE i.status = 'active' AND i.sla_at < $2 AND ($1::uuid[] IS NULL OR i.organization_id = ANY ($1))
    UNION ALL
    -- Index: idx_wf_timers_due.
    SELECT t.name, '{}', t.value, 0
    FROM (
        SELECT pg_catalog.count(*) AS pending, pg_catalog.count(*) FILTER (WHERE t.fire_at <= $2) AS due,
            GREATEST(EXTRACT(epoch FROM $2 - pg_catalog.min(t.fire_at)), 0) AS late
        FROM wf.timer AS t
        WHERE t.status = 'PENDING' AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1))
    ) AS n
    CROSS JOIN LATERAL (VALUES
        ('wf_timers_pending', n.pending::double precision),
        ('wf_timers_due', n.due::double precision),
        ('wf_timers_oldest_due_seconds', COALESCE(n.late, 0)::double precision)
    ) AS t (name, value)
    UNION ALL
    SELECT 'wf_effects', pg_catalog.jsonb_build_object('code', e.code, 'status', e.status), pg_catalog.count(*), 0
    FROM wf.effect AS e
    WHERE e.status IN ('PENDING', 'EXECUTING', 'FAILED', 'PERMANENTLY_FAILED') AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1))
    GROUP BY e.code, e.status
    UNION ALL
    -- Index: idx_wf_effects_ready.
    SELECT 'wf_effects_oldest_pending_seconds', '{}',
        COALESCE(GREATEST(EXTRACT(epoch FROM $2 - pg_catalog.min(e.created_at)), 0), 0), 0
    FROM wf.effect AS e
    WHERE e.status = 'PENDING' AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1))
    UNION ALL
    SELECT 'wf_messages_waiting', '{}', pg_catalog.count(*), 0
    FROM wf.message AS m
    WHERE m.next_attempt_at IS NOT NULL AND ($1::uuid[] IS NULL OR m.organization_id = ANY ($1))
    UNION ALL
    -- Index: idx_wf_tasks_state_due.
    SELECT t.name, '{}', t.value, 0
    FROM (
        SELECT pg_catalog.count(*) FILTER (WHERE t.task_state = 'OPEN') AS open,
            pg_catalog.count(*) FILTER (WHERE t.task_state = 'CLAIMED') AS claimed,
            pg_catalog.count(*) FILTER (WHERE t.due_at < $2) AS overdue
        FROM wf.task AS t
        WHERE t.task_state IN ('OPEN', 'CLAIMED') AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1))
    ) AS n
    CROSS JOIN LATERAL (VALUES ('wf_tasks_open', n.open), ('wf_tasks_claimed', n.claimed), ('wf_tasks_overdue', n.overdue)) AS t (name, value)
    UNION ALL
    -- Indexes: idx_wf_messages_incident, idx_wf_effects_incident, idx_wf_timers_failed.
    SELECT 'wf_incidents', pg_catalog.jsonb_build_object('kind', k.kind), k.open, 0
    FROM (
        SELECT w.kind, (SELECT pg_catalog.count(*) FROM wf.message AS m
            WHERE m.incident IS NOT NULL AND m.incident = w.kind AND ($1::uuid[] IS NULL OR m.organization_id = ANY ($1))) AS open
        FROM (VALUES ('LATE'), ('UNEXPECTED'), ('FAILED')) AS w (kind)
        UNION ALL
        SELECT 'EFFECT_FAILED', (SELECT pg_catalog.count(*) FROM wf.effect AS e
            WHERE e.status = 'PERMANENTLY_FAILED' AND e.is_incident AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1)))
        UNION ALL
        SELECT 'TIMER_FAILED', (SELECT pg_catalog.count(*) FROM wf.timer AS t
            WHERE t.status = 'FAILED' AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1)))
    ) AS k
    UNION ALL
    SELECT 'wf_feature_flags_off', '{}', pg_catalog.count(*), 0
    FROM wf.feature_flag AS f
    WHERE f.is_current AND NOT f.enabled AND ($1::uuid[] IS NULL OR f.organization_id = ANY ($1) OR f.is_global)
    UNION ALL
    SELECT 'wf_table_bytes', pg_catalog.jsonb_build_object('table', c.relname),
        pg_catalog.pg_total_relation_size(c.oid)::double precision, 0
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT 'wf_table_dead_rows', pg_catalog.jsonb_build_object('table', s.relname), s.n_dead_tup, 0
    FROM pg_catalog.pg_stat_user_tables AS s
    WHERE s.schemaname = 'wf'
) AS m
ORDER BY m.name, m.place, m.labels
