-- People's tasks: made by invokes and by hand, claimed, released, completed, handed on; their errors; what becomes of them when their state or
-- instance ends, is paused or moved; lists. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- The task of this instance with this title; the youngest where there are several.
CREATE FUNCTION pg_temp.task(key text, title text) RETURNS uuid LANGUAGE sql STABLE
RETURN (SELECT t.task_id FROM wf_tasks_view AS t WHERE t.instance_id = pg_temp.id(key) AND t.title = task.title ORDER BY t.task_id DESC LIMIT 1);
CREATE FUNCTION pg_temp.tasks(key text) RETURNS TABLE (title text, task_state text, status text, role text, "user" text, owner text, outcome text, by text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT t.title, t.task_state, t.status, t.assignee_role, t.assignee_user_id, t.owner_user_id, t.outcome, t.completed_by
    FROM wf_tasks_view AS t WHERE t.instance_id = pg_temp.id(key) ORDER BY t.task_id;
END;
CREATE FUNCTION pg_temp.steps(key text) RETURNS TABLE (seq bigint, kind text, event text, to_state text, actor text, note text, detail jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.seq, s.kind, s.event, s.to_state, s.actor_user_id, s.note, s.detail - 'task_id' FROM wf.step AS s WHERE s.instance_id = pg_temp.id(key) ORDER BY s.seq;
END;

-- A whole life: the invoke's input becomes a row, computed values and all; no effect stands beside it.
SELECT code FROM wf_define('{"id": "leave", "initial": "review", "context": {"who": "anna", "days": 5}, "states": {
    "review": {
        "invoke": {"src": "wf.task", "input": {
            "title": {"expr": "$.who"}, "body": "$.days", "assignee_role": "manager", "candidate_users": ["zoe"], "candidate_roles": "deputy", "due": "PT24H",
            "priority": "HIGH", "outcomes": ["approve", "reject"], "metadata": {"days": "$.days"}},
            "onDone": [{"guard": "$event.output.outcome == \"approve\"", "target": "approved", "actions": {"type": "assign", "params": {"answer": "$event.output"}}},
                       {"guard": "$event.output.metadata.final == true", "target": "rejected"}]},
        "after": {"P5D": "rejected"}, "on": {"WITHDRAW": "withdrawn"}},
    "approved": {"type": "final"}, "rejected": {"type": "final"}, "withdrawn": {"on": {"AGAIN": "review"}}}}');
SELECT wf_start('leave', instance_key => 'l1') IS NOT NULL AS started;
\x
SELECT title, status, task_state, assignee_user_id, assignee_role, due_at, sla_at, priority, outcome, completed_at, completed_by, created_at, updated_at,
    body, owner_user_id, candidate_roles, candidate_users, outcomes, not_by, state, invoke_id, calendar, escalation_level, escalations, notes, metadata
FROM wf_tasks_view;
\x
SELECT count(*) FROM wf_effects_view;
SELECT event, allowed, reason FROM wf_events(pg_temp.id('l1')) WHERE event LIKE 'done%';
-- Claim: by the role, by name as a candidate; nobody else; the same user twice changes nothing.
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), 'max') $$);
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), 'max', '{employee,clerk}') $$);
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), roles => '{manager}') $$);
SELECT task_state, assignee_user_id FROM wf_claim_task(pg_temp.task('l1', 'anna'), 'zoe');
SELECT task_state, assignee_user_id FROM wf_claim_task(pg_temp.task('l1', 'anna'), 'zoe');
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), 'max', '{manager}') $$);
SELECT event, allowed, reason FROM wf_events(pg_temp.id('l1')) WHERE event LIKE 'done%';
-- Release: only who has it; it goes back to those whom it was offered to; of an open one it changes nothing.
CALL pg_temp.try($$ SELECT wf_release_task(pg_temp.task('l1', 'anna'), 'max') $$);
SELECT task_state, assignee_user_id, assignee_role FROM wf_release_task(pg_temp.task('l1', 'anna'), 'zoe');
SELECT task_state, assignee_user_id FROM wf_release_task(pg_temp.task('l1', 'anna'), 'zoe');
SELECT task_state, assignee_user_id FROM wf_claim_task(pg_temp.task('l1', 'anna'), 'dora', '{deputy}');
-- Complete: who has it, with an outcome that is allowed; a transition that fails leaves the task as it was.
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'approve', 'max') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'maybe', 'dora') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), user_id => 'dora') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'reject', 'dora', 'no', '{"final": false}') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'approve', 'dora', metadata => '[1]') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'approve', 'dora', advance_to => 'approved') $$);
SELECT * FROM pg_temp.tasks('l1');
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT task_state, status, outcome, completed_by, completed_at, sla_at, notes, metadata FROM wf_complete_task(pg_temp.task('l1', 'anna'), 'approve', 'dora', 'enjoy', '{"seen": 2}');
SELECT current_state, status, context FROM wf_instances_view WHERE instance_key = 'l1';
SELECT payload - 'task_id' AS payload, payload ->> 'task_id' = pg_temp.task('l1', 'anna')::text AS is_its_task FROM wf.step WHERE kind = 'complete_task';
SELECT * FROM pg_temp.steps('l1');
-- What is over is over.
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), 'dora', '{deputy}') $$);
CALL pg_temp.try($$ SELECT wf_release_task(pg_temp.task('l1', 'anna'), 'dora') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l1', 'anna'), 'approve', 'dora') $$);
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('l1', 'anna'), 'x') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('l1', 'anna'), 'x', 'dora') $$);
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('l1', 'anna')) $$);
CALL pg_temp.try($$ SELECT wf_claim_task('00000000-0000-0000-0000-000000000001', 'x') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(NULL, 'approve', 'x') $$);
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l1', 'anna'), 'x', organization_id => '00000000-0000-0000-0000-0000000000aa') $$);

