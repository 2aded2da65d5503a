-- The HERA runbooks: every operation and every common issue, in the order of the document. What is printed there as SQL stands here
-- as printed; what is printed as curl is the SQL function, its body as named arguments. The clock stands still.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
-- "Now" is that of the server in the printed queries, so what they look for is made relative to it: all began two hours ago.
SELECT set_config('pg_workflow.fake_now', (now() - interval '2 hours')::text, false) IS NOT NULL AS clock;
SET app.current_org_id = '00000000-0000-0000-0000-000000000123';
SELECT code FROM wf_define('{"id": "order", "initial": "PENDING", "sla": {"duration": "PT1H"}, "states": {
    "PENDING": {"after": {"PT30M": {"actions": "order.chase"}}, "on": {"PACK": "packing", "STOP": "FAILED"}},
    "packing": {"invoke": {"src": "wf.task", "input": {"title": "Pack", "assignee_role": "manager"}, "onDone": "sending"}},
    "sending": {"entry": {"type": "HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1", "params": {"to": "+49"}, "retry": {"maximum_attempts": 1}}, "on": {"SENT": "COMPLETED"}},
    "COMPLETED": {"type": "final"}, "FAILED": {"type": "final", "tags": "failed"}}}');
SELECT wf_start('order', instance_key => k) IS NOT NULL AS started FROM unnest(ARRAY['first', 'second', 'third']) AS k;

-- 1. How to pause and resume a workflow.
SELECT paused, pause_reason, paused_by
FROM wf_pause(pg_temp.id('first'), reason => 'Investigation needed for unusual behavior', paused_by => 'admin-user-id', organization_id => '00000000-0000-0000-0000-000000000123');
SELECT wf_get_instance(pg_temp.id('first'), organization_id => '00000000-0000-0000-0000-000000000123') -> 'instance' -> 'paused' AS paused;
SELECT paused, resumed_by FROM wf_resume(pg_temp.id('first'), resumed_by => 'admin-user-id', notes => 'Investigation completed, resuming normal operation');
SELECT paused FROM wf_instances_view WHERE instance_id = pg_temp.id('first');
SELECT timer_name, timer_status FROM wf_timers_view WHERE instance_id = pg_temp.id('first');
SELECT kind, actor_user_id, note FROM wf_steps_view WHERE instance_id = pg_temp.id('first') AND kind <> 'start' ORDER BY seq;
-- Instance not found: another id, another organization.
SELECT wf_pause('00000000-0000-0000-0000-000000000001');
CALL pg_temp.try(format('SELECT wf_pause(%L, organization_id => %L)', pg_temp.id('first'), '00000000-0000-0000-0000-000000000124'));
-- Permission denied: a role that may only look.
CREATE ROLE runbook_viewer;
SELECT wf_grant('runbook_viewer', 'viewer', '00000000-0000-0000-0000-000000000123');
SELECT format('SELECT wf_pause(%L)', pg_temp.id('first')) AS pause \gset
GRANT ALL ON ALL FUNCTIONS IN SCHEMA pg_temp TO runbook_viewer;
SET ROLE runbook_viewer;
:pause;
RESET ROLE;
-- Already paused, already resumed.
SELECT paused FROM wf_pause(pg_temp.id('first'));
CALL pg_temp.try(format('SELECT wf_pause(%L)', pg_temp.id('first')));
SELECT paused FROM wf_resume(pg_temp.id('first'));
CALL pg_temp.try(format('SELECT wf_resume(%L)', pg_temp.id('first')));

-- Two hours later.
SELECT set_config('pg_workflow.fake_now', now()::text, false) IS NOT NULL AS clock;
-- 3. How to reassign tasks (before 2, which needs one to be done).
SELECT to_state FROM wf_send(pg_temp.id('first'), 'PACK');
SELECT task_id AS task FROM wf_list_tasks(task_state => 'OPEN', organization_id => '00000000-0000-0000-0000-000000000123') \gset
SELECT assignee_role, assignee_user_id, task_state FROM wf_reassign_task(:'task', assignee_role => 'senior_manager', reassigned_by => 'admin-user-id',
    reason => 'Escalating to senior management due to complexity', organization_id => '00000000-0000-0000-0000-000000000123');
SELECT assignee_role, assignee_user_id, task_state FROM wf_reassign_task(:'task', assignee_user_id => 'user-789', reassigned_by => 'admin-user-id',
    reason => 'Assigning to subject matter expert');
