-- Instances, one and many.

-- The columns of wf_instances_view, and where the next page begins.
CREATE TYPE wf.instance_page AS (
    instance_id        uuid,
    organization_id    uuid,
    definition_code    text,
    definition_version integer,
    current_state      text,
    subject_ref_json   jsonb,
    sla_at             timestamptz,
    paused             boolean,
    owner_team         text,
    owner_user_id      text,
    status             text,
    created_at         timestamptz,
    updated_at         timestamptz,
    context            jsonb,
    output             jsonb,
    instance_key       text,
    correlation_key    text,
    parent_id          uuid,
    error              jsonb,
    cursor             text
);

-- A keyset page: a filter that is not given is not in the statement, so that each combination gets the plan of its
-- own. Indexes: idx_wf_instances_created for the default order, idx_wf_instances_org_state for small organizations,
-- idx_wf_instances_sla for overdue ones by deadline.
CREATE FUNCTION wf_list_instances(
    definition_code text        DEFAULT NULL,
    current_state   text        DEFAULT NULL,
    status          text        DEFAULT NULL,
    paused          boolean     DEFAULT NULL,
    overdue         boolean     DEFAULT NULL,
    owner_team      text        DEFAULT NULL,
    owner_user_id   text        DEFAULT NULL,
    created_after   timestamptz DEFAULT NULL,
    created_before  timestamptz DEFAULT NULL,
    search          jsonb       DEFAULT NULL,
    sort_by         text        DEFAULT 'created_at',
    sort_order      text        DEFAULT 'desc',
    cursor          text        DEFAULT NULL,
    max_rows        integer     DEFAULT 50,
    organization_id uuid        DEFAULT NULL
) RETURNS SETOF wf.instance_page
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
    chosen     uuid := COALESCE($15, wf.session_organization());
    direction  text := pg_catalog.lower($12);
    sort_key   text;
    parts      text[];
    conditions text[] := '{}';
    pair       record;
BEGIN
    IF $11 IS NULL OR $11 NOT IN ('created_at', 'updated_at', 'sla_at') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('instances cannot be sorted by %s', COALESCE($11, 'NULL')),
            'sort_by is created_at, updated_at or sla_at.', NULL);
    END IF;
    IF $3 IS NOT NULL AND $3 NOT IN ('active', 'completed', 'failed', 'cancelled') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('status %s is not known', $3),
            'status is active, completed, failed or cancelled.', NULL);
    END IF;
    PERFORM wf.check_page($12, $14);
    IF $10 IS NOT NULL AND pg_catalog.jsonb_typeof($10) <> 'object' THEN
        PERFORM wf.raise('INVALID_FILTER', 'search is not an object',
            'search is {"key": "value"} with keys of the definition''s search.', NULL);
    END IF;

    sort_key := pg_catalog.format('COALESCE(v.%I, ''infinity''::timestamptz)', $11);
    -- Never null, so that the index gives the order.
    IF $11 = 'created_at' OR $11 = 'sla_at' AND $5 THEN
        sort_key := 'v.' || $11;
    END IF;
    IF $13 IS NOT NULL THEN
        parts := wf.cursor_parts($13, $11, direction, '^(infinity|-?[0-9]{1,18})$');
        conditions := conditions || pg_catalog.format('(%s, v.instance_id) %s ($17, $18)', sort_key,
            CASE direction WHEN 'asc' THEN '>' ELSE '<' END);
    END IF;
    IF chosen IS NOT NULL THEN conditions := conditions || 'v.organization_id = $16'::text; END IF;
    IF $1 IS NOT NULL THEN conditions := conditions || 'v.definition_code = $1'::text; END IF;
    IF $2 IS NOT NULL THEN
        conditions := conditions || 'EXISTS (SELECT FROM pg_catalog.string_to_table(v.current_state, '' '') AS place (path) '
            'WHERE place.path = $2 OR v.current_state = $2 OR pg_catalog.starts_with(place.path, $2 || ''.''))'::text;
    END IF;
    IF $3 IS NOT NULL THEN conditions := conditions || 'v.status = $3'::text; END IF;
    IF $4 IS NOT NULL THEN conditions := conditions || 'v.paused = $4'::text; END IF;
    IF $5 THEN conditions := conditions || 'v.status = ''active'' AND v.sla_at < wf.now()'::text; END IF;
    IF NOT $5 THEN
        conditions := conditions || '(v.status <> ''active'' OR v.sla_at IS NULL OR v.sla_at >= wf.now())'::text;
    END IF;
    IF $6 IS NOT NULL THEN conditions := conditions || 'v.owner_team = $6'::text; END IF;
    IF $7 IS NOT NULL THEN conditions := conditions || 'v.owner_user_id = $7'::text; END IF;
    IF $8 IS NOT NULL THEN conditions := conditions || 'v.created_at > $8'::text; END IF;
    IF $9 IS NOT NULL THEN conditions := conditions || 'v.created_at < $9'::text; END IF;
    -- Index: idx_wf_search.
    FOR pair IN SELECT e.key, e.value FROM pg_catalog.jsonb_each_text($10) AS e LOOP
        conditions := conditions || pg_catalog.format(
            'EXISTS (SELECT FROM wf.search AS s WHERE s.organization_id = v.organization_id '
            'AND s.definition_code = v.definition_code AND s.key = %L AND s.value = %L '
            'AND s.instance_id = v.instance_id)', pair.key, pair.value);
    END LOOP;

    RETURN QUERY EXECUTE pg_catalog.format(
        $query$
            SELECT v.instance_id, v.organization_id, v.definition_code, v.definition_version, v.current_state,
                v.subject_ref_json, v.sla_at, v.paused, v.owner_team, v.owner_user_id, v.status, v.created_at,
                v.updated_at, v.context, v.output, v.instance_key, v.correlation_key, v.parent_id, v.error,
                pg_catalog.concat_ws(',', %1$L, %2$L, wf.cursor_text(%3$s), v.instance_id)
            FROM @extschema@.wf_instances_view AS v
            %4$s
            ORDER BY %3$s %5$s, v.instance_id %5$s
            LIMIT $14
        $query$,
        $11, direction, sort_key,
        CASE WHEN pg_catalog.cardinality(conditions) > 0
            THEN 'WHERE ' || pg_catalog.array_to_string(conditions, ' AND ') END,
        direction)
    USING $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, chosen,
        wf.cursor_moment(parts[3]), parts[4]::uuid;
