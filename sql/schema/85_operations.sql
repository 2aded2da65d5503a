-- What operators of a whole database ask for: is it sound, is it well, what goes, what stays.

CREATE VIEW wf_legal_holds_view WITH (security_invoker = true) AS
SELECT
    h.organization_id,
    h.instance_id,
    h.held_at,
    h.held_by,
    h.reason
FROM wf.legal_hold AS h;
COMMENT ON VIEW wf_legal_holds_view IS 'Instances that no purge deletes: legal holds.';

CREATE FUNCTION wf_export(
    instance_id     uuid,
    organization_id uuid DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
AS $function$
#variable_conflict use_column
DECLARE
    chosen uuid := COALESCE($2, wf.session_organization());
    home   wf.instance;
BEGIN
    -- Index: idx_wf_instances, one probe per organization where none is given.
    SELECT i.*
    INTO home
    FROM wf.organization AS o
    JOIN wf.instance AS i ON i.organization_id = o.organization_id AND i.id = $1
    WHERE chosen IS NULL OR o.organization_id = chosen;
    IF NOT FOUND THEN
        PERFORM wf.raise('INSTANCE_NOT_FOUND', pg_catalog.format('instance %s does not exist', COALESCE($1::text, 'NULL')),
            NULL, 'Look it up in wf_instances_view, and check organization_id and app.current_org_id.');
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'instance', pg_catalog.to_jsonb(home),
        -- The document as text: jsonb would sort its keys, and their order decides. Index: idx_wf_definitions.
        'definition', (SELECT pg_catalog.to_jsonb(d) || pg_catalog.jsonb_build_object('document', d.document::text)
            FROM wf.definition AS d
            WHERE d.organization_id IN (home.organization_id, '00000000-0000-0000-0000-000000000000') AND d.id = home.definition_id),
        -- Index: idx_wf_steps_instance.
        'steps', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.seq), '[]')
            FROM wf.step AS s WHERE s.organization_id = home.organization_id AND s.instance_id = $1),
        -- Index: idx_wf_timers.
        'timers', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.id), '[]')
            FROM wf.timer AS t WHERE t.organization_id = home.organization_id AND t.instance_id = $1),
        -- Index: idx_wf_tasks_instance.
        'tasks', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.id), '[]')
            FROM wf.task AS t WHERE t.organization_id = home.organization_id AND t.instance_id = $1),
        -- Index: idx_wf_effects_instance.
        'effects', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) ORDER BY e.id), '[]')
            FROM wf.effect AS e WHERE e.organization_id = home.organization_id AND e.instance_id = $1),
        -- Index: idx_wf_slas.
        'slas', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.id), '[]')
            FROM wf.sla AS s WHERE s.organization_id = home.organization_id AND s.instance_id = $1),
        -- Index: idx_wf_messages_instance.
        'messages', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) ORDER BY m.id), '[]')
            FROM wf.message AS m WHERE m.organization_id = home.organization_id AND m.instance_id = $1),
        -- Index: idx_wf_legal_holds.
        'hold', (SELECT pg_catalog.to_jsonb(h)
            FROM wf.legal_hold AS h WHERE h.organization_id = home.organization_id AND h.instance_id = $1),
        -- Index: idx_wf_instances_parent.
        'children', (SELECT COALESCE(pg_catalog.jsonb_agg(c.id ORDER BY c.id), '[]')
            FROM wf.instance AS c WHERE c.organization_id = home.organization_id AND c.parent_id = $1)
    );
END
$function$;
COMMENT ON FUNCTION wf_export IS
'Everything that is stored of one instance, as one jsonb: instance, definition (document as text, because the order of its keys counts), steps, timers, tasks, effects, slas (the clocks of service levels), messages, hold, and the ids of its children. What wf_purge would delete, to keep elsewhere before it goes. Error: INSTANCE_NOT_FOUND.';

ALTER FUNCTION wf_check ROWS 10;
COMMENT ON FUNCTION wf_check IS
'Looks for what contradicts itself in the stored rows, in one snapshot; no row means sound. check: state (an instance is where its definition does not let it be), definition (it is missing, or a code has not one current version), step_gap, step_chain, last_step (the history and the instance disagree), timer_of_ended, task_of_ended, effect_of_ended, timer_of_left_state, task_of_left_state, effect_of_left_state, clock_of_ended, clock_of_left_state, pause (timers, clocks or the deadline of a paused instance run, or timers of another do not), child, orphan, search, idempotency_key, index. severity: error, or warning where nothing goes wrong by it. Reads every table from end to end.';
ALTER FUNCTION wf_health ROWS 14;
COMMENT ON FUNCTION wf_health IS
'How the engine is, one row per component: scheduler, timers, effects, messages (what is due and for how long), incidents, service_levels, tasks, schedules, feature_flags, transactions (the longest that is open), dead_rows, retention (how much is stored), version (schema and library), owners (roles that own definitions, guards or handlers and are gone). status is ok, warning or critical; detail is a sentence.';
ALTER FUNCTION wf_metrics ROWS 100;
COMMENT ON FUNCTION wf_metrics IS
'Every measurement: name, labels, value. Names ending in _total and histograms (_bucket with le, _sum, _count) only grow: they are counted from the rows, and a purge hands over what it deletes. Reads the tables of instances, timers, effects and tasks: once a minute is enough.';
COMMENT ON FUNCTION wf_metrics_text IS 'wf_metrics as the text that Prometheus reads (exposition format 0.0.4).';
ALTER FUNCTION wf_purge ROWS 1;
COMMENT ON FUNCTION wf_purge IS
'Deletes at most max_instances (1,000; up to 10,000) finished instances whose last step is older than older_than, with all their rows, and answers how many rows of each kind went; call it again while more is true. Never one that wf_hold_instance holds, that has an open incident or an effect still to be done, or whose parent is still there. Skips what others have locked and waits for nobody. dry_run counts everything that could go, and deletes nothing. Without older_than it is pg_workflow.retention, by which the scheduler purges by itself. Errors: INVALID_DURATION, INVALID_ARGUMENT.';
ALTER FUNCTION wf_hold_instance ROWS 1;
COMMENT ON FUNCTION wf_hold_instance IS
'Keeps an instance from every purge (a legal hold), whatever its age, until wf_release_instance; with it everything that it invoked, because a child goes after its parent. Works on instances that have ended, too; the step has kind hold. A second call replaces reason and held_by. Error: INSTANCE_NOT_FOUND.';
COMMENT ON FUNCTION wf_release_instance IS
'Ends the hold on an instance and answers whether there was one; the step has kind release. Its age counts from that step. Error: INSTANCE_NOT_FOUND.';
