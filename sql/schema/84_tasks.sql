-- Tasks: who did what, and lists of them.

-- Has this user done one of these places of an instance: completed a task of the state or the invoke, or sent the event that led
-- out of the state? Indexes: idx_wf_tasks_instance, idx_wf_steps_instance.
CREATE FUNCTION wf.was_done_by(organization_id uuid, instance_id uuid, places text[], user_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (
    SELECT
    FROM wf.task AS t
    CROSS JOIN pg_catalog.unnest(places) AS place (name)
    WHERE t.organization_id = was_done_by.organization_id
      AND t.instance_id = was_done_by.instance_id
      AND t.completed_by = user_id
      AND (t.invoke_id = place.name OR t.state = place.name OR pg_catalog.starts_with(t.state, place.name || '.'))
) OR EXISTS (
    SELECT
    FROM wf.step AS s
    CROSS JOIN pg_catalog.string_to_table(s.from_state, ' ') AS was (path)
    CROSS JOIN pg_catalog.unnest(places) AS place (name)
    WHERE s.organization_id = was_done_by.organization_id
      AND s.instance_id = was_done_by.instance_id
      AND s.actor_user_id = user_id
      AND s.kind IN ('transition', 'message', 'complete_task')
      AND (was.path = place.name OR pg_catalog.starts_with(was.path, place.name || '.'))
      AND was.path <> ALL (pg_catalog.string_to_array(s.to_state, ' '))
);
COMMENT ON FUNCTION wf.was_done_by IS 'Did this user complete a task of one of these states or invokes, or send the event that led out of one? For four eyes.';

-- The columns of wf_tasks_view, and where the next page begins.
CREATE TYPE wf.task_page AS (
    task_id          uuid,
    organization_id  uuid,
    title            text,
    status           text,
    task_state       text,
    assignee_user_id text,
    assignee_role    text,
    due_at           timestamptz,
    sla_at           timestamptz,
    instance_id      uuid,
    priority         text,
    outcome          text,
    completed_at     timestamptz,
    completed_by     text,
    created_at       timestamptz,
    updated_at       timestamptz,
    body             text,
    owner_user_id    text,
    candidate_roles  text[],
    candidate_users  text[],
    outcomes         text[],
    not_by           text[],
    state            text,
    invoke_id        text,
    calendar         text,
    escalation_level integer,
    escalations      jsonb,
    notes            text,
    metadata         jsonb,
    cursor           text
);

-- A keyset page, as wf_list_instances. Indexes: one for each order (idx_wf_tasks_created and so on); for what few see,
-- idx_wf_tasks_user, idx_wf_tasks_role and, for candidates, idx_wf_tasks together; for one
-- state in the order of due dates idx_wf_tasks_state_due.
CREATE FUNCTION wf_list_tasks(
    instance_id      uuid        DEFAULT NULL,
    task_state       text        DEFAULT NULL,
    for_user         text        DEFAULT NULL,
    for_roles        text[]      DEFAULT NULL,
    assignee_role    text        DEFAULT NULL,
    assignee_user_id text        DEFAULT NULL,
    priority         text        DEFAULT NULL,
    overdue          boolean     DEFAULT NULL,
    created_after    timestamptz DEFAULT NULL,
    created_before   timestamptz DEFAULT NULL,
    sort_by          text        DEFAULT 'created_at',
    sort_order       text        DEFAULT 'desc',
    cursor           text        DEFAULT NULL,
    max_rows         integer     DEFAULT 50,
    organization_id  uuid        DEFAULT NULL
) RETURNS SETOF wf.task_page
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 50
-- A page is too short for parallel workers: starting them takes longer than reading it.
SET max_parallel_workers_per_gather = 0
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    chosen     uuid := COALESCE($15, wf.session_organization());
    wanted     text := pg_catalog.lower($7);
    direction  text := pg_catalog.lower($12);
    sort_key   text := CASE $11 WHEN 'priority' THEN 'priority_rank' ELSE $11 END;
    beyond     text := CASE direction WHEN 'asc' THEN '>' ELSE '<' END;
    parts      text[];
    place      text;
    moment     timestamptz;
    candidate  uuid[];
    conditions text[] := '{}';
BEGIN
    IF $11 IS NULL OR $11 NOT IN ('created_at', 'updated_at', 'due_at', 'priority') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('tasks cannot be sorted by %s', COALESCE($11, 'NULL')),
            'sort_by is created_at, updated_at, due_at or priority.', NULL);
    END IF;
    IF $2 IS NOT NULL AND $2 NOT IN ('OPEN', 'CLAIMED', 'COMPLETED', 'CANCELLED') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('task_state %s is not known', $2),
            'task_state is OPEN, CLAIMED, COMPLETED or CANCELLED.', NULL);
    END IF;
    IF wanted IS NOT NULL AND wanted NOT IN ('low', 'normal', 'high', 'urgent') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('priority %s is not known', $7),
            'priority is low, normal, high or urgent.', NULL);
    END IF;
    PERFORM wf.check_page($12, $14);
    -- Where only one organization exists, naming it opens the indexes.
    IF chosen IS NULL AND (SELECT pg_catalog.count(*) FROM (SELECT FROM wf.organization LIMIT 2) AS few) = 1 THEN
        chosen := (SELECT o.organization_id FROM wf.organization AS o);
    END IF;

    IF $13 IS NOT NULL THEN
        parts := wf.cursor_parts($13, $11, direction,
            CASE $11 WHEN 'priority' THEN '^[1-4]$' ELSE '^(infinity|-?[0-9]{1,18})$' END);
        IF $11 = 'priority' THEN
            place := parts[3];
        ELSE
            place := '$18';
            moment := wf.cursor_moment(parts[3]);
        END IF;
        conditions := conditions || CASE
            -- What is never due comes last; in descending order first, as the index has it.
            WHEN parts[3] = 'infinity' AND direction = 'asc' THEN 't.due_at IS NULL AND t.id > $17'
            WHEN parts[3] = 'infinity' THEN '(t.due_at IS NOT NULL OR t.id < $17)'
            WHEN $11 = 'due_at' AND direction = 'asc' THEN pg_catalog.format('((t.due_at, t.id) > (%s, $17) OR t.due_at IS NULL)', place)
            ELSE pg_catalog.format('(t.%I, t.id) %s (%s, $17)', sort_key, beyond, place)
        END;
    END IF;
    IF chosen IS NOT NULL THEN conditions := conditions || 't.organization_id = $16'::text; END IF;
    IF $1 IS NOT NULL THEN conditions := conditions || 't.instance_id = $1'::text; END IF;
    IF $2 IS NOT NULL THEN conditions := conditions || pg_catalog.format('t.task_state = %L', $2); END IF;
    IF $3 IS NOT NULL OR $4 IS NOT NULL THEN
        IF $2 IS NULL THEN conditions := conditions || 't.task_state IN (''OPEN'', ''CLAIMED'')'::text; END IF;
        -- Row security would keep the planner from the indexes of arrays, and from every index if a function stood between these. Of
        -- more than 500 the next ones in the list's order are never far.
        candidate := wf.candidate_tasks($3, $4, chosen);
        conditions := conditions || pg_catalog.concat('(',
            CASE WHEN $3 IS NOT NULL THEN 't.assignee_user_id = $3 OR ' END,
            't.task_state = ''OPEN'' AND t.assignee_user_id IS NULL AND (',
            CASE WHEN pg_catalog.cardinality(candidate) > 500
                THEN 't.candidate_users @> ARRAY[$3] OR t.candidate_roles && $4' ELSE 't.id = ANY ($19)' END,
            CASE WHEN $4 IS NOT NULL THEN ' OR t.assignee_role = ANY ($4)' END,
            '))');
        IF $3 IS NOT NULL THEN
            conditions := conditions || '(t.not_by IS NULL OR t.assignee_user_id IS NOT NULL '
                'OR NOT wf.was_done_by(t.organization_id, t.instance_id, t.not_by, $3))'::text;
        END IF;
    END IF;
    IF $5 IS NOT NULL THEN conditions := conditions || 't.assignee_role = $5'::text; END IF;
    IF $6 IS NOT NULL THEN conditions := conditions || 't.assignee_user_id = $6'::text; END IF;
    IF wanted IS NOT NULL THEN conditions := conditions || pg_catalog.format('t.priority = %L', wanted); END IF;
    IF $8 THEN conditions := conditions || 't.task_state IN (''OPEN'', ''CLAIMED'') AND t.due_at < wf.now()'::text; END IF;
    IF NOT $8 THEN
        conditions := conditions || '(t.status <> ''active'' OR t.due_at IS NULL OR t.due_at >= wf.now())'::text;
    END IF;
    IF $9 IS NOT NULL THEN conditions := conditions || 't.created_at > $9'::text; END IF;
    IF $10 IS NOT NULL THEN conditions := conditions || 't.created_at < $10'::text; END IF;

    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
            SELECT t.id, t.organization_id, t.title, t.status, t.task_state, t.assignee_user_id, t.assignee_role, t.due_at,
                t.sla_at, t.instance_id, t.priority, t.outcome, t.completed_at, t.completed_by, t.created_at, t.updated_at,
                t.body, t.owner_user_id, t.candidate_roles, t.candidate_users, t.outcomes, t.not_by, t.state, t.invoke_id,
                t.calendar, t.level, t.escalations, t.notes, t.metadata,
                pg_catalog.concat_ws(',', %1$L, %2$L, %3$s, t.id)
            FROM wf.task AS t
            %4$s
            ORDER BY t.%5$I %2$s, t.id %2$s
            LIMIT $14
        $query$,
        $11, direction,
        CASE $11
            WHEN 'priority' THEN 't.priority_rank'
            ELSE pg_catalog.format('wf.cursor_text(COALESCE(t.%I, ''infinity''::timestamptz))', $11)
        END,
        CASE WHEN pg_catalog.cardinality(conditions) > 0
            THEN 'WHERE ' || pg_catalog.array_to_string(conditions, ' AND ') END,
        sort_key)
    USING $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, chosen, parts[4]::uuid, moment, candidate;
END
$function$;
