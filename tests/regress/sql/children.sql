-- Child workflows: start, done, failure, cancel with the parent, a child of a child.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-05 09:00+00';
SET client_min_messages = warning;
SELECT code FROM wf_define($${
  "id": "kid", "initial": "work",
  "states": { "work": { "on": { "OK": "done", "NO": "failed" } },
              "done": { "type": "final", "output": { "v": { "expr": "$.v + 1" } } },
              "failed": { "type": "final" } } }$$);
SELECT code FROM wf_define($${
  "id": "mum", "initial": "waiting",
  "states": {
    "waiting": {
      "invoke": { "src": "wf.workflow", "input": { "definition_code": "$.kind", "input": { "v": "$.v" } },
                  "onDone": { "target": "done", "actions": { "type": "assign", "params": { "got": "$event.output.v" } } },
                  "onError": { "target": "failed", "actions": { "type": "assign", "params": { "why": "$event.error.type" } } } },
      "on": { "LEAVE": "alone" } },
    "alone": { "on": { "BYE": "done" } },
    "done": { "type": "final" }, "failed": { "type": "final" } } }$$);
CREATE VIEW family AS
SELECT COALESCE(i.instance_key, p.instance_key || '''s ' || i.definition_code) AS who, i.current_state, i.status, i.context
FROM wf_instances_view AS i LEFT JOIN wf_instances_view AS p ON p.instance_id = i.parent_id
WHERE i.definition_code IN ('kid', 'mum', 'granny')
ORDER BY 1;

SELECT wf_start('mum', '{"kind": "kid", "v": 1}', instance_key => 'a') AS a,
       wf_start('mum', '{"kind": "kid", "v": 2}', instance_key => 'b') AS b,
       wf_start('mum', '{"kind": "kid", "v": 3}', instance_key => 'c') AS c,
       wf_start('mum', '{"kind": "kid", "v": 4}', instance_key => 'd') AS d,
       wf_start('mum', '{"kind": "nobody", "v": 5}', instance_key => 'e') AS e \gset
-- Workers never get them; the scheduler starts them once.
SELECT count(*) FROM wf_claim_effects('w1', codes => ARRAY['wf.workflow']);
SELECT effects_run FROM wf_scheduler_tick();
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM family;
-- Done; failed; left by the parent; cancelled by an operator.
SELECT s.to_state FROM wf_instances_view AS i, wf_send(i.instance_id, 'OK') AS s WHERE i.parent_id = :'a';
SELECT s.to_state FROM wf_instances_view AS i, wf_send(i.instance_id, 'NO') AS s WHERE i.parent_id = :'b';
SELECT to_state FROM wf_send(:'c', 'LEAVE');
SELECT c.status FROM wf_instances_view AS i, wf_cancel(i.instance_id, 'mistake') AS c WHERE i.parent_id = :'d';
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM family;
-- The child that could not be started is tried again with the retry policy, and then its parent hears of it.
SELECT effect_status, attempt_count, last_error ->> 'type' AS type FROM wf_effects_view WHERE instance_id = :'e';
SET pg_workflow.fake_now = '2026-01-05 10:00+00';
SELECT effects_run FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-01-05 11:00+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT who, current_state, context ->> 'why' AS why FROM family WHERE who = 'e';
SELECT effect_status, attempt_count FROM wf_effects_view WHERE instance_id = :'e';

-- Cancelling a grandmother ends the whole line.
SELECT code FROM wf_define($${
  "id": "granny", "initial": "waiting",
  "states": { "waiting": { "invoke": { "src": "wf.workflow",
                "input": { "definition_code": "mum", "input": { "kind": "kid", "v": 1 } }, "onDone": "done" } },
              "done": { "type": "final" } } }$$);
SELECT wf_start('granny', instance_key => 'g') AS g \gset
SELECT effects_run FROM wf_scheduler_tick();
SELECT effects_run FROM wf_scheduler_tick();
SELECT who, current_state FROM family WHERE who LIKE 'g%' OR who IS NULL;
SELECT status FROM wf_cancel(:'g', 'enough');
SELECT who, current_state FROM family WHERE who LIKE 'g%' OR who IS NULL;
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) AS incidents FROM wf_incidents_view WHERE what LIKE '%invoke%' AND instance_id = :'g';
DROP VIEW family;
