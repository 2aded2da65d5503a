-- Feature flags: who may start what, who decided that, and what they leave alone. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
\set flag 'SELECT enabled, scope, reason, set_by, set_at FROM'
-- Organizations A and B; the definitions are shared.
\set a '''0000000a-0000-0000-0000-000000000000'''
\set b '''0000000b-0000-0000-0000-000000000000'''
\set zero '''00000000-0000-0000-0000-000000000000'''
SELECT code FROM wf_define('{"id": "f.one", "initial": "open", "states": {"open": {"on": {"GO": "done"}}, "done": {"type": "final"}}}', organization_id => :zero);
SELECT code FROM wf_define('{"id": "f.two", "initial": "open", "states": {"open": {}}}', organization_id => :zero);
SELECT wf_start('f.one', instance_key => 'a1', organization_id => :a) IS NOT NULL AS started;
SELECT wf_start('f.one', instance_key => 'b1', organization_id => :b) IS NOT NULL AS started;

-- Without a flag everything is on.
:flag wf_check_feature_flag('f.one', organization_id => :a);

-- A global flag for one code: both organizations, no other code.
:flag wf_set_feature_flag('f.one', false, 'release 12 is broken', global => true, set_by => 'olga');
SELECT wf_start('f.one', organization_id => :a);
SELECT wf_start('f.one', organization_id => :b);
SELECT wf_start('f.two', instance_key => 'a2', organization_id => :a) IS NOT NULL AS started;
-- A key that exists answers as before, and what runs goes on.
SELECT wf_start('f.one', instance_key => 'a1', organization_id => :a) = instance_id AS same
FROM wf_instances_view WHERE instance_key = 'a1';
SELECT to_state FROM wf_send((SELECT instance_id FROM wf_instances_view WHERE instance_key = 'b1'), 'GO', organization_id => :b);

-- The flag of an organization goes before the global one.
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
:flag wf_set_feature_flag('f.one', true, 'A has the repair', set_by => 'anna', organization_id => :a);
:flag wf_check_feature_flag('f.one', organization_id => :a);
:flag wf_check_feature_flag('f.one', organization_id => :b);
SELECT wf_start('f.one', organization_id => :a) IS NOT NULL AS started;
SELECT wf_start('f.one', organization_id => :b);

-- ALL without global stops one organization, also for codes that its own flag lets in.
:flag wf_set_feature_flag('ALL', false, 'audit', set_by => 'anna', organization_id => :a);
SELECT wf_start('f.one', organization_id => :a);
SELECT wf_start('f.two', organization_id => :a);
SELECT wf_start('f.two', organization_id => :b) IS NOT NULL AS started;
:flag wf_check_feature_flag('f.two', organization_id => :b);

-- ALL with global stops everybody, and is what a start names although others stop it as well.
:flag wf_set_feature_flag('ALL', false, 'mass failures', global => true, set_by => 'olga');
SELECT wf_start('f.two', organization_id => :b);
SELECT wf_start('f.one', organization_id => :a);
:flag wf_check_feature_flag('f.one', organization_id => :a);
SELECT definition_code, global, enabled, reason, set_by, set_at FROM wf_feature_flags_view
ORDER BY global, organization_id, definition_code;

-- Lifting one stop leaves the others in force.
SET pg_workflow.fake_now = '2026-03-02 11:00+00';
:flag wf_set_feature_flag('ALL', true, 'over', global => true, set_by => 'olga');
SELECT wf_start('f.two', organization_id => :b) IS NOT NULL AS started;
SELECT wf_start('f.two', organization_id => :a);
:flag wf_set_feature_flag('ALL', true, organization_id => :a);
SELECT wf_start('f.two', organization_id => :a) IS NOT NULL AS started;
-- The global flag for f.one stays; it was hidden by A's own.
SELECT wf_start('f.one', organization_id => :b);
SELECT wf_start('f.one', organization_id => :a) IS NOT NULL AS started;

-- Organization zero's own flag is its own.
:flag wf_set_feature_flag('f.two', false, organization_id => :zero);
SELECT wf_start('f.two', organization_id => :zero);
SELECT wf_start('f.two', organization_id => :b) IS NOT NULL AS started;

-- Who, when and why stays: the audit trail.
SELECT definition_code, global, enabled, reason, set_by, database_role, set_at, is_current FROM wf_feature_flag_changes_view
ORDER BY set_at, global, organization_id, definition_code, enabled;

-- A change that is rolled back never held.
BEGIN;
:flag wf_set_feature_flag('ALL', false, 'by mistake', global => true);
ROLLBACK;
:flag wf_check_feature_flag('f.two', organization_id => :b);

-- A child: the parent hears of it as of any other failure, and the retries go on once the stop is lifted.
SELECT code FROM wf_define('{"id": "f.parent", "initial": "waiting", "states": {
    "waiting": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "f.one"}, "retry": {"jitter": "none"}, "onDone": "done"}}, "done": {"type": "final"}}}', organization_id => :zero);
SELECT wf_start('f.parent', instance_key => 'parent', organization_id => :b) AS parent \gset
SELECT effects_run FROM wf_scheduler_tick(organization_id => :b);
SELECT effect_status, attempt_count, last_error ->> 'type' AS type, last_error ->> 'message' AS message, next_retry_at
FROM wf_effects_view WHERE instance_id = :'parent';
:flag wf_set_feature_flag('f.one', true, 'repaired', global => true, set_by => 'olga');
SET pg_workflow.fake_now = '2026-03-02 11:01+00';
SELECT effects_run FROM wf_scheduler_tick(organization_id => :b);
SELECT definition_code, current_state FROM wf_instances_view WHERE parent_id = :'parent';

-- A schedule: the moment is lost, its row says why, and the next moment comes.
SELECT next_run_at FROM wf_schedule('hourly', '@hourly', 'f.two', organization_id => :b);
:flag wf_set_feature_flag('f.two', false, 'quiet', set_by => 'bert', organization_id => :b);
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT timers_fired FROM wf_scheduler_tick(organization_id => :b);
SELECT name, last_run_at, last_error_at, last_error, next_run_at FROM wf_schedules_view WHERE name = 'hourly';
:flag wf_set_feature_flag('f.two', true, organization_id => :b);
SET pg_workflow.fake_now = '2026-03-02 13:00+00';
SELECT timers_fired FROM wf_scheduler_tick(organization_id => :b);
SELECT name, last_run_at, last_error_at, next_run_at FROM wf_schedules_view WHERE name = 'hourly';
SELECT wf_unschedule('hourly', organization_id => :b);

-- What is missing is named.
SELECT wf_set_feature_flag(NULL, false);
SELECT wf_set_feature_flag('f.one', NULL);
SELECT wf_set_feature_flag(' ', false, organization_id => :a);
SELECT wf_set_feature_flag('f.one', false);
SELECT wf_check_feature_flag(NULL);
SELECT wf_start('f.none', organization_id => :a);
