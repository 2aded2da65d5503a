-- HERA step 3: what its document says that operations can do, in its order. It prints no SQL: each procedure, route and promise is
-- shown by its function here. The clock stands still until it is moved.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SET app.current_org_id = '00000000-0000-0000-0000-000000000123';
SELECT code FROM wf_define('{"id": "order", "initial": "PENDING", "sla": {"duration": "PT4H"}, "states": {
    "PENDING": {"after": {"PT30M": {"actions": "order.chase"}}, "on": {"PACK": "packing"}},
    "packing": {"invoke": {"src": "wf.task", "input": {"title": "Pack", "assignee_role": "clerk", "due": "PT1H"}, "onDone": "sending"}},
    "sending": {"entry": {"type": "order.ship", "params": {"to": "+49"}, "retry": {"maximum_attempts": 1}}, "on": {"SENT": "COMPLETED"}},
    "COMPLETED": {"type": "final"}}}');
SELECT wf_start('order', instance_key => k, subject => jsonb_build_object('entity_id', k)) IS NOT NULL AS started FROM unnest(ARRAY['first', 'second', 'third']) AS k;
CREATE FUNCTION public.ship(effect jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'the carrier is closed'; END$$;
SELECT wf_register_handler('order.ship', 'sql', '{"function": "public.ship"}');

-- Read models: six views and their indexes, under the names of the document.
SELECT v AS view, (SELECT count(*) > 0 FROM pg_attribute WHERE attrelid = v::regclass AND attname = 'organization_id') AS of_organization
FROM unnest(ARRAY['wf_instances_view', 'wf_steps_view', 'wf_tasks_view', 'wf_timers_view', 'wf_effects_view', 'wf_metrics_view']) AS v;
SELECT i::regclass FROM unnest(ARRAY['wf.idx_wf_instances_org_state', 'wf.idx_wf_instances_sla', 'wf.idx_wf_timers_due', 'wf.idx_wf_tasks_state_due', 'wf.idx_wf_steps_instance', 'wf.idx_wf_effects_retry']) AS i;
-- Partial indexes on fields of JSON.
SELECT pg_get_indexdef('wf.idx_wf_instances_subject'::regclass);

-- Admin procedures. 1, 2: pause, resume. The deadline moves by the pause.
SELECT paused, pause_reason, paused_by FROM wf_pause(pg_temp.id('first'), reason => 'investigation', paused_by => 'admin-user-id');
SET pg_workflow.fake_now = '2026-03-02 09:20+00';
SELECT paused, resumed_by FROM wf_resume(pg_temp.id('first'), resumed_by => 'admin-user-id', notes => 'done');
SELECT sla_at FROM wf_instances_view WHERE instance_id = pg_temp.id('first');
-- 3: reassign an instance, to a team or a user.
SELECT owner_team, owner_user_id, reassigned_by FROM wf_reassign(pg_temp.id('second'), owner_team => 'fulfilment', owner_user_id => 'user-789', reassigned_by => 'admin-user-id', reason => 'workload');
CALL pg_temp.try(format('SELECT wf_reassign(%L)', pg_temp.id('second')));
-- 4: retry failed effects, so often; then an operator has to insist. What is done is done.
SELECT to_state FROM wf_send(pg_temp.id('third'), 'PACK');
SELECT task_id AS task FROM wf_tasks_view WHERE instance_id = pg_temp.id('third') \gset
SELECT task_state FROM wf_claim_task(:'task', 'ada', ARRAY['clerk']);
SELECT task_state FROM wf_complete_task(:'task', user_id => 'ada');
SELECT effects_run FROM wf_scheduler_tick();
SELECT effect_smart_code, effect_status, attempt_count, last_error ->> 'message' AS message FROM wf_effects_view;
SELECT effects_retried, effects_successful, effects_still_failed FROM wf_retry_effects(pg_temp.id('third'), retried_by => 'admin-user-id');
CREATE OR REPLACE FUNCTION public.ship(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN '{"shipped": true}'::jsonb;
CALL pg_temp.try(format('SELECT wf_retry_effects(%L)', pg_temp.id('third')));
SELECT effects_retried, effects_successful, effects_still_failed FROM wf_retry_effects(pg_temp.id('third'), effect_filter => ARRAY['order.ship'], retried_by => 'admin-user-id', force_retry => true);
CALL pg_temp.try(format('SELECT wf_retry_effects(%L)', pg_temp.id('third')));
-- 5: recalculate a deadline. Time spent paused does not count.
SELECT previous_sla_at, new_sla_at, pause_time_hours FROM wf_sla_recalc(pg_temp.id('first'), sla_override_hours => 6, recalc_reason => 'agreed', recalc_by => 'admin-user-id');
CALL pg_temp.try(format('SELECT wf_sla_recalc(%L, -1)', pg_temp.id('first')));
-- 6: reassign a task, to another role or a user.
SELECT to_state FROM wf_send(pg_temp.id('second'), 'PACK');
SELECT task_id AS task FROM wf_tasks_view WHERE instance_id = pg_temp.id('second') \gset
SELECT assignee_role, assignee_user_id FROM wf_reassign_task(:'task', assignee_role => 'supervisor', reassigned_by => 'admin-user-id', reason => 'absent');
-- All of it is in the log: what, who, why.
SELECT i.instance_key, s.kind, s.actor_user_id, s.note FROM wf_steps_view AS s JOIN wf_instances_view AS i USING (instance_id)
WHERE s.kind NOT IN ('start', 'transition', 'answer') ORDER BY s.created_at, s.step_id;

-- Query procedures and routes. A list by pages, one instance whole, its steps, tasks.
SELECT instance_key, cursor AS next FROM wf_list_instances(sort_by => 'created_at', sort_order => 'asc', max_rows => 2) OFFSET 1 \gset
SELECT instance_key FROM wf_list_instances(sort_by => 'created_at', sort_order => 'asc', max_rows => 2, cursor => :'next');
SELECT instance_key FROM wf_list_instances('order', current_state => 'packing', status => 'active', owner_team => 'fulfilment');
CALL pg_temp.try($$SELECT wf_list_instances(max_rows => 0)$$);
CALL pg_temp.try($$SELECT wf_list_instances(sort_by => 'owner')$$);
SELECT jsonb_object_keys(wf_get_instance(pg_temp.id('third'))) AS part ORDER BY 1;
SELECT seq, from_state, to_state, effects_queued, effects_failed, duration_ms IS NOT NULL AS timed FROM wf_steps_view WHERE instance_id = pg_temp.id('third') ORDER BY seq;
SELECT title, task_state, assignee_role, due_at FROM wf_list_tasks(task_state => 'OPEN', assignee_role => 'supervisor');
SELECT title, status, outcome, completed_by FROM wf_tasks_view WHERE status = 'closed';

-- The scheduler: overdue instances, due timers, overdue tasks; twice does nothing twice.
SET pg_workflow.fake_now = '2026-03-02 15:00+00';
SELECT timers_fired, instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_timers => 10, max_instances => 10, max_tasks => 10, dry_run => true);
SELECT timers_fired, instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_timers => 10, max_instances => 10, max_tasks => 10);
SELECT timers_fired, instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_timers => 10, max_instances => 10, max_tasks => 10);
SELECT i.instance_key, s.kind, s.effects_queued FROM wf_steps_view AS s JOIN wf_instances_view AS i USING (instance_id)
WHERE s.created_at = '2026-03-02 15:00+00' ORDER BY s.step_id;
SELECT active_instances, completed_instances, failed_instances, paused_instances, overdue_instances FROM wf_metrics_view;
SELECT count(*) > 0 AS logged FROM wf_scheduler_runs_view;