-- Leaving the state cancels, coming back makes a new one; completing needs no claim where the session says the role.
SELECT wf_start('leave', instance_key => 'l2') IS NOT NULL AS started;
SELECT task_state FROM wf_claim_task(pg_temp.task('l2', 'anna'), 'zoe');
SELECT to_state FROM wf_send(pg_temp.id('l2'), 'WITHDRAW');
SELECT * FROM pg_temp.tasks('l2');
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('l2', 'anna'), 'approve', 'zoe') $$);
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('l2', 'anna'), 'zoe') $$);
SELECT to_state FROM wf_send(pg_temp.id('l2'), 'AGAIN');
SET app.current_user_id = 'max';
SET app.current_user_role = 'manager';
SELECT task_state, completed_by, assignee_user_id FROM wf_complete_task(pg_temp.task('l2', 'anna'), 'approve');
RESET app.current_user_id;
RESET app.current_user_role;
SELECT * FROM pg_temp.tasks('l2');

-- Mistakes in an input: the step that would make the task fails with their name, and nothing is left of it.
SELECT code FROM wf_define('{"id": "given", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"invoke": {"src": "wf.task", "input": "$event.task"}, "onDone": {}}}}');
SELECT code FROM wf_define('{"id": "given", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"invoke": {"src": "wf.task", "input": "$event.task"}}}}');
SELECT wf_start('given', instance_key => 'g') IS NOT NULL AS started;
DO $$
DECLARE
    task text;
BEGIN
    FOREACH task IN ARRAY ARRAY[
        '7', '{}', '{"title": " ", "assignee_role": "r"}', '{"title": ["x"], "assignee_role": "r"}', '{"title": "t"}', '{"title": "t", "assignee_role": null}',
        '{"title": "t", "assignee_user_id": ""}', '{"title": "t", "candidate_roles": []}', '{"title": "t", "candidate_users": [1]}',
        '{"title": "t", "assignee_role": "r", "priority": "soon"}', '{"title": "t", "assignee_role": "r", "outcomes": [true]}',
        '{"title": "t", "assignee_role": "r", "due": "tomorrow"}', '{"title": "t", "assignee_role": "r", "due": "-PT1H"}',
        '{"title": "t", "assignee_role": "r", "due_at": "PT1H"}', '{"title": "t", "assignee_role": "r", "due": "PT1H", "due_at": "2030-01-01"}',
        '{"title": "t", "assignee_role": "r", "not_by": "nowhere"}', '{"title": "t", "assignee_role": "r", "metadata": 1}',
        '{"title": "t", "assignee_role": "r", "escalations": [{"to_role": "x"}]}', '{"title": "t", "assignee_role": "r", "due": "PT1H", "calendar": "none"}']
    LOOP
        RAISE WARNING '%', task;
        CALL pg_temp.try(format('SELECT wf_send(pg_temp.id(''g''), ''GO'', %L)', format('{"task": %s}', task)));
    END LOOP;