END
$function$;

-- What every list refuses.
CREATE FUNCTION wf.check_page(sort_order text, max_rows integer) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF sort_order IS NULL OR pg_catalog.lower(sort_order) NOT IN ('asc', 'desc') THEN
        PERFORM wf.raise('INVALID_FILTER', pg_catalog.format('sort_order %s is not known', COALESCE(sort_order, 'NULL')),
            'sort_order is asc or desc.', NULL);
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 500 THEN
        PERFORM wf.raise('INVALID_PAGINATION', pg_catalog.format('max_rows is %s', COALESCE(max_rows::text, 'NULL')),
            'max_rows lies between 1 and 500.', 'Ask for the next page with the last column, cursor.');
    END IF;
END
$function$;

-- A cursor is sort_by, direction, the last row's value and its id. Its parts end up in a statement: anything else is refused.
CREATE FUNCTION wf.cursor_parts(cursor text, sort_by text, direction text, form_of_value text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    parts text[] := pg_catalog.string_to_array(cursor, ',');
BEGIN
    IF pg_catalog.cardinality(parts) <> 4 OR parts[1] <> sort_by OR parts[2] <> direction OR parts[3] !~ form_of_value
        OR parts[4] !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        PERFORM wf.raise('INVALID_PAGINATION', 'the cursor was not made by this list',
            'A cursor is the last column of a row that was listed with the same sort_by and sort_order.', NULL);
    END IF;
    RETURN parts;
END
$function$;

-- A moment in a cursor: microseconds since 1970, so that no session's time zone or DateStyle matters. Not STRICT, or the server
-- would call it for each row instead of putting its expression into the statement.
CREATE FUNCTION wf.cursor_text(moment timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE moment WHEN 'infinity'::timestamptz THEN 'infinity'
    ELSE (EXTRACT(epoch FROM moment) * 1000000::numeric)::bigint::text END;

CREATE FUNCTION wf.cursor_moment(text_of_moment text) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE text_of_moment WHEN 'infinity' THEN 'infinity'::timestamptz
    ELSE 'epoch'::timestamptz + text_of_moment::double precision * interval '1 microsecond' END;

CREATE FUNCTION wf_get_instance(
    instance_id     uuid,
    organization_id uuid DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    chosen uuid := COALESCE($2, wf.session_organization());
    home   record;
BEGIN
    -- Index: idx_wf_instances, one probe per organization where none is given.
    SELECT v.organization_id AS id, pg_catalog.to_jsonb(v) AS instance
    INTO home
    FROM wf.organization AS o
    JOIN @extschema@.wf_instances_view AS v ON v.organization_id = o.organization_id AND v.instance_id = $1
    WHERE chosen IS NULL OR o.organization_id = chosen;
    IF NOT FOUND THEN
        PERFORM wf.raise('INSTANCE_NOT_FOUND', pg_catalog.format('instance %s does not exist', COALESCE($1::text, 'NULL')),
            NULL, 'Look it up in wf_instances_view, and check organization_id and app.current_org_id.');
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'instance', home.instance,
        -- Index: idx_wf_steps_instance.
        'steps', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.seq), '[]')
            FROM @extschema@.wf_steps_view AS s WHERE s.organization_id = home.id AND s.instance_id = $1),
        -- Index: idx_wf_tasks_instance.
        'tasks', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.task_id), '[]')
            FROM @extschema@.wf_tasks_view AS t WHERE t.organization_id = home.id AND t.instance_id = $1),
        -- Index: idx_wf_timers.
        'timers', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.timer_id), '[]')
            FROM @extschema@.wf_timers_view AS t WHERE t.organization_id = home.id AND t.instance_id = $1),
        -- Index: idx_wf_effects_instance.
        'effects', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) ORDER BY e.effect_id), '[]')
            FROM @extschema@.wf_effects_view AS e WHERE e.organization_id = home.id AND e.instance_id = $1)
    );
END
$function$;