-- Permissions and organizations: a role that may only look, and one of another organization.
CREATE ROLE step_3_viewer;
SELECT wf_grant('step_3_viewer', 'viewer', '00000000-0000-0000-0000-000000000123');
GRANT ALL ON ALL FUNCTIONS IN SCHEMA pg_temp TO step_3_viewer;
SELECT pg_temp.id('first') AS first \gset
SET ROLE step_3_viewer;
SELECT count(*) FROM wf_instances_view;
CALL pg_temp.try(format('SELECT wf_pause(%L)', :'first'));
CALL pg_temp.try(format('SELECT wf_reassign(%L, owner_team => %L)', :'first', 'mine'));
CALL pg_temp.try(format('SELECT wf_retry_effects(%L)', :'first'));
CALL pg_temp.try(format('SELECT wf_sla_recalc(%L, 1)', :'first'));
SET app.current_org_id = '00000000-0000-0000-0000-000000000124';
SELECT count(*) FROM wf_instances_view;
RESET ROLE;
CALL pg_temp.try(format('SELECT wf_pause(%L)', :'first'));
RESET app.current_org_id;
SELECT wf_revoke('step_3_viewer', 'viewer', '00000000-0000-0000-0000-000000000123');
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pg_temp FROM step_3_viewer;
DROP ROLE step_3_viewer;
DROP FUNCTION public.ship(jsonb);