END $$;
SELECT current_state, (SELECT count(*) FROM pg_temp.tasks('g')) AS tasks FROM wf_instances_view WHERE instance_key = 'g';
-- A due date that has passed is late from the first moment; without onDone the work is done and the instance stays.
SELECT to_state FROM wf_send(pg_temp.id('g'), 'GO', '{"task": {"title": 12, "assignee_user_id": "ulf", "due": 1800000, "priority": null}}');
SELECT title, due_at, sla_at, priority FROM wf_tasks_view WHERE instance_id = pg_temp.id('g');
SELECT task_state, outcome FROM wf_complete_task(pg_temp.task('g', '12'), 'anything', 'ulf');
SELECT seq, kind, to_state, detail FROM pg_temp.steps('g') ORDER BY seq DESC LIMIT 1;
SELECT wf_start('given', instance_key => 'late') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('late'), 'GO', '{"task": {"title": "t", "assignee_role": "clerk", "due_at": "2026-03-02T08:00:00Z"}}');
SELECT due_at, sla_at FROM wf_tasks_view WHERE instance_id = pg_temp.id('late');
-- The definition's own mistakes are found when it is defined.
SELECT pointer, code, message FROM wf_validate('{"id": "m", "initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input": {"priority": "asap", "not_by": "b", "due": "soon"}}, "on": {"X": "c"}}, "c": {"type": "final"}}}');

-- By hand: of no state, until the instance ends.
SELECT code FROM wf_define('{"id": "case", "initial": "open", "states": {"open": {"on": {"GO": "second"}}, "second": {"on": {"END": {"target": "done", "roles": ["clerk"], "guard": "$event.outcome == \"ok\""}}}, "done": {"type": "final"}}}');
SELECT wf_start('case', instance_key => 'c') IS NOT NULL AS started;
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), NULL, assignee_role => 'clerk') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), '', assignee_role => 'clerk') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't', assignee_user_id => ' ') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't', assignee_role => 'clerk', due_at => '2026-03-02 09:59+00') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't', assignee_role => 'clerk', due_at => 'infinity') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't', assignee_role => 'clerk', priority => '5') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('c'), 't', assignee_role => 'clerk', metadata => '"x"') $$);
CALL pg_temp.try($$ SELECT wf_create_task('00000000-0000-0000-0000-000000000001', 't', assignee_role => 'clerk') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('l1'), 't', assignee_role => 'clerk') $$);
SELECT title, body, task_state, assignee_role, assignee_user_id, due_at, sla_at, priority, state, metadata
FROM wf_create_task(pg_temp.id('c'), 'Call', 'back', 'clerk', 'carl', '2026-03-03 10:00+00', 'urgent', '{"phone": 1}');
SELECT title, priority, due_at FROM wf_create_task(pg_temp.id('c'), 'Close', assignee_role => 'clerk');
SELECT title FROM wf_create_task(pg_temp.id('c'), 'Left over', assignee_role => 'clerk');
SELECT to_state FROM wf_send(pg_temp.id('c'), 'GO');
-- A user named beside a role: for that user first, for the role once they give it back.
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('c', 'Call'), 'cleo', '{clerk}') $$);
SELECT task_state FROM wf_claim_task(pg_temp.task('c', 'Call'), 'carl');
SELECT task_state, assignee_user_id FROM wf_release_task(pg_temp.task('c', 'Call'), 'carl');
SELECT task_state, assignee_user_id FROM wf_claim_task(pg_temp.task('c', 'Call'), 'cleo', '{clerk}');
SELECT task_state, outcome FROM wf_complete_task(pg_temp.task('c', 'Call'), user_id => 'cleo');
-- advance_to: the transition of the current state with this target, in the task's role; one that is refused leaves the task as it was.
SELECT task_state FROM wf_claim_task(pg_temp.task('c', 'Close'), 'cleo', '{clerk}');
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('c', 'Close'), 'ok', 'cleo', advance_to => 'nowhere') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('c', 'Close'), 'ok', 'cleo', advance_to => 'open') $$);
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('c', 'Close'), 'bad', 'cleo', advance_to => 'done') $$);
SELECT * FROM pg_temp.tasks('c');
SELECT task_state FROM wf_complete_task(pg_temp.task('c', 'Close'), 'ok', 'cleo', 'closed', advance_to => 'done');
SELECT * FROM pg_temp.tasks('c');
SELECT * FROM pg_temp.steps('c');

