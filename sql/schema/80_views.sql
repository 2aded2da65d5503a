-- What people read. Columns are plain (no CASE, no enum), so that row security does not spoil plans.

CREATE VIEW wf_instances_view WITH (security_invoker = true) AS
SELECT
    i.id                    AS instance_id,
    i.organization_id,
    i.definition_code,
    i.definition_version,
    i.state                 AS current_state,
    i.subject               AS subject_ref_json,
    i.sla_at,
    i.paused_at IS NOT NULL AS paused,
    i.owner_team,
    i.owner_user_id,
    i.status,
    i.created_at,
    i.updated_at,
    i.context,
    i.output,
    i.instance_key,
    i.correlation_key,
    i.parent_id,
    i.error
FROM wf.instance AS i;
COMMENT ON VIEW wf_instances_view IS 'Workflow instances: where each one is.';
COMMENT ON COLUMN wf_instances_view.current_state IS 'Full paths of the active states, joined by one space. After an end it stays at the final state; wf_cancel leaves CANCELLED, an engine failure FAILED.';
COMMENT ON COLUMN wf_instances_view.status IS 'active, completed, failed or cancelled.';

CREATE VIEW wf_steps_view WITH (security_invoker = true) AS
SELECT
    s.instance_id,
    s.id               AS step_id,
    s.organization_id,
    s.from_state,
    s.to_state,
    s.actor_role,
    s.actor_user_id,
    s.duration_ms,
    s.note,
    -- Index: idx_wf_effects_instance.
    ARRAY(
        SELECT e.code
        FROM wf.effect AS e
        WHERE e.organization_id = s.organization_id
          AND e.instance_id = s.instance_id
          AND e.seq = s.seq
          AND e.status IN ('FAILED', 'PERMANENTLY_FAILED')
        ORDER BY e.id
    )                  AS effects_failed,
    s.guards           AS guards_executed,
    s.effects_queued,
    s.created_at,
    s.seq,
    s.kind,
    s.event,
    pg_catalog.substr(s.line_code, 38) AS idempotency_key,
    s.payload,
    s.detail
FROM wf.step AS s;
COMMENT ON VIEW wf_steps_view IS 'The history of instances, one row per step; a start is step 1 with from_state NULL.';
COMMENT ON COLUMN wf_steps_view.detail IS 'What else the step recorded: logs, paths that found nothing (missing), facts of an administrative action.';
COMMENT ON COLUMN wf_steps_view.effects_failed IS 'Codes of the step''s effects that failed and are not done yet.';
COMMENT ON COLUMN wf_steps_view.guards_executed IS '[{"guard", "result": true | false | null}] in the order of evaluation.';

CREATE VIEW wf_tasks_view WITH (security_invoker = true) AS
SELECT
    t.id    AS task_id,
    t.organization_id,
    t.title,
    t.status,
    t.task_state,
    t.assignee_user_id,
    t.assignee_role,
    t.due_at,
    t.sla_at,
    t.instance_id,
    t.priority,
    t.outcome,
    t.completed_at,
    t.completed_by,
    t.created_at,
    t.updated_at,
    t.body,
    t.owner_user_id,
    t.candidate_roles,
    t.candidate_users,
    t.outcomes,
    t.not_by,
    t.state,
    t.invoke_id,
    t.calendar,
    t.level AS escalation_level,
    t.escalations,
    t.notes,
    t.metadata
FROM wf.task AS t;
COMMENT ON VIEW wf_tasks_view IS 'People''s work: task_state is OPEN, CLAIMED, COMPLETED or CANCELLED, status active or closed.';
COMMENT ON COLUMN wf_tasks_view.assignee_user_id IS 'Who has it, once it is claimed; before that the one whom it is meant for.';
COMMENT ON COLUMN wf_tasks_view.sla_at IS 'When it goes one rung up its ladder; NULL where no rung is left, where it has no due date, and while its instance is paused.';
COMMENT ON COLUMN wf_tasks_view.owner_user_id IS 'Who delegated it.';
COMMENT ON COLUMN wf_tasks_view.outcomes IS 'What it can be completed with; NULL for anything.';
COMMENT ON COLUMN wf_tasks_view.state IS 'The state that it belongs to; NULL where it was made by hand.';

CREATE VIEW wf_timers_view WITH (security_invoker = true) AS
SELECT
    t.id     AS timer_id,
    t.organization_id,
    t.instance_id,
    t.name   AS timer_name,
    t.fire_at,
    t.event  AS on_fire_smart_code,
    t.status AS timer_status,
    t.fired_at,
    t.created_at,
    t.attempts,
    t.last_error
FROM wf.timer AS t;
COMMENT ON VIEW wf_timers_view IS 'Timers: PENDING, SUSPENDED (its instance is paused), FIRED, CANCELLED or FAILED.';
COMMENT ON COLUMN wf_timers_view.on_fire_smart_code IS 'The event that the timer raises; wf.after for the after of a state.';

CREATE VIEW wf_effects_view WITH (security_invoker = true) AS
SELECT
    e.id         AS effect_id,
    e.organization_id,
    e.instance_id,
    e.step_id,
    e.code       AS effect_smart_code,
    e.status     AS effect_status,
    e.attempts   AS attempt_count,
    e.last_error,
    e.next_retry_at,
    e.completed_at,
    e.created_at,
    e.params,
    e.output,
    e.invoke_id
FROM wf.effect AS e;
COMMENT ON VIEW wf_effects_view IS 'The outbox: PENDING, EXECUTING, COMPLETED, FAILED (will be tried again), PERMANENTLY_FAILED or CANCELLED.';

