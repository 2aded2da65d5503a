-- Service levels: what a clock says and to whom, once; what stops it and what it survives. Deadlines themselves are in sla_table.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET intervalstyle = 'postgres';
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

CREATE FUNCTION pg_temp.clocks(key text) RETURNS TABLE (state text, target_at timestamptz, elapsed interval, remaining interval, paused boolean, warned_at timestamptz, breached_at timestamptz, escalations integer, next_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.state, s.target_at, s.elapsed, s.remaining, s.paused, s.warned_at, s.breached_at, s.escalations, s.next_at, s.ended_at
    FROM wf_sla_view AS s WHERE s.instance_id = pg_temp.id(key) ORDER BY s.started_at, s.state NULLS FIRST;
END;
CREATE FUNCTION pg_temp.steps(key text) RETURNS TABLE (seq bigint, kind text, at timestamptz, effects text[], detail jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.seq, s.kind, s.created_at, s.effects_queued, s.detail - 'definition_code' - 'instance_key' FROM wf.step AS s WHERE s.instance_id = pg_temp.id(key) ORDER BY s.seq;
END;
CREATE FUNCTION pg_temp.effects(key text) RETURNS TABLE (code text, status text, params jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT e.code, e.status, e.params FROM wf.effect AS e WHERE e.instance_id = pg_temp.id(key) ORDER BY e.created_at, e.id;
END;

-- The default ladder: the owner at the breach, the manager after 2 hours, operations after 6; a warning before.
SELECT code FROM wf_define('{"id": "order", "initial": "open", "sla": {"duration": "PT4H", "warn": 0.75}, "states": {"open": {"on": {"SHIP": "shipped"}}, "shipped": {"type": "final"}}}');
SELECT wf_start('order', instance_key => 'o', owner_team => 'sales', owner_user_id => 'olga') IS NOT NULL AS started;
SELECT * FROM pg_temp.clocks('o');
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick(dry_run => true);
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 13:00+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT overdue_instances FROM wf_metrics_view;
SET pg_workflow.fake_now = '2026-03-02 15:00+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT count(*) FROM wf_list_instances(overdue => true);
SET pg_workflow.fake_now = '2026-03-03 09:00+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT * FROM pg_temp.steps('o');
SELECT * FROM pg_temp.effects('o');
SELECT * FROM pg_temp.clocks('o');
-- What was breached stays to be looked at.
SELECT to_state FROM wf_send(pg_temp.id('o'), 'SHIP');
SELECT * FROM pg_temp.clocks('o');
SELECT sla_at, status FROM wf_instances_view WHERE instance_key = 'o';

-- A ladder of its own: in the order of its moments, however late the tick comes; without a rung at the breach that is a step only. A
-- warning that comes with the breach is left out.
SELECT code FROM wf_define('{"id": "claim", "initial": "check", "sla": {"duration": "PT1H", "warn": 0.5,
    "escalations": [{"after": "PT2H", "to_user": "olga", "effect": "page.olga"}, {"after": "PT30M", "to_role": "lead"}, {"after": "PT30M", "to_role": "deputy"}, {"after": "P1D", "effect": "tell.all"}]},
    "states": {"check": {"on": {"OK": "done"}}, "done": {"type": "final"}}}');
SELECT wf_start('claim', instance_key => 'c') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-03-03 12:30+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT * FROM pg_temp.steps('c');
SELECT * FROM pg_temp.effects('c');
SELECT * FROM pg_temp.clocks('c');
SELECT status FROM wf_cancel(pg_temp.id('c'));
SELECT state, breached_at, next_at, ended_at FROM pg_temp.clocks('c');
SELECT next_run_at FROM wf_scheduler_tick();

-- Clocks of states: in parallel regions, of compound states, and one that is only passed through has none.
SELECT code FROM wf_define('{"id": "ship", "type": "parallel", "states": {
    "pack": {"initial": "pick", "sla": {"duration": "PT6H"}, "states": {
        "pick": {"sla": {"duration": "PT1H"}, "on": {"PICKED": "rush"}},
        "rush": {"sla": {"duration": "PT1M"}, "always": "box"},
        "box": {"sla": {"duration": "PT2H"}, "on": {"BOXED": "gone"}}, "gone": {"type": "final"}}},
    "bill": {"initial": "draft", "states": {"draft": {"sla": {"duration": "PT3H"}, "on": {"BILLED": "sent"}}, "sent": {"type": "final"}}}}}');
SELECT wf_start('ship', instance_key => 's') IS NOT NULL AS started;
SELECT sla_at FROM wf_instances_view WHERE instance_key = 's';
SELECT state, target_at FROM pg_temp.clocks('s');
SET pg_workflow.fake_now = '2026-03-03 13:00+00';
SELECT to_state FROM wf_send(pg_temp.id('s'), 'PICKED');
SELECT state, target_at FROM pg_temp.clocks('s');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 's';
-- The breach of one state says nothing of the others.
SET pg_workflow.fake_now = '2026-03-03 15:10+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT state, breached_at, escalations, next_at FROM pg_temp.clocks('s');
SELECT to_state FROM wf_send(pg_temp.id('s'), 'BOXED');
SELECT state, target_at, ended_at FROM pg_temp.clocks('s');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 's';
SELECT status FROM wf_send(pg_temp.id('s'), 'BILLED');
SELECT state, breached_at, ended_at FROM pg_temp.clocks('s');

-- A deadline that was missed is missed, whether or not the scheduler was there to see it; during a pause nothing is.
SELECT wf_start('order', instance_key => 'late') IS NOT NULL AS started;
SELECT wf_start('order', instance_key => 'just') IS NOT NULL AS started;
SELECT wf_start('order', instance_key => 'paused') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('paused'));
SET pg_workflow.fake_now = '2026-03-03 19:10+00';
SELECT status FROM wf_send(pg_temp.id('just'), 'SHIP');
SET pg_workflow.fake_now = '2026-03-03 19:11+00';
SELECT status FROM wf_send(pg_temp.id('late'), 'SHIP');
SELECT status FROM wf_cancel(pg_temp.id('paused'));
SELECT count(*) FROM pg_temp.clocks('just');
SELECT remaining, breached_at, escalations, ended_at FROM pg_temp.clocks('late');
SELECT count(*) FROM pg_temp.clocks('paused');
SELECT count(*) FROM pg_temp.effects('late');