-- Handing on: reassigning opens it again and forgets who had it; delegating keeps the owner, who gets it back.
SELECT wf_start('case', instance_key => 'h') IS NOT NULL AS started;
SELECT title FROM wf_create_task(pg_temp.id('h'), 'T', assignee_role => 'clerk');
SELECT task_state FROM wf_claim_task(pg_temp.task('h', 'T'), 'carl', '{clerk}');
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('h', 'T')) $$);
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('h', 'T'), assignee_role => '') $$);
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('h', 'T'), assignee_user_id => 'carl') $$);
SELECT task_state, assignee_role, assignee_user_id FROM wf_reassign_task(pg_temp.task('h', 'T'), 'clerk', reassigned_by => 'adam', reason => 'carl is ill');
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('h', 'T'), 'clerk') $$);
SELECT task_state, assignee_role, assignee_user_id FROM wf_reassign_task(pg_temp.task('h', 'T'), assignee_user_id => 'ella', reassigned_by => 'adam', reason => 'expert');
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('h', 'T'), 'carl', '{clerk}') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'T'), 'ella', 'ella') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'T'), 'fred', 'carl') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'T'), '', 'ella') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'T'), NULL, 'ella') $$);
SELECT task_state, assignee_user_id, owner_user_id FROM wf_delegate_task(pg_temp.task('h', 'T'), 'fred', 'ella');
SELECT task_state, assignee_user_id, owner_user_id FROM wf_delegate_task(pg_temp.task('h', 'T'), 'gina', 'fred');
SELECT task_state, assignee_user_id, owner_user_id FROM wf_claim_task(pg_temp.task('h', 'T'), 'gina');
SELECT task_state, assignee_user_id, owner_user_id FROM wf_release_task(pg_temp.task('h', 'T'), 'gina');
SELECT task_state, assignee_user_id, owner_user_id FROM wf_delegate_task(pg_temp.task('h', 'T'), 'gina');
SELECT task_state, completed_by, owner_user_id FROM wf_complete_task(pg_temp.task('h', 'T'), 'fine', 'gina');
SELECT * FROM pg_temp.steps('h');
-- Somebody to whom it is offered may delegate it without having claimed it.
SELECT title FROM wf_create_task(pg_temp.id('h'), 'U', assignee_role => 'clerk');
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'U'), 'gina') $$);
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('h', 'U'), 'gina', 'carl') $$);
SET app.current_user_role = 'clerk';
SELECT task_state, assignee_user_id, owner_user_id FROM wf_delegate_task(pg_temp.task('h', 'U'), 'gina', 'carl');
RESET app.current_user_role;

