-- Work in flight: everything that a version may have stored and the next one has to go on with. goes_on.sql is what
-- becomes of it. At most one thing of a kind; what an instance is for is its key.
\set ON_ERROR_STOP on
SET timezone = 'UTC';
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SET app.current_user_id = 'berta';

SELECT version FROM wf_define('{
  "id": "child", "initial": "working", "states": {
    "working": { "on": { "READY": "done" } },
    "done": { "type": "final", "output": { "answer": 42 } } } }');
SELECT version FROM wf_define('{
  "id": "work", "initial": "open", "context": { "n": 0 }, "sla": { "duration": "P1D" },
  "search": { "customer": "$.customer" }, "correlation": "$.customer",
  "states": {
    "open": {
      "after": { "PT1H": "late" },
      "on": {
        "ADD":   { "actions": { "type": "assign", "params": { "n": { "expr": "$.n + $event.by" } } } },
        "CALL":  "calling",
        "CHILD": "parent",
        "SPLIT": "split",
        "ASK":   "asking",
        "SLOW":  { "actions": { "type": "raise", "params": { "event": "CLOSE", "delay": "PT2H", "id": "slow" } } },
        "NOTIFY": { "actions": { "type": "mail.send", "params": { "to": "$.customer" } } },
        "CLOSE": "closed" } },
    "calling": { "invoke": { "src": "pay.charge", "input": { "amount": 5 }, "onDone": "closed", "onError": "late" } },
    "parent":  { "invoke": { "src": "wf.workflow", "input": { "definition_code": "child" }, "onDone": "closed" } },
    "asking":  { "invoke": { "src": "wf.task", "input": { "title": "Look", "assignee_role": "clerk", "outcomes": ["good", "bad"] },
                             "onDone": "closed" } },
    "split": { "type": "parallel", "onDone": "closed",
      "states": {
        "left":  { "initial": "a", "states": { "a": { "on": { "LEFT":  "z" } }, "z": { "type": "final" } } },
        "right": { "initial": "a", "states": { "a": { "on": { "RIGHT": "z" } }, "z": { "type": "final" } } } } },
    "late":   { "on": { "CLOSE": "closed" } },
    "closed": { "type": "final" } } }');

SELECT wf_start('work', jsonb_build_object('customer', key), instance_key => key) IS NOT NULL AS started
FROM unnest(ARRAY['timer', 'delayed', 'set', 'paused', 'calling', 'leased', 'failed', 'mail', 'parent', 'split', 'keyed',
    'published', 'buffered', 'asked', 'done', 'cancelled', 'wrong']) AS key;

CREATE FUNCTION pg_temp.id(text) RETURNS uuid LANGUAGE sql AS
    'SELECT instance_id FROM wf_instances_view WHERE instance_key = $1';

SELECT to_state FROM wf_send(pg_temp.id('delayed'), 'SLOW');
SELECT fire_at FROM wf_set_timer(pg_temp.id('set'), 'close', '30 minutes', event => 'CLOSE');
SELECT to_state FROM wf_send(pg_temp.id('calling'), 'CALL');
SELECT to_state FROM wf_send(pg_temp.id('leased'), 'CALL');
SELECT to_state FROM wf_send(pg_temp.id('failed'), 'CALL');
SELECT to_state FROM wf_send(pg_temp.id('mail'), 'NOTIFY');
SELECT to_state FROM wf_send(pg_temp.id('parent'), 'CHILD');
SELECT to_state FROM wf_send(pg_temp.id('split'), 'SPLIT');
SELECT to_state FROM wf_send(pg_temp.id('split'), 'LEFT');
SELECT to_state FROM wf_send(pg_temp.id('asked'), 'ASK');
SELECT task_id AS asked FROM wf_tasks_view WHERE instance_id = pg_temp.id('asked') \gset
SELECT task_state FROM wf_claim_task(:'asked', 'otto', ARRAY['clerk']);
SELECT to_state FROM wf_send(pg_temp.id('keyed'), 'ADD', '{"by": 3}', idempotency_key => 'once');
SELECT duplicate FROM wf_publish('LATER', 'nobody', message_id => 'known', ttl => '30 days');
SELECT duplicate FROM wf_publish('CLOSE', 'published', message_id => 'close', ttl => '30 days');
SELECT to_state FROM wf_send(pg_temp.id('buffered'), 'RIGHT', unmatched => 'buffer');
SELECT to_state FROM wf_send(pg_temp.id('done'), 'CLOSE');
SELECT status FROM wf_cancel(pg_temp.id('cancelled'), 'no longer wanted');
SELECT paused FROM wf_pause(pg_temp.id('paused'), 'stock count');
SELECT enabled FROM wf_set_feature_flag('retired', false, 'replaced');
SELECT code FROM wf_set_calendar('office', 'Europe/Vienna', '{"mon-fri": ["09:00-17:00"]}', '["2026-12-25"]');
SELECT name FROM wf_schedule('nightly', '0 2 * * *', 'child');
-- The child is started, one effect is held by a worker, one has failed and waits for its next attempt. The published message
-- stays: the scheduler comes only for the child.
SELECT effect_id AS leased FROM wf_effects_view WHERE instance_id = pg_temp.id('leased') \gset
SELECT effect_id AS failed FROM wf_effects_view WHERE instance_id = pg_temp.id('failed') \gset
SELECT effects_run FROM wf_scheduler_tick();
WITH held AS MATERIALIZED (
    SELECT effect_id, attempt FROM wf_claim_effects('w1', ARRAY['pay.charge'], 100, '10 days')
)
SELECT count(*) AS given_back FROM held AS h,
    wf_fail_effects('w1', ARRAY[h.effect_id], ARRAY[h.attempt], ARRAY['{"type": "busy", "message": "try later"}'::jsonb])
WHERE h.effect_id <> :'leased';
