-- Overdue tasks climb their ladder: by the clock, by hand, by wf.escalate. Each rung is a step and an effect.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE FUNCTION pg_temp.task(key text) RETURNS uuid LANGUAGE sql STABLE
RETURN (SELECT t.task_id FROM wf_tasks_view AS t WHERE t.instance_id = pg_temp.id(key) ORDER BY t.task_id DESC LIMIT 1);
CREATE FUNCTION pg_temp.place(key text) RETURNS TABLE (task_state text, role text, "user" text, level integer, due_at timestamptz, sla_at timestamptz, priority text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT t.task_state, t.assignee_role, t.assignee_user_id, t.escalation_level, t.due_at, t.sla_at, t.priority FROM wf_tasks_view AS t WHERE t.task_id = pg_temp.task(key);
END;
CREATE FUNCTION pg_temp.rungs(key text) RETURNS TABLE (seq bigint, kind text, note text, effects text[], facts jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.seq, s.kind, s.note, s.effects_queued, COALESCE(s.detail -> 'escalated_tasks' -> 0, s.detail) - 'task_id' - 'title' FROM wf.step AS s WHERE s.instance_id = pg_temp.id(key) AND s.effects_queued IS NOT NULL ORDER BY s.seq;
END;
SELECT code FROM wf_define('{"id": "e", "initial": "a", "context": {"ladder": null}, "states": {
    "a": {"invoke": {"src": "wf.task", "input": {"title": "T", "assignee_role": "$.role", "due": "PT1H", "escalations": "$.ladder"}, "onDone": "b"}, "on": {"NUDGE": {"actions": "wf.escalate"}, "LEAVE": {"target": "b", "actions": "wf.escalate"}}},
    "b": {"type": "final"}}}');

-- The ladder that a task has without naming one: manager an hour after the due date, operations four hours after it.
SELECT wf_start('e', '{"role": "clerk"}', 'clerk') IS NOT NULL AS started;
SELECT * FROM pg_temp.place('clerk');
SELECT task_state FROM wf_claim_task(pg_temp.task('clerk'), 'carl', '{clerk}');
SELECT next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 10:59:59.999999+00';
SELECT tasks_escalated, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 11:00+00';
SELECT tasks_escalated FROM wf_scheduler_tick(dry_run => true);
SELECT tasks_escalated, next_run_at FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('clerk');
SELECT tasks_escalated FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT tasks_escalated, next_run_at FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('clerk');
SELECT * FROM pg_temp.rungs('clerk');
SELECT s.seq, e.effect_smart_code, e.effect_status, e.params - 'task_id' AS params FROM wf_effects_view AS e JOIN wf_steps_view AS s USING (step_id) ORDER BY e.effect_id;
SELECT tasks_escalated FROM wf_scheduler_runs_view ORDER BY scheduler_run_id;
-- Nothing is left above; a person can still say where it goes.
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('clerk')) $$);
SELECT task_state, assignee_user_id, escalation_level FROM wf_escalate_task(pg_temp.task('clerk'), to_user => 'ceo', reason => 'last resort');

-- A rung that is the present assignee is skipped: a manager's task goes to operations, four hours after the due date.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf_start('e', '{"role": "manager"}', 'manager') IS NOT NULL AS started;
SELECT * FROM pg_temp.place('manager');
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('manager');
-- Rungs that are all due at once are climbed one after the other; max_tasks bounds them.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf_start('e', '{"role": "clerk"}', 'late') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-03-05 09:00+00';
SELECT tasks_escalated FROM wf_scheduler_tick(max_tasks => 0);
SELECT tasks_escalated FROM wf_scheduler_tick(max_tasks => 1);
SELECT * FROM pg_temp.place('late');
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT seq, facts ->> 'to_role' AS to_role FROM pg_temp.rungs('late');
CALL pg_temp.try($$ SELECT wf_scheduler_tick(max_tasks => -1) $$);

-- A ladder of one's own: sorted by its moments, to a user, with an effect of its own, and a rung that only tells.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf_start('e', '{"role": "clerk", "ladder": [{"after": "PT3H", "to_role": "board"}, {"after": "PT30M", "effect": "mail.remind"}, {"after": "PT1H", "to_user": "max", "effect": "mail.max"}]}', 'own') IS NOT NULL AS started;
SELECT escalations FROM wf_tasks_view WHERE instance_id = pg_temp.id('own');
SELECT task_state FROM wf_claim_task(pg_temp.task('own'), 'carl', '{clerk}');
SET pg_workflow.fake_now = '2026-03-02 10:30+00';
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('own');
SET pg_workflow.fake_now = '2026-03-02 11:00+00';
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('own');
SET pg_workflow.fake_now = '2026-03-02 13:00+00';
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('own');
SELECT * FROM pg_temp.rungs('own');
-- An empty ladder is none.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf_start('e', '{"role": "clerk", "ladder": []}', 'none') IS NOT NULL AS started;
SELECT * FROM pg_temp.place('none');
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('none')) $$);