-- A paused instance: its tasks can be claimed and handed on, not completed; nothing new comes. Due dates given as a length of time move with the pause.
SELECT wf_start('leave', instance_key => 'p') IS NOT NULL AS started;
SELECT title FROM wf_create_task(pg_temp.id('p'), 'fixed', assignee_role => 'clerk', due_at => '2026-03-02 12:00+00');
SELECT title, due_at, sla_at FROM wf_tasks_view WHERE instance_id = pg_temp.id('p') ORDER BY title;
SELECT paused FROM wf_pause(pg_temp.id('p'));
SELECT title, due_at, sla_at FROM wf_tasks_view WHERE instance_id = pg_temp.id('p') ORDER BY title;
SELECT task_state, sla_at FROM wf_claim_task(pg_temp.task('p', 'anna'), 'zoe');
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('p', 'anna'), 'approve', 'zoe') $$);
CALL pg_temp.try($$ SELECT wf_create_task(pg_temp.id('p'), 't', assignee_role => 'clerk') $$);
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT count(tasks_escalated) AS ticks FROM wf_scheduler_tick();
SELECT title, escalation_level FROM wf_tasks_view WHERE instance_id = pg_temp.id('p') ORDER BY title;
SELECT paused FROM wf_resume(pg_temp.id('p'));
SELECT title, due_at, sla_at FROM wf_tasks_view WHERE instance_id = pg_temp.id('p') ORDER BY title;
SELECT task_state FROM wf_complete_task(pg_temp.task('p', 'anna'), 'approve', 'zoe');

-- wf_cancel takes the tasks with it, and says which.
SELECT wf_start('leave', instance_key => 'x') IS NOT NULL AS started;
SELECT title FROM wf_create_task(pg_temp.id('x'), 'by hand', assignee_role => 'clerk');
SELECT status FROM wf_cancel(pg_temp.id('x'));
SELECT title, task_state, status FROM pg_temp.tasks('x');
SELECT detail FROM pg_temp.steps('x') ORDER BY seq DESC LIMIT 1;

-- wf_modify: the task of a state that is kept goes on under its new names, others are cancelled or made.
SELECT version FROM wf_define('{"id": "leave", "initial": "look", "context": {}, "states": {
    "look": {"invoke": {"src": "wf.task", "id": "look", "input": {"title": "Look", "assignee_role": "boss"}, "onDone": "approved"}},
    "other": {"invoke": {"src": "wf.task", "input": {"title": "Other", "assignee_role": "boss"}}}, "approved": {"type": "final"}}}');
SELECT wf_start('leave', version => 1, instance_key => 'm') IS NOT NULL AS started;
SELECT task_state FROM wf_claim_task(pg_temp.task('m', 'anna'), 'zoe');
SELECT to_version, kept, cancelled, created FROM wf_modify(pg_temp.id('m'), version => 2, state_map => '{"review": "look"}');
SELECT title, task_state, state, invoke_id, assignee_user_id FROM wf_tasks_view WHERE instance_id = pg_temp.id('m');
SELECT kept, cancelled, created FROM wf_modify(pg_temp.id('m'), 'other', dry_run => true);
SELECT kept, cancelled, created FROM wf_modify(pg_temp.id('m'), 'other');
SELECT title, task_state, state, invoke_id FROM wf_tasks_view WHERE instance_id = pg_temp.id('m') ORDER BY task_id;
SELECT kept, cancelled, created FROM wf_modify(pg_temp.id('m'), 'look');
SELECT task_state FROM wf_complete_task(pg_temp.task('m', 'Look'), 'ok', (SELECT assignee_user_id FROM wf_claim_task(pg_temp.task('m', 'Look'), 'bob', '{boss}')));
SELECT current_state, status FROM wf_instances_view WHERE instance_key = 'm';
SELECT jsonb_array_length(wf_get_instance(pg_temp.id('m')) -> 'tasks') AS tasks;
-- A simulation makes no task, and answers it by its event.
SELECT step, event, state, status, actions FROM wf_simulate('{"id": "s", "initial": "a", "states": {"a": {"invoke": {"src": "wf.task", "input": {"title": "T", "assignee_role": "r"}, "onDone": {"target": "b", "guard": "$event.output.outcome == \"ok\""}}}, "b": {"type": "final"}}}',
    '[{"type": "done.invoke.a", "output": {"outcome": "ok"}}]');

