-- How the engine is, one row per component. $1: the organizations, or null for all; $2: wf.now(); $3: does the server
-- preload the library; $4: workers of this database that are alive; $5: do workers serve it (pg_workflow.enabled);
-- $6: seconds that finished instances are kept, null for ever; $7: the library's version.
-- Due work is counted up to 10,000: enough to know that it is a backlog.
WITH due_timer AS MATERIALIZED (
    -- Index: idx_wf_timers_due.
    SELECT t.fire_at AS due_at
    FROM wf.timer AS t
    WHERE t.status = 'PENDING' AND t.fire_at <= $2 AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1))
    ORDER BY t.fire_at
    LIMIT 10000
),
due_effect AS MATERIALIZED (
    -- Index: idx_wf_effects_ready.
    (SELECT e.created_at AS due_at
    FROM wf.effect AS e
    WHERE e.status = 'PENDING' AND e.next_retry_at IS DISTINCT FROM 'infinity' AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1))
    ORDER BY e.created_at
    LIMIT 10000)
    UNION ALL
    -- Index: idx_wf_effects_retry.
    (SELECT e.next_retry_at
    FROM wf.effect AS e
    WHERE e.status = 'FAILED' AND e.next_retry_at <= $2 AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1))
    ORDER BY e.next_retry_at
    LIMIT 10000)
),
due_message AS MATERIALIZED (
    -- Index: idx_wf_messages_due.
    SELECT m.next_attempt_at AS due_at
    FROM wf.message AS m
    WHERE m.next_attempt_at <= $2 AND ($1::uuid[] IS NULL OR m.organization_id = ANY ($1))
    ORDER BY m.next_attempt_at
    LIMIT 10000
),
backlog AS MATERIALIZED (
    SELECT b.component, b.what, b.waiting, b.late, b.warn, b.alarm
    FROM (
        SELECT 'timers' AS component, 'timers' AS what, pg_catalog.count(*) AS waiting,
            EXTRACT(epoch FROM $2 - pg_catalog.min(d.due_at)) AS late, 60 AS warn, 600 AS alarm
        FROM due_timer AS d
        UNION ALL
        SELECT 'effects', 'effects', pg_catalog.count(*), EXTRACT(epoch FROM $2 - pg_catalog.min(d.due_at)), 300, 3600
        FROM due_effect AS d
        UNION ALL
        SELECT 'messages', 'messages', pg_catalog.count(*), EXTRACT(epoch FROM $2 - pg_catalog.min(d.due_at)), 60, 600
        FROM due_message AS d
    ) AS b
),
run AS MATERIALIZED (
    SELECT pg_catalog.max(r.started_at) AS last FROM wf.scheduler_run AS r
),
-- What cannot be undone or vacuumed waits for the oldest of these. The clock is the server's, not wf.now().
transaction AS MATERIALIZED (
    SELECT pg_catalog.max(x.seconds) AS seconds, (pg_catalog.array_agg(x.who ORDER BY x.seconds DESC))[1] AS who
    FROM (
        SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) AS seconds,
            pg_catalog.format('process %s of %s', a.pid, a.usename) AS who
        FROM pg_catalog.pg_stat_activity AS a
        WHERE a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
        UNION ALL
        SELECT EXTRACT(epoch FROM pg_catalog.clock_timestamp() - p.prepared),
            pg_catalog.format('prepared transaction %L', p.gid)
        FROM pg_catalog.pg_prepared_xacts AS p
        WHERE p.database = pg_catalog.current_database()
    ) AS x
),
bloated AS MATERIALIZED (
    SELECT s.relname, s.n_dead_tup, s.n_live_tup
    FROM pg_catalog.pg_stat_user_tables AS s
    WHERE s.schemaname = 'wf' AND s.n_dead_tup > 10000 AND s.n_dead_tup > s.n_live_tup
),
size AS MATERIALIZED (
    SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)) AS bytes,
        pg_catalog.max(c.reltuples) FILTER (WHERE c.relname = 'instance') AS instances,
        pg_catalog.max(c.reltuples) FILTER (WHERE c.relname = 'step') AS steps
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r'
),
owner AS MATERIALIZED (
    SELECT o.what
    FROM (
        SELECT d.organization_id, pg_catalog.format('definition %s version %s', d.code, d.version) AS what, d.owner_role
        FROM wf.definition AS d
        UNION ALL
        SELECT g.organization_id, pg_catalog.format('guard %s', g.code), g.owner_role FROM wf.guard AS g
        UNION ALL
        SELECT h.organization_id, pg_catalog.format('handler %s', h.code), h.run_as FROM wf.handler AS h
    ) AS o
    WHERE ($1::uuid[] IS NULL OR o.organization_id = ANY ($1))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.oid = o.owner_role::oid)
),
stop AS MATERIALIZED (
    SELECT pg_catalog.count(*) AS flags,
        pg_catalog.count(*) FILTER (WHERE f.definition_code = 'ALL') AS stops,
        pg_catalog.string_agg(f.definition_code, ', ' ORDER BY f.definition_code) AS codes
    FROM wf.feature_flag AS f
    WHERE f.is_current AND NOT f.enabled AND ($1::uuid[] IS NULL OR f.organization_id = ANY ($1) OR f.is_global)
),
schedule AS MATERIALIZED (
    SELECT pg_catalog.count(*) AS failing, pg_catalog.string_agg(s.name, ', ' ORDER BY s.name) AS names
    FROM wf.schedule AS s
    WHERE ($1::uuid[] IS NULL OR s.organization_id = ANY ($1))
      AND s.last_error_at IS NOT NULL
      AND (s.last_run_at IS NULL OR s.last_error_at > s.last_run_at)
)
SELECT h.component, h.status, h.detail
FROM (
    SELECT 1 AS place, 'scheduler' AS component,
        CASE
            WHEN $4 > 0 THEN 'ok'
            WHEN $3 AND $5 THEN 'critical'
            WHEN EXISTS (SELECT FROM backlog AS b WHERE b.late >= b.warn AND b.component <> 'effects') THEN 'critical'
            ELSE 'ok'
        END AS status,
        CASE
            WHEN $4 > 0 THEN pg_catalog.format('%s background workers are alive', $4)
            WHEN $3 AND $5 THEN 'no background worker is alive: see the server''s log, and max_worker_processes'
            ELSE pg_catalog.format(
                'no background worker (%s): wf_scheduler_tick drives it, which %s',
                CASE WHEN $3 THEN 'pg_workflow.enabled is off' ELSE 'the library is not preloaded' END,
                COALESCE(
                    'last did something at ' || pg_catalog.to_char(run.last AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'has done nothing so far'))
        END AS detail
    FROM run
    UNION ALL
    SELECT 2, b.component,
        CASE WHEN b.late >= b.alarm THEN 'critical' WHEN b.late >= b.warn THEN 'warning' ELSE 'ok' END,
        CASE
            WHEN b.waiting = 0 THEN pg_catalog.format('no %s are due', b.what)
            ELSE pg_catalog.format('%s%s %s are due, the oldest for %s s', CASE WHEN b.waiting >= 10000 THEN 'at least ' END,
                b.waiting, b.what, pg_catalog.round(b.late))
        END
    FROM backlog AS b
    UNION ALL
    -- Indexes: idx_wf_messages_incident, idx_wf_effects_incident, idx_wf_timers_failed.
    SELECT 3, 'incidents', CASE WHEN n.incidents > 0 THEN 'warning' ELSE 'ok' END,
        pg_catalog.format('%s incidents are open%s', n.incidents, CASE WHEN n.incidents > 0 THEN ': see wf_incidents_view' END)
    FROM (
        SELECT
            (SELECT pg_catalog.count(*) FROM wf.message AS m
                WHERE m.incident IS NOT NULL AND ($1::uuid[] IS NULL OR m.organization_id = ANY ($1)))
            + (SELECT pg_catalog.count(*) FROM wf.effect AS e
                WHERE e.status = 'PERMANENTLY_FAILED' AND e.is_incident AND ($1::uuid[] IS NULL OR e.organization_id = ANY ($1)))
            + (SELECT pg_catalog.count(*) FROM wf.timer AS t
                WHERE t.status = 'FAILED' AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1))) AS incidents
    ) AS n
    UNION ALL
    -- Index: idx_wf_instances_sla.
    SELECT 4, 'service_levels', CASE WHEN pg_catalog.count(*) > 0 THEN 'warning' ELSE 'ok' END,
        pg_catalog.format('%s instances are past their deadline', pg_catalog.count(*))
    FROM wf.instance AS i
    WHERE i.status = 'active' AND i.sla_at < $2 AND ($1::uuid[] IS NULL OR i.organization_id = ANY ($1))
    UNION ALL
    -- Index: idx_wf_tasks_due.
    SELECT 5, 'tasks', CASE WHEN pg_catalog.count(*) > 0 THEN 'warning' ELSE 'ok' END,
        pg_catalog.format('%s open tasks are overdue', pg_catalog.count(*))
    FROM wf.task AS t
    WHERE t.task_state IN ('OPEN', 'CLAIMED') AND t.due_at < $2 AND ($1::uuid[] IS NULL OR t.organization_id = ANY ($1))
    UNION ALL
    SELECT 6, 'schedules', CASE WHEN s.failing > 0 THEN 'warning' ELSE 'ok' END,
        CASE WHEN s.failing > 0 THEN pg_catalog.format('the last start failed: %s', s.names) ELSE 'every last start went well' END
    FROM schedule AS s
    UNION ALL
    SELECT 7, 'feature_flags', CASE WHEN s.stops > 0 THEN 'warning' ELSE 'ok' END,
        CASE
            WHEN s.stops > 0 THEN 'an emergency stop is in force: see wf_feature_flags_view'
            WHEN s.flags > 0 THEN pg_catalog.format('new instances are stopped of: %s', s.codes)
            ELSE 'nothing is stopped'
        END
    FROM stop AS s
    UNION ALL
    SELECT 8, 'transactions',
        CASE WHEN t.seconds >= 3600 THEN 'critical' WHEN t.seconds >= 600 THEN 'warning' ELSE 'ok' END,
        CASE
            WHEN t.seconds >= 1 THEN pg_catalog.format('the longest is open for %s s%s', pg_catalog.round(t.seconds),
                CASE WHEN $1::uuid[] IS NULL THEN pg_catalog.format(' (%s)', t.who) END)
            ELSE 'none is open for longer than a second'
        END
    FROM transaction AS t
    UNION ALL
    SELECT 9, 'dead_rows', CASE WHEN pg_catalog.count(*) > 0 THEN 'warning' ELSE 'ok' END,
        COALESCE(
            pg_catalog.string_agg(pg_catalog.format('wf.%s has %s dead rows beside %s', b.relname, b.n_dead_tup, b.n_live_tup),
                '; ' ORDER BY b.relname),
            'autovacuum keeps up')
    FROM bloated AS b
    UNION ALL
    SELECT 10, 'retention', CASE WHEN $6::bigint IS NULL AND s.instances > 100000 THEN 'warning' ELSE 'ok' END,
        pg_catalog.format('%s of rows, about %s instances and %s steps; %s', pg_catalog.pg_size_pretty(s.bytes),
            GREATEST(s.instances, 0)::bigint, GREATEST(s.steps, 0)::bigint,
            CASE
                WHEN $6::bigint IS NULL THEN 'everything is kept: pg_workflow.retention is not set'
                ELSE pg_catalog.format('finished instances go after %s days', pg_catalog.round($6::numeric / 86400, 1))
            END)
    FROM size AS s
    UNION ALL
    -- Where they differ, nothing of this runs.
    SELECT 11, 'version', 'ok', pg_catalog.format('schema and library are %s', $7)
    UNION ALL
    SELECT 12, 'owners', CASE WHEN pg_catalog.count(*) > 0 THEN 'critical' ELSE 'ok' END,
        CASE
            WHEN pg_catalog.count(*) > 0 THEN pg_catalog.format('the role is gone that owns: %s', pg_catalog.string_agg(o.what, ', ' ORDER BY o.what))
            ELSE 'every owner of a definition, guard or handler exists'
        END
    FROM owner AS o
) AS h
ORDER BY h.place, h.component