SELECT task_state FROM wf_claim_task(:'task', 'user-789');
-- OPEN if reassigned from CLAIMED.
SELECT assignee_role, task_state FROM wf_reassign_task(:'task', assignee_role => 'manager', reassigned_by => 'admin-user-id');
SELECT kind, actor_user_id, note FROM wf_steps_view WHERE instance_id = pg_temp.id('first') AND kind LIKE '%task%' ORDER BY seq;
-- User or role not found, in so far as the engine can know: none was named. Permission denied.
CALL pg_temp.try(format('SELECT wf_reassign_task(%L)', :'task'));
SELECT format('SELECT wf_reassign_task(%L, assignee_role => ''clerk'')', :'task') AS reassign \gset
SET ROLE runbook_viewer;
:reassign;
RESET ROLE;
SELECT task_state FROM wf_claim_task(:'task', 'mia', ARRAY['manager']);
SELECT task_state FROM wf_complete_task(:'task', user_id => 'mia');
-- Task already completed.
\set VERBOSITY terse
CALL pg_temp.try(format('SELECT wf_reassign_task(%L, assignee_role => ''clerk'')', :'task'));
\set VERBOSITY default

-- 2. How to retry failed effects.
SELECT effect_id AS effect, attempt FROM wf_claim_effects('w', ARRAY['HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1']) \gset
SELECT status FROM wf_fail_effects('w', ARRAY[:'effect']::uuid[], ARRAY[:attempt], ARRAY['{"type": "unavailable", "message": "no route"}'::jsonb]);
SELECT from_state, to_state, effects_failed, effects_queued FROM wf_steps_view WHERE instance_id = pg_temp.id('first') AND effects_failed <> '{}';
SELECT step_id AS step FROM wf_steps_view WHERE instance_id = pg_temp.id('first') AND effects_failed <> '{}' \gset
SELECT effects_retried, effects_successful, effects_still_failed
FROM wf_retry_effects(pg_temp.id('first'), step_id => :'step', retried_by => 'admin-user-id', force_retry => true, organization_id => '00000000-0000-0000-0000-000000000123');
SELECT effect_id AS effect, attempt FROM wf_claim_effects('w', ARRAY['HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1']) \gset
SELECT status FROM wf_fail_effects('w', ARRAY[:'effect']::uuid[], ARRAY[:attempt], ARRAY['{"type": "unavailable", "message": "no route"}'::jsonb], retryable => false);
SELECT effects_retried, effects_successful, effects_still_failed
FROM wf_retry_effects(pg_temp.id('first'), step_id => :'step', effect_filter => ARRAY['HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1'], retried_by => 'admin-user-id', force_retry => true);
SELECT effect_id AS effect, attempt FROM wf_claim_effects('w', ARRAY['HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1']) \gset
SELECT status FROM wf_complete_effects('w', ARRAY[:'effect']::uuid[], ARRAY[:attempt]);
SELECT effects_failed FROM wf_steps_view WHERE step_id = :'step';
-- Nothing is failed any more; no such step.
CALL pg_temp.try(format('SELECT wf_retry_effects(%L, step_id => %L)', pg_temp.id('first'), :'step'));
CALL pg_temp.try(format('SELECT wf_retry_effects(%L, step_id => %L)', pg_temp.id('first'), gen_random_uuid()));
SELECT kind, actor_user_id FROM wf_steps_view WHERE instance_id = pg_temp.id('first') AND kind LIKE '%effect%' ORDER BY seq;

-- 4. What to do if the timer backlog grows.
SELECT instance_key, sla_at < wf.now() AS overdue FROM wf_list_instances(overdue => true, sort_order => 'asc', organization_id => '00000000-0000-0000-0000-000000000123');
-- SQL as printed; only its answer is counted, because minutes pass.
CREATE TEMPORARY TABLE answer AS
  SELECT timer_id, instance_id, fire_at, 
         EXTRACT(EPOCH FROM (NOW() - fire_at))/60 as minutes_overdue
  FROM wf_timers_view 
  WHERE timer_status = 'PENDING' 
    AND fire_at <= NOW() - INTERVAL '5 minutes'
  ORDER BY fire_at
  LIMIT 10;
SELECT i.instance_key, a.minutes_overdue > 5 AS overdue FROM answer AS a JOIN wf_instances_view AS i USING (instance_id) ORDER BY 1;
SELECT timer_id AS timer FROM answer WHERE instance_id = pg_temp.id('second') \gset
SELECT status, from_state, to_state FROM wf_fire_timer(pg_temp.id('second'), :'timer', organization_id => '00000000-0000-0000-0000-000000000123');
-- TIMER_ALREADY_FIRED.
\set VERBOSITY terse
CALL pg_temp.try(format('SELECT wf_fire_timer(%L, %L)', pg_temp.id('second'), :'timer'));
\set VERBOSITY default
   SELECT * FROM pg_stat_activity 
   WHERE query LIKE '%wf_timers%' 
     AND state = 'active' \g /dev/null
SELECT count(*) FROM pg_stat_activity \g /dev/null
-- Or all of them.
SELECT timers_fired FROM wf_scheduler_tick();