-- By hand: one rung up, or to whom is named; the priority only rises; candidates and owners are forgotten.
SELECT wf_start('e', '{"role": "clerk"}', 'hand') IS NOT NULL AS started;
SELECT task_state FROM wf_claim_task(pg_temp.task('hand'), 'carl', '{clerk}');
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('hand'), new_priority => 'low') $$);
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('hand'), new_priority => 'asap') $$);
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('hand'), to_role => '') $$);
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('hand'), to_user => 'carl') $$);
SELECT task_state, assignee_role, assignee_user_id, priority, sla_at FROM wf_escalate_task(pg_temp.task('hand'), reason => 'too big for me', new_priority => 'High');
SELECT task_state, assignee_role, priority, escalation_level, sla_at FROM wf_escalate_task(pg_temp.task('hand'), to_role => 'director');
SELECT * FROM pg_temp.rungs('hand');
-- Assignments move the clock: given to the next rung, it goes to the one after it.
SELECT assignee_role, escalation_level, sla_at FROM wf_reassign_task(pg_temp.task('hand'), 'operations');
SELECT assignee_role, escalation_level, sla_at FROM wf_reassign_task(pg_temp.task('hand'), 'clerk');

-- wf.escalate takes the open tasks of its state up at once; with nothing to take it only leaves its step, and tasks of a state that is left are cancelled.
SELECT wf_start('e', '{"role": "clerk"}', 'nudged') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('nudged'), 'NUDGE');
SELECT * FROM pg_temp.place('nudged');
SELECT to_state FROM wf_send(pg_temp.id('nudged'), 'NUDGE');
SELECT to_state FROM wf_send(pg_temp.id('nudged'), 'NUDGE');
SELECT * FROM pg_temp.place('nudged');
SELECT * FROM pg_temp.rungs('nudged');
SELECT seq, detail FROM wf.step WHERE instance_id = pg_temp.id('nudged') ORDER BY seq DESC LIMIT 1;
SELECT wf_start('e', '{"role": "clerk"}', 'left') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('left'), 'LEAVE');
SELECT task_state, role, level, sla_at FROM pg_temp.place('left');
-- Done and cancelled tasks have no clock.
SET pg_workflow.fake_now = '2026-04-01 09:00+00';
SELECT count(*) AS due FROM wf_tasks_view WHERE sla_at IS NOT NULL AND status = 'closed';
-- The ladder of a flat definition's TASK.ESCALATE timer.
SELECT code FROM wf_define('{"code": "FLAT", "states": ["A", "B"], "transitions": [{"from": "A", "to": "B"}], "timers": [{"on_enter": "A", "minutes": 5, "name": "up", "on_fire": "HERA.UNIV.TASK.ESCALATE.V1"}]}');
SELECT wf_start('FLAT', instance_key => 'flat') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-04-01 09:05+00';
SELECT timers_fired FROM wf_scheduler_tick(max_tasks => 0);
SELECT seq, kind, note, detail FROM wf.step WHERE instance_id = pg_temp.id('flat') ORDER BY seq;
-- A task with a calendar: due after eight working hours, and its rungs count working hours too.
SELECT created FROM wf_set_calendar('office', 'UTC', '{"mon-fri": ["09:00-17:00"]}');
SELECT code FROM wf_define('{"id": "c", "initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input": {"title": "T", "assignee_role": "clerk", "due": "PT8H", "calendar": "office"}}, "on": {"X": "b"}}, "b": {"type": "final"}}}');
SET pg_workflow.fake_now = '2026-03-06 15:00+00';
SELECT wf_start('c', instance_key => 'c') IS NOT NULL AS started;
SELECT due_at, sla_at FROM pg_temp.place('c');
-- Paused from Friday 16:00 until Monday 11:00: one working hour on Friday and two on Monday, so due at 18:00, which is Tuesday 10:00.
SET pg_workflow.fake_now = '2026-03-06 16:00+00';
SELECT paused FROM wf_pause(pg_temp.id('c'));
SET pg_workflow.fake_now = '2026-03-09 11:00+00';
SELECT paused FROM wf_resume(pg_temp.id('c'));
SELECT due_at, sla_at FROM pg_temp.place('c');
-- wf.escalate of a state reaches the tasks of the states within it that stay, not those that the same event leaves, and none made by hand.
SELECT code FROM wf_define('{"id": "deep", "initial": "p", "states": {"p": {"type": "parallel", "on": {"UP": {"actions": "wf.escalate"}}, "states": {
    "x": {"initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input": {"title": "X", "assignee_role": "clerk"}}, "on": {"NEXT": {"target": "b", "actions": "wf.escalate"}}}, "b": {}}},
    "y": {"initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input": {"title": "Y", "assignee_role": "clerk"}}, "on": {"NEXT": {"actions": "wf.escalate"}}}}}}}}}');
SELECT wf_start('deep', instance_key => 'deep') IS NOT NULL AS started;
SELECT title FROM wf_create_task(pg_temp.id('deep'), 'Z', assignee_role => 'clerk');
SELECT to_state FROM wf_send(pg_temp.id('deep'), 'UP');
SELECT title, task_state, assignee_role FROM wf_tasks_view WHERE instance_id = pg_temp.id('deep') ORDER BY title;
SELECT to_state FROM wf_send(pg_temp.id('deep'), 'NEXT');
SELECT title, task_state, assignee_role FROM wf_tasks_view WHERE instance_id = pg_temp.id('deep') ORDER BY title;