-- A pause stops everything; what was due in it comes after it, later by as much. Two clocks, children too.
SELECT code FROM wf_define('{"id": "child", "initial": "a", "sla": {"duration": "PT2H"}, "states": {"a": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "parent", "initial": "a", "sla": {"duration": "PT4H"}, "states": {
    "a": {"sla": {"duration": "PT3H"}, "invoke": {"src": "wf.workflow", "input": {"definition_code": "child", "instance_key": "kid"}, "onDone": "z"}, "on": {"SKIP": "z"}}, "z": {"type": "final"}}}');
SET pg_workflow.fake_now = '2026-03-04 09:00+00';
SELECT wf_start('parent', instance_key => 'p') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, sla_at FROM wf_instances_view WHERE status = 'active' ORDER BY instance_key;
SET pg_workflow.fake_now = '2026-03-04 10:00+00';
SELECT paused FROM wf_pause(pg_temp.id('p'));
SET pg_workflow.fake_now = '2026-03-04 20:00+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT instance_key, sla_at FROM wf_instances_view WHERE status = 'active' ORDER BY instance_key;
SELECT state, target_at, elapsed, remaining, paused, next_at FROM pg_temp.clocks('p');
SELECT paused FROM wf_resume(pg_temp.id('p'));
SELECT instance_key, sla_at FROM wf_instances_view WHERE status = 'active' ORDER BY instance_key;
SELECT state, target_at, elapsed, remaining, paused, next_at FROM pg_temp.clocks('p');
-- Leaving the state cancels the child, and its clock with it.
SELECT status FROM wf_send(pg_temp.id('p'), 'SKIP');
SELECT count(*) FROM wf_sla_view WHERE ended_at IS NULL;

