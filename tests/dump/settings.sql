-- What operators and administrators set, beside the work of tests/upgrade/work.sql: a row in every table that holds settings.
\set ON_ERROR_STOP on
SET timezone = 'UTC';
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT enabled FROM wf_set_feature_flag('stopped', false, 'not ready', set_by => 'olga');
SELECT enabled FROM wf_set_feature_flag('stopped', true, 'ready', set_by => 'olga');
SELECT enabled FROM wf_set_feature_flag('stopped', false, 'not ready after all', set_by => 'olga');
SELECT held_at FROM wf_hold_instance((SELECT instance_id FROM wf_instances_view WHERE instance_key = 'done'), 'case 4711', 'lena');
SELECT code FROM wf_hold_effects('fax.*', 'no paper', 'olga');
SELECT wf_register_handler('fax.send', 'worker', '{"retry": {"maximum_attempts": 5}}');
CREATE FUNCTION public.dump_guard(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql RETURN context ->> 'n' = '0';
SELECT wf_register_guard('dump.guard', 'public.dump_guard');
SELECT wf_set_calendar('shop', 'Europe/Berlin', '{"mon": ["09:00-17:00"]}', '["2026-12-25"]');
SELECT task_id FROM wf_create_task((SELECT instance_id FROM wf_instances_view WHERE instance_key = 'timer'), 'Call back', assignee_role => 'clerk');
SELECT wf_grant('dump_viewer', 'viewer');
SET pg_workflow.fake_now = '2026-03-01 09:00+00';
SELECT wf_start('child', initial_state => 'done') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT instances FROM wf_purge('1 hour');
