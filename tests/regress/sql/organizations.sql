-- Organizations: whose instance it is, whose definition is found, when one must be named.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
\set zero '00000000-0000-0000-0000-000000000000'
\set red  '11111111-1111-7111-8111-111111111111'
\set blue '22222222-2222-7222-8222-222222222222'

-- Alone in the database nobody needs to know about organizations.
SELECT code, version FROM wf_define('{"id": "shared", "initial": "shared", "states": {"shared": {"on": {"GO": {"target": "end", "guard": "allowed"}}}, "end": {"type": "final"}}}');
SELECT wf_start('shared', instance_key => 'alone') IS NOT NULL AS started;
SELECT organization_id FROM wf_instances_view;

-- A definition of organization zero is everybody's; an organization's own goes before it.
SELECT wf_start('shared', instance_key => 'r1', organization_id => :'red') IS NOT NULL AS started;
SELECT code, version FROM wf_define('{"id": "shared", "initial": "own", "states": {"own": {}}}', organization_id => :'blue');
SELECT wf_start('shared', instance_key => 'b1', organization_id => :'blue') IS NOT NULL AS started;
SELECT organization_id, instance_key, current_state, definition_version FROM wf_instances_view ORDER BY 1, 2;
SELECT organization_id, definition_code, definition_version, is_current FROM wf_definitions_view ORDER BY 1;
SELECT wf_definition('shared', organization_id => :'blue');
SELECT wf_definition('shared', organization_id => :'red') ->> 'initial' AS initial;

-- With several, whoever creates must say for whom.
CALL pg_temp.try($$SELECT wf_start('shared')$$);
CALL pg_temp.try($$SELECT wf_define('{"id": "x", "initial": "a", "states": {"a": {}}}')$$);
CALL pg_temp.try($$SELECT wf_register_guard('x', 'now')$$);
SET app.current_org_id = '11111111-1111-7111-8111-111111111111';
SELECT wf_start('shared', instance_key => 'r2') IS NOT NULL AS started;
SELECT organization_id FROM wf_instances_view WHERE instance_key = 'r2';
-- A parameter goes before the setting; an empty setting is none; a wrong one is named.
SELECT wf_start('shared', instance_key => 'b2', organization_id => :'blue') IS NOT NULL AS started;
SELECT organization_id FROM wf_instances_view WHERE instance_key = 'b2';
SET app.current_org_id = '';
CALL pg_temp.try($$SELECT wf_start('shared')$$);
SET app.current_org_id = 'red';
CALL pg_temp.try($$SELECT wf_start('shared')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'GO')$$);
RESET app.current_org_id;
SELECT wf_start('shared', instance_key => 'z', organization_id => :'zero') IS NOT NULL AS started;

-- The same key in two organizations is two instances.
SELECT wf_start('shared', instance_key => 'r1', organization_id => :'blue') <> wf_start('shared', instance_key => 'r1', organization_id => :'red') AS different;
DELETE FROM wf.instance WHERE instance_key = 'r1' AND organization_id = :'blue';

-- Another organization's instance does not exist, whatever is asked of it.
SET app.current_org_id = '22222222-2222-7222-8222-222222222222';
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'GO')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'GO', idempotency_key => 'k')$$);
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('r1'), 'end')$$);
CALL pg_temp.try($$SELECT wf_cancel(pg_temp.id('r1'))$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('r1'), 'x', '1 hour')$$);
CALL pg_temp.try($$SELECT wf_cancel_timer(pg_temp.id('r1'))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('r1'), pg_temp.id('r1'))$$);
CALL pg_temp.try($$SELECT wf_get_instance(pg_temp.id('r1'))$$);
CALL pg_temp.try($$SELECT wf_get_instance(pg_temp.id('b1'), '11111111-1111-7111-8111-111111111111')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('b1'), 'GO', organization_id => '11111111-1111-7111-8111-111111111111')$$);
SELECT instance_key FROM wf_list_instances(sort_order => 'asc');
SELECT wf_get_instance(pg_temp.id('b1')) -> 'instance' ->> 'instance_key' AS key;
RESET app.current_org_id;
SELECT instance_key FROM wf_list_instances(organization_id => :'red', sort_order => 'asc');
-- Without an organization an instance is found in any.
SELECT wf_get_instance(pg_temp.id('r1')) -> 'instance' ->> 'instance_key' AS key;
SELECT fire_at FROM wf_set_timer(pg_temp.id('r1'), 'GO', delay => '1 minute');
SELECT fire_at FROM wf_set_timer(pg_temp.id('z'), 'Z', delay => '2 minutes');
SELECT DISTINCT organization_id FROM wf_timers_view WHERE timer_name = 'GO';

-- Guards: the organization's own before the shared one.
CREATE SCHEMA demo;
CREATE FUNCTION demo.yes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION demo.no(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
SELECT wf_register_guard('allowed', 'demo.yes', :'zero');
SELECT wf_register_guard('allowed', 'demo.no', :'red');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r2'), 'GO')$$);
SELECT to_state FROM wf_send(pg_temp.id('alone'), 'GO');

-- The batch serves all, or the one that is named.
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick(organization_id => :'blue');
SELECT timers_fired, next_run_at FROM wf_scheduler_tick(organization_id => :'zero');
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT organization_id, active_instances, completed_instances FROM wf_metrics_view ORDER BY 1;

DROP SCHEMA demo CASCADE;
CALL pg_temp.wipe();