-- Recalculation: its errors, and what it answers and records.
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc('00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('p'))$$);
SELECT code FROM wf_define('{"id": "free", "initial": "a", "states": {"a": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SELECT wf_start('free', instance_key => 'f') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'))$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'), 0)$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'), -1)$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'), 'NaN')$$);
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'), 8766001)$$);
SELECT instance_id = pg_temp.id('f') AS same, previous_sla_at, new_sla_at, pause_time_hours, sla_recalc_at
FROM wf_sla_recalc(instance_id => pg_temp.id('f'), sla_override_hours => 2.5, recalc_reason => 'promised on the phone', recalc_by => 'anna');
SELECT kind, actor_user_id, note, detail FROM wf.step WHERE instance_id = pg_temp.id('f') ORDER BY seq;
SET pg_workflow.fake_now = '2026-03-04 22:30+00';
SELECT instances_escalated, next_run_at FROM wf_scheduler_tick();
SELECT code, params FROM pg_temp.effects('f');
SELECT state, target_at, override_hours FROM wf_sla_view WHERE instance_id = pg_temp.id('f');
-- Without one again, and nothing to count by.
CALL pg_temp.try($$SELECT * FROM wf_sla_recalc(pg_temp.id('f'))$$);
SELECT status FROM wf_send(pg_temp.id('f'), 'GO');

-- Another version: each clock that goes on counts by the newer rules, from where it began; the others end or begin.
SET pg_workflow.fake_now = '2026-03-05 09:00+00';
SELECT version FROM wf_define('{"id": "v", "initial": "a", "sla": {"duration": "PT10H"}, "states": {
    "a": {"sla": {"duration": "PT2H"}, "on": {"GO": "b"}}, "b": {"sla": {"duration": "PT1H"}, "on": {"GO": "z"}}, "z": {"type": "final"}}}');