-- Lists. An inbox: what the user has, and what is offered to them or to one of their roles.
TRUNCATE wf.task;
SELECT wf_start('case', instance_key => 'list') IS NOT NULL AS started;
DO $$
BEGIN
    FOR n IN 1..9 LOOP
        PERFORM set_config('pg_workflow.fake_now', '2026-03-03 09:0' || n / 2 || '+00', false);
        PERFORM wf_create_task(pg_temp.id('list'), 't' || n, assignee_role => CASE WHEN n % 2 = 0 THEN 'clerk' ELSE 'boss' END, assignee_user_id => CASE WHEN n % 4 = 0 THEN 'carl' END,
            due_at => CASE WHEN n % 3 > 0 THEN timestamptz '2026-03-03 10:00+00' + n % 3 * interval '1 hour' END, priority => (ARRAY['low', 'normal', 'high', 'urgent'])[1 + n % 4]);
    END LOOP;
END $$;
SET pg_workflow.fake_now = '2026-03-03 11:30+00';
SELECT title, priority, assignee_role, assignee_user_id, due_at, created_at FROM wf_list_tasks(sort_order => 'asc');
SELECT task_state FROM wf_claim_task(pg_temp.task('list', 't1'), 'bea', '{boss}');
SELECT task_state FROM wf_complete_task(pg_temp.task('list', 't4'), 'x', 'carl');
CREATE FUNCTION pg_temp.listed(filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    listed text;
BEGIN
    EXECUTE format('SELECT string_agg(title, '' '' ORDER BY ordinality) FROM wf_list_tasks(%s) WITH ORDINALITY', filter) INTO listed;
    RETURN listed;
END $$;
SELECT filter, pg_temp.listed(filter)
FROM unnest(ARRAY['', 'pg_temp.id(''list'')', 'pg_temp.id(''h'')', 'task_state => ''OPEN''', 'task_state => ''CLAIMED''', 'task_state => ''COMPLETED''', 'for_user => ''carl''', 'for_user => ''carl'', for_roles => ''{clerk}''',
    'for_user => ''dan'', for_roles => ''{clerk}''', 'for_user => ''bea'', for_roles => ''{boss,clerk}''', 'for_roles => ''{boss}''', 'for_user => ''carl'', task_state => ''COMPLETED''', 'assignee_role => ''clerk''', 'assignee_user_id => ''carl''',
    'priority => ''Urgent''', 'overdue => true', 'overdue => false', 'created_after => ''2026-03-03 09:03+00''', 'created_before => ''2026-03-03 09:01+00''', 'for_user => ''nobody''']) AS filter;
-- Each row once, whatever the page's size, in each order, over ties and dates that never come.
CREATE FUNCTION pg_temp.pages(sort_by text, sort_order text, size integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    place text; titles text; listed text := '';
BEGIN
    FOR page IN 1..20 LOOP
        SELECT string_agg(l.title, ' ' ORDER BY l.ordinality), (array_agg(l.cursor ORDER BY l.ordinality))[count(*)] INTO titles, place
        FROM wf_list_tasks(sort_by => pages.sort_by, sort_order => pages.sort_order, cursor => place, max_rows => size) WITH ORDINALITY AS l;
        EXIT WHEN titles IS NULL;
        listed := listed || ' ' || titles;
    END LOOP;
    RETURN listed;
END $$;
SELECT key, dir, pg_temp.pages(key, dir, 500) AS listed, pg_temp.pages(key, dir, 500) = ALL (SELECT pg_temp.pages(key, dir, size) FROM generate_series(1, 10) AS size) AS same_in_pages
FROM unnest('{created_at,updated_at,due_at,priority}'::text[]) AS key, unnest('{asc,desc}'::text[]) AS dir;
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(sort_by => 'title') $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(sort_order => 'up') $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(task_state => 'open') $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(priority => 'x') $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(max_rows => 501) $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(cursor => 'x') $$);
CALL pg_temp.try($$ SELECT * FROM wf_list_tasks(sort_by => 'priority', cursor => 'priority,desc,9,00000000-0000-0000-0000-000000000001') $$);