CREATE VIEW wf_metrics_view WITH (security_invoker = true) AS
SELECT
    i.organization_id,
    pg_catalog.count(*) FILTER (WHERE i.status = 'active')    AS active_instances,
    pg_catalog.count(*) FILTER (WHERE i.status = 'completed') AS completed_instances,
    pg_catalog.count(*) FILTER (WHERE i.status = 'failed')    AS failed_instances,
    pg_catalog.count(*) FILTER (WHERE i.status = 'active' AND i.paused_at IS NOT NULL) AS paused_instances,
    pg_catalog.count(*) FILTER (WHERE i.status = 'active' AND i.sla_at < wf.now())     AS overdue_instances,
    pg_catalog.max(i.created_at)                              AS last_instance_created
FROM wf.instance AS i
GROUP BY i.organization_id;
COMMENT ON VIEW wf_metrics_view IS 'Counts of instances per organization.';

CREATE VIEW wf_definitions_view WITH (security_invoker = true) AS
SELECT
    d.organization_id,
    d.code       AS definition_code,
    d.version    AS definition_version,
    d.is_current,
    d.owner_role,
    d.created_at,
    d.created_by,
    d.document
FROM wf.definition AS d;
COMMENT ON VIEW wf_definitions_view IS 'Every version of every definition.';

-- What somebody should look at, whatever it happened to. Indexes: idx_wf_messages_incident, idx_wf_effects_incident,
-- idx_wf_timers_failed.
CREATE VIEW wf_incidents_view WITH (security_invoker = true) AS
SELECT
    m.organization_id,
    m.id              AS incident_id,
    COALESCE(m.instance_id, m.failed_for) AS instance_id,
    m.incident        AS kind,
    m.event           AS what,
    m.last_error      AS error,
    m.attempts,
    m.next_attempt_at,
    m.created_at,
    m.effect_id,
    a.advice,
    pg_catalog.format(a.remedy, COALESCE(m.instance_id, m.failed_for), m.id) AS remedy
FROM wf.message AS m
JOIN (VALUES
    (
        'LATE', 'The answer came after its state was left. Undo by hand what the effect did if it must not stay, then wf_close_incident.',
        'SELECT wf_close_incident(%L, %L, reason => ''...'');'
    ), (
        'UNEXPECTED', 'No active state takes this answer; it is tried again. Move the instance with wf_modify, or wf_close_incident.',
        'SELECT * FROM wf_modify(%L, state => ''...'', reason => ''...'');'
    ), (
        'FAILED', 'The transition that this event causes fails; it is tried again. Repair the context or the definition with wf_modify.',
        'SELECT * FROM wf_modify(%L, context => ''{...}'', reason => ''...'');'
    )
) AS a (kind, advice, remedy) ON a.kind = m.incident
UNION ALL
SELECT
    e.organization_id, e.id, e.instance_id, 'EFFECT_FAILED', e.code, e.last_error ->> 'message', e.attempts,
    NULL::timestamptz, e.created_at, e.id,
    'The effect failed for good and nothing catches its error. Mend the cause and wf_retry_effects, or supply its result with wf_skip_effect, or wf_close_incident.',
    pg_catalog.format('SELECT * FROM wf_retry_effects(%L, step_id => %L, effect_filter => %L);', e.instance_id, e.step_id, ARRAY[e.code])
FROM wf.effect AS e
WHERE e.status = 'PERMANENTLY_FAILED' AND e.is_incident
UNION ALL
SELECT
    t.organization_id, t.id, t.instance_id, 'TIMER_FAILED', t.name, t.last_error, t.attempts, NULL::timestamptz,
    t.created_at, NULL::uuid,
    'The firing failed as often as it is tried. Mend the cause and wf_fire_timer with force => true, or wf_close_incident.',
    pg_catalog.format('SELECT * FROM wf_fire_timer(%L, %L, force => true);', t.instance_id, t.id)
FROM wf.timer AS t
WHERE t.status = 'FAILED';
COMMENT ON VIEW wf_incidents_view IS 'Everything that could not be delivered or done: what happened, and what an operator can do.';
COMMENT ON COLUMN wf_incidents_view.kind IS 'LATE, UNEXPECTED or FAILED (an answer that waits), EFFECT_FAILED, TIMER_FAILED.';
COMMENT ON COLUMN wf_incidents_view.remedy IS 'The call that advice names first, ready to be run; ... stands for what only the operator knows.';
COMMENT ON COLUMN wf_incidents_view.next_attempt_at IS 'When it is tried again; NULL where it is not.';

CREATE VIEW wf_schedules_view WITH (security_invoker = true) AS
SELECT
    s.organization_id,
    s.name,
    s.definition_code,
    s.cron,
    s.time_zone,
    s.misfire,
    s.overlap,
    s.next_run_at,
    s.last_run_at,
    s.last_instance_id,
    (s.buffered_for IS NOT NULL)::integer AS buffered,
    s.buffered_for,
    s.last_skipped_at,
    s.last_error_at,
    s.last_error,
    s.input,
    s.created_at,
    s.created_by
FROM wf.schedule AS s;
COMMENT ON VIEW wf_schedules_view IS 'Instances that start by the clock. All moments are those of the expression, also where the start came late.';
COMMENT ON COLUMN wf_schedules_view.next_run_at IS 'NULL where no moment comes any more, or where the expression cannot be read (see last_error).';
COMMENT ON COLUMN wf_schedules_view.last_run_at IS 'The moment for which last_instance_id was started.';
COMMENT ON COLUMN wf_schedules_view.buffered IS 'How many starts wait for the end of last_instance_id: 0 or 1.';
COMMENT ON COLUMN wf_schedules_view.last_skipped_at IS 'The last moment that was passed over: missed, or its predecessor was still active.';
COMMENT ON COLUMN wf_schedules_view.last_error_at IS 'The last moment whose start failed; last_error says why.';