SELECT wf_start('v', instance_key => 'v') IS NOT NULL AS started;
SELECT wf_start('v', instance_key => 'w') IS NOT NULL AS started;
SELECT wf_start('v', instance_key => 'x') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-03-05 09:30+00';
SELECT paused FROM wf_pause(pg_temp.id('v'));
SET pg_workflow.fake_now = '2026-03-05 10:00+00';
SELECT paused FROM wf_resume(pg_temp.id('v'));
SELECT version FROM wf_define('{"id": "v", "initial": "a2", "sla": {"duration": "PT20H"}, "states": {
    "a2": {"sla": {"duration": "PT4H"}, "on": {"GO": "b"}}, "b": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SELECT version FROM wf_define('{"id": "v", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SELECT to_state FROM wf_modify(pg_temp.id('v'), version => 2, state_map => '{"a": "a2"}', dry_run => true);
SELECT state, target_at, next_at FROM pg_temp.clocks('v');
SELECT to_state FROM wf_modify(pg_temp.id('v'), version => 2, state_map => '{"a": "a2"}');
SELECT state, target_at, next_at FROM pg_temp.clocks('v');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'v';
SELECT to_state FROM wf_modify(pg_temp.id('v'), version => 3, state_map => '{"a2": "a"}');
SELECT state, target_at, next_at FROM pg_temp.clocks('v');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'v';
-- Back to rules: the instance's own clock from its start with its pauses, its state's from now.
SELECT to_state FROM wf_modify(pg_temp.id('v'), version => 2, state_map => '{"a": "a2"}');
SELECT state, target_at, next_at FROM pg_temp.clocks('v');
-- Within a version: a state that is left and one that is entered; one that is kept goes on.
SET pg_workflow.fake_now = '2026-03-05 10:30+00';
SELECT to_state FROM wf_modify(pg_temp.id('w'), context => '{"n": 1}');
SELECT state, target_at FROM pg_temp.clocks('w');
SELECT to_state FROM wf_modify(pg_temp.id('w'), state => 'b');
SELECT state, target_at FROM pg_temp.clocks('w');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'w';
-- An override stays one in the next version; a paused instance moves with its clocks standing still.
SELECT new_sla_at FROM wf_sla_recalc(pg_temp.id('x'), 1.75);
SELECT paused FROM wf_pause(pg_temp.id('x'));
SELECT to_state FROM wf_modify(pg_temp.id('x'), version => 2, state_map => '{"a": "a2"}');
SELECT state, target_at, paused, next_at FROM pg_temp.clocks('x');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'x';
SET pg_workflow.fake_now = '2026-03-05 11:30+00';
SELECT paused FROM wf_resume(pg_temp.id('x'));
SELECT state, target_at, paused, next_at FROM pg_temp.clocks('x');
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'x';
-- A cancelled instance that comes back has a clock again, from its start.
SELECT status FROM wf_cancel(pg_temp.id('x'));
SELECT count(*) FROM pg_temp.clocks('x');
SELECT to_state FROM wf_modify(pg_temp.id('x'), state => 'a2');
SELECT state, target_at, next_at FROM pg_temp.clocks('x');

-- What cannot be worked on says why, is tried again, and holds nobody up.
SELECT code FROM wf_set_calendar('office', 'UTC', '{"mon-fri": "09:00-17:00"}');
SELECT code FROM wf_define('{"id": "desk", "initial": "a", "sla": {"duration": "PT1H", "calendar": "office"}, "states": {"a": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SET pg_workflow.fake_now = '2026-03-06 09:00+00';
SELECT wf_start('desk', instance_key => 'd') IS NOT NULL AS started;
SELECT wf_start('claim', instance_key => 'e') IS NOT NULL AS started;
DELETE FROM wf.calendar;
SET pg_workflow.fake_now = '2026-03-06 10:00+00';
SELECT instances_escalated >= 1 AS others FROM wf_scheduler_tick();
SELECT state, elapsed, target_at, breached_at, next_at, last_error FROM wf_sla_view WHERE instance_id = pg_temp.id('d');
SELECT breached_at FROM pg_temp.clocks('e');
SELECT code FROM wf_set_calendar('office', 'UTC', '{"mon-fri": "09:00-17:00"}');
SET pg_workflow.fake_now = '2026-03-06 10:01+00';
SELECT instances_escalated FROM wf_scheduler_tick();
SELECT state, elapsed, target_at, breached_at, next_at, last_error FROM wf_sla_view WHERE instance_id = pg_temp.id('d');

-- max_instances bounds a batch, organizations keep to themselves.
SELECT code FROM wf_define('{"id": "many", "initial": "a", "sla": {"duration": "PT1H"}, "states": {"a": {"on": {"GO": "z"}}, "z": {"type": "final"}}}');
SET pg_workflow.fake_now = '2026-03-20 09:00+00';
SELECT instances_escalated >= 0 AS rest FROM wf_scheduler_tick();
SELECT count(wf_start('many', instance_key => 'many ' || n, organization_id => ('00000000-0000-0000-0000-00000000000' || n % 2 + 1)::uuid)) FROM generate_series(1, 6) AS n;
SET pg_workflow.fake_now = '2026-03-20 10:00+00';
CALL pg_temp.try($$SELECT * FROM wf_scheduler_tick(max_instances => -1)$$);
SELECT instances_escalated FROM wf_scheduler_tick(max_instances => 0);
SELECT instances_escalated FROM wf_scheduler_tick(max_instances => 2);
SELECT instances_escalated FROM wf_scheduler_tick(organization_id => '00000000-0000-0000-0000-000000000002');
SELECT instances_escalated FROM wf_scheduler_tick();
SELECT organization_id, count(*), count(breached_at) FROM wf_sla_view JOIN wf_instances_view USING (organization_id, instance_id) WHERE instance_key LIKE 'many %' GROUP BY 1 ORDER BY 1;
SELECT instances_escalated FROM wf_scheduler_runs_view WHERE started_at = '2026-03-20 10:00+00' ORDER BY scheduler_run_id;

-- A definition without a service level leaves no trace here.
SELECT count(*) FROM wf_sla_view WHERE definition_code = 'free' AND override_hours IS NULL;
