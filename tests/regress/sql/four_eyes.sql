-- not_by: who did one thing may not do the other, whether it was a task or an event that led out of a state.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
CREATE FUNCTION pg_temp.task(title text) RETURNS uuid LANGUAGE sql STABLE
RETURN (SELECT t.task_id FROM wf_tasks_view AS t WHERE t.title = task.title ORDER BY t.task_id DESC LIMIT 1);
SELECT code FROM wf_define('{"id": "pay", "initial": "draft", "states": {
    "draft": {"on": {"SUBMIT": "checks", "EDIT": {}}},
    "checks": {"type": "parallel", "onDone": "release", "states": {
        "legal": {"initial": "open", "states": {"open": {"invoke": {"src": "wf.task", "id": "legal", "input": {"title": "Legal", "assignee_role": "clerk", "not_by": ["draft", "tax.open"]}, "onDone": "done"}}, "done": {"type": "final"}}},
        "tax": {"initial": "open", "states": {"open": {"invoke": {"src": "wf.task", "id": "tax", "input": {"title": "Tax", "assignee_role": "clerk", "not_by": ["draft", "legal"]}, "onDone": "done"}}, "done": {"type": "final"}}}}},
    "release": {"invoke": {"src": "wf.task", "input": {"title": "Release", "assignee_role": "clerk", "not_by": "checks"}, "onDone": "paid"}, "on": {"BACK": "draft"}},
    "paid": {"type": "final"}}}');
SELECT wf_start('pay', instance_key => 'p') IS NOT NULL AS started;
-- An event that leads nowhere is not yet the work of its state.
SELECT to_state FROM wf_send(pg_temp.id('p'), 'EDIT', actor => 'bert');
SELECT to_state FROM wf_send(pg_temp.id('p'), 'SUBMIT', actor => 'anna');
-- Names are resolved to paths and ids of invokes.
SELECT title, not_by FROM wf_tasks_view ORDER BY title;
-- Anna submitted: she may do neither, and sees neither.
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('Legal'), 'anna', '{clerk}') $$);
SELECT who, string_agg(title, ' ' ORDER BY title) FROM unnest('{anna,bert,cleo}'::text[]) AS who, LATERAL wf_list_tasks(for_user => who, for_roles => '{clerk}') GROUP BY who ORDER BY who;
-- Bert has both before either is done: the first that he completes keeps him from the other.
SELECT task_state FROM wf_claim_task(pg_temp.task('Legal'), 'bert', '{clerk}');
SELECT task_state FROM wf_claim_task(pg_temp.task('Tax'), 'bert', '{clerk}');
SELECT task_state FROM wf_complete_task(pg_temp.task('Legal'), 'ok', 'bert');
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('Tax'), 'ok', 'bert') $$);
SELECT task_state FROM wf_release_task(pg_temp.task('Tax'), 'bert');
-- Nor may he get it by other ways.
CALL pg_temp.try($$ SELECT wf_claim_task(pg_temp.task('Tax'), 'bert', '{clerk}') $$);
CALL pg_temp.try($$ SELECT wf_reassign_task(pg_temp.task('Tax'), assignee_user_id => 'bert') $$);
CALL pg_temp.try($$ SELECT wf_escalate_task(pg_temp.task('Tax'), to_user => 'bert') $$);
SELECT task_state FROM wf_claim_task(pg_temp.task('Tax'), 'cleo', '{clerk}');
CALL pg_temp.try($$ SELECT wf_delegate_task(pg_temp.task('Tax'), 'bert', 'cleo') $$);
SET app.current_user_role = 'clerk';
SELECT task_state FROM wf_release_task(pg_temp.task('Tax'), 'cleo');
CALL pg_temp.try($$ SELECT wf_complete_task(pg_temp.task('Tax'), 'ok', 'bert') $$);
SELECT task_state FROM wf_complete_task(pg_temp.task('Tax'), 'ok', 'cleo');
RESET app.current_user_role;
-- A compound state: whoever did something within it. A task that was made again counts all passes.
SELECT current_state FROM wf_instances_view;
SELECT who, string_agg(title, ' ' ORDER BY title) FROM unnest('{anna,bert,cleo,dora}'::text[]) AS who, LATERAL wf_list_tasks(for_user => who, for_roles => '{clerk}') GROUP BY who ORDER BY who;
SELECT to_state FROM wf_send(pg_temp.id('p'), 'BACK', actor => 'dora');
SELECT to_state FROM wf_send(pg_temp.id('p'), 'SUBMIT', actor => 'emil');
SELECT who, string_agg(title, ' ' ORDER BY title) FROM unnest('{anna,bert,cleo,dora,emil}'::text[]) AS who, LATERAL wf_list_tasks(for_user => who, for_roles => '{clerk}') GROUP BY who ORDER BY who;
-- Another instance is another matter.
SELECT wf_start('pay', instance_key => 'q') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('q'), 'SUBMIT', actor => 'zoe');
SELECT task_state FROM wf_claim_task(pg_temp.task('Legal'), 'anna', '{clerk}');