-- Mass workflow failures.
SELECT to_state FROM wf_send(pg_temp.id('third'), 'STOP');
SELECT instance_key, current_state, status FROM wf_list_instances(current_state => 'FAILED', organization_id => '00000000-0000-0000-0000-000000000123');
SELECT enabled, scope, reason FROM wf_set_feature_flag('ALL', enabled => false, global => true, reason => 'Emergency system-wide stop due to mass failures');
\set VERBOSITY terse
SELECT count(wf_start('order'));
\set VERBOSITY default
SELECT wf_pause_all(reason => 'mass failures') AS paused;
SELECT wf_resume_all() AS resumed;
SELECT enabled FROM wf_set_feature_flag('ALL', enabled => true, global => true);
-- Data corruption: how far does it go?
SELECT * FROM wf_check();

-- Daily health check.
SELECT component, status FROM wf_health() WHERE component IN ('version', 'incidents', 'owners');
  SELECT 
    COUNT(*) FILTER (WHERE timer_status = 'PENDING' AND fire_at <= NOW()) as overdue_timers,
    COUNT(*) FILTER (WHERE created_at >= NOW() - INTERVAL '24 hours') as timers_created_24h,
    COUNT(*) FILTER (WHERE timer_status = 'FIRED' AND fired_at >= NOW() - INTERVAL '24 hours') as timers_fired_24h
  FROM wf_timers_view;
SELECT to_state FROM wf_send(pg_temp.id('first'), 'SENT');
  SELECT 
    COUNT(*) as total_workflows,
    COUNT(*) FILTER (WHERE current_state IN ('COMPLETED')) as completed,
    COUNT(*) FILTER (WHERE current_state IN ('FAILED', 'CANCELLED')) as failed,
    (COUNT(*) FILTER (WHERE current_state IN ('COMPLETED')) * 100.0 / COUNT(*)) as success_rate
  FROM wf_instances_view 
  WHERE created_at >= NOW() - INTERVAL '24 hours';

-- Workflows stuck in PENDING.
CREATE TEMPORARY TABLE stuck AS
SELECT instance_id, current_state, created_at, updated_at
FROM wf_instances_view 
WHERE current_state = 'PENDING' 
  AND created_at < NOW() - INTERVAL '1 hour';
SELECT i.instance_key, s.current_state FROM stuck AS s JOIN wf_instances_view AS i USING (instance_id);
CREATE TEMPORARY TABLE its_timers AS
SELECT t.timer_id, t.fire_at, t.timer_status
FROM wf_timers_view t
JOIN wf_instances_view i ON i.instance_id = t.instance_id
WHERE i.current_state = 'PENDING';
SELECT timer_status FROM its_timers;
SELECT event, to_state, allowed, regexp_replace(reason, 'at .*', '') AS reason FROM wf_events(pg_temp.id('second'));

-- Customer not receiving notifications. The second table is the application's.
CREATE TEMPORARY TABLE communication_logs (correlation_id text);
CREATE TEMPORARY TABLE sent AS
SELECT effect_id, effect_status, last_error
FROM wf_effects_view 
WHERE effect_smart_code = 'HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1'
  AND created_at >= NOW() - INTERVAL '1 hour';
SELECT effect_status, last_error FROM sent;
SELECT * FROM communication_logs 
WHERE correlation_id = 'workflow-correlation-id';

-- High memory usage.
SELECT pid, state, query_start, query
FROM pg_stat_activity 
WHERE state = 'active' 
  AND query_start < NOW() - INTERVAL '30 seconds'
ORDER BY query_start \g /dev/null

-- Reference: common error codes (each is raised above, or in feature_flags, handlers and the tests of sends).
SELECT code, meaning FROM wf_error_codes WHERE code IN ('WORKFLOW_DISABLED', 'PERMISSION_DENIED', 'TIMER_ALREADY_FIRED', 'GUARD_FAILED', 'EFFECT_FAILED') ORDER BY code;
SELECT count(*) FROM (SELECT FROM wf_instances_view UNION ALL SELECT FROM wf_steps_view UNION ALL SELECT FROM wf_tasks_view UNION ALL SELECT FROM wf_timers_view UNION ALL SELECT FROM wf_effects_view) AS v \g /dev/null
SELECT i::regclass FROM unnest(ARRAY['wf.idx_wf_instances_org_state', 'wf.idx_wf_instances_sla', 'wf.idx_wf_timers_due', 'wf.idx_wf_tasks_state_due']) AS i;
SELECT pg_get_indexdef(i::regclass) FROM unnest(ARRAY['wf.idx_wf_timers_entity_code', 'wf.idx_wf_steps_line_code']) AS i;

SELECT wf_revoke('runbook_viewer', 'viewer', '00000000-0000-0000-0000-000000000123');
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pg_temp FROM runbook_viewer;
DROP ROLE runbook_viewer;
