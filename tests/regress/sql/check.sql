-- wf_check: every invariant is broken once, by a superuser who writes around the engine, and is reported. The clock is
-- pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE FUNCTION pg_temp.faults() RETURNS TABLE (fault text, severity text, detail text) LANGUAGE sql BEGIN ATOMIC
    SELECT c."check", c.severity, pg_temp.without_ids(c.detail) FROM wf_check() AS c ORDER BY 1, 3;
END;

-- One instance of every kind: with timers, an effect, a child, a message that waits, a search value, a key; paused; ended.
SELECT code FROM wf_define('{"id": "k.main", "initial": "open", "context": {"n": 1}, "search": {"n": "$.n"}, "states": {
    "open": {"after": {"PT1H": "late"}, "invoke": {"src": "bank.pay", "id": "pay"}, "on": {"NEXT": "busy", "LATER": {"actions": "k.note"}}},
    "busy": {"type": "parallel", "states": {
        "a": {"initial": "one", "states": {"one": {"on": {"A": "two"}}, "two": {"type": "final"}}},
        "b": {"initial": "one", "states": {"one": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "k.child"}}}}}}},
    "late": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "k.child", "initial": "open", "states": {"open": {"on": {"GO": "done"}}, "done": {"type": "final"}}}');
SELECT wf_start('k.main', instance_key => 'open') AS open \gset
SELECT wf_start('k.main', instance_key => 'busy') AS busy \gset
SELECT wf_start('k.main', instance_key => 'paused') AS paused \gset
SELECT wf_start('k.child', instance_key => 'ended') AS ended \gset
SELECT to_state FROM wf_send(:'open', 'LATER', idempotency_key => 'k-1');
SELECT to_state FROM wf_send(:'busy', 'NEXT');
SELECT effects_run FROM wf_scheduler_tick();
SELECT paused FROM wf_pause(:'paused');
SELECT to_state FROM wf_send(:'ended', 'GO');
SELECT instance_id AS child FROM wf_instances_view WHERE parent_id = :'busy' \gset
SELECT count(*) FROM wf_check();

-- State: one that the definition does not have, one that leaves a region without a state, a history of nothing.
BEGIN;
UPDATE wf.instance SET state = 'nowhere' WHERE id = :'open';
UPDATE wf.step SET to_state = 'nowhere' WHERE instance_id = :'open' AND seq = 2;
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET state = 'busy.a.one' WHERE id = :'busy';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET history = '{"open": ["late"]}' WHERE id = :'open';
SELECT * FROM pg_temp.faults();
ROLLBACK;
-- CANCELLED and FAILED are only for who was cancelled or has failed.
BEGIN;
UPDATE wf.instance SET state = 'CANCELLED' WHERE id = :'ended';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Definition: of another version, gone, with two current versions.
BEGIN;
UPDATE wf.instance SET definition_version = 7 WHERE id = :'ended';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
DELETE FROM wf.definition WHERE code = 'k.child';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.definition SET is_current = false WHERE code = 'k.child';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Steps: a gap, a chain that does not hold, a last one that says something else, one too many, none.
BEGIN;
DELETE FROM wf.step WHERE instance_id = :'open' AND seq = 1;
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.step SET from_state = 'late' WHERE instance_id = :'busy' AND seq = 2;
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET state = 'late' WHERE id = :'paused';
DELETE FROM wf.timer WHERE instance_id = :'paused';
DELETE FROM wf.effect WHERE instance_id = :'paused';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET status = 'cancelled' WHERE id = :'ended';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET seq = 1 WHERE id = :'ended';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET seq = 3 WHERE id = :'ended';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- What belongs to an instance that has ended, or to a state that was left.
BEGIN;
UPDATE wf.timer SET instance_id = :'ended' WHERE instance_id = :'open';
UPDATE wf.effect SET instance_id = :'ended', step_id = (SELECT id FROM wf.step WHERE instance_id = :'ended' AND seq = 1)
WHERE instance_id = :'open' AND code = 'bank.pay';
SELECT task_id AS task FROM wf_create_task(:'open', 'Look', assignee_role => 'clerk') \gset
UPDATE wf.task SET instance_id = :'ended' WHERE id = :'task';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.timer SET status = 'PENDING' WHERE instance_id = :'busy';
UPDATE wf.effect SET status = 'FAILED' WHERE instance_id = :'busy' AND code = 'bank.pay';
WITH place AS (SELECT s FROM unnest(ARRAY['open', 'busy.a', '']) AS s), made AS (
    SELECT task_id, s FROM place CROSS JOIN LATERAL wf_create_task(:'busy', 'Look', assignee_role => 'clerk', body => s)
) SELECT count(*) FROM made;
UPDATE wf.task SET state = body WHERE instance_id = :'busy';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Pause: timers that run, a deadline that runs, timers that rest although nobody pauses.
BEGIN;
UPDATE wf.timer SET status = 'PENDING' WHERE instance_id = :'paused';
UPDATE wf.timer SET status = 'SUSPENDED' WHERE instance_id = :'open';
UPDATE wf.instance SET sla_at = '2026-03-03' WHERE id = :'paused';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Service levels: of an instance that has ended, of a state that was left, and one that runs in a pause.
BEGIN;
INSERT INTO wf.sla (organization_id, instance_id, id, started_at, target_at, next_at, paused_micros, rungs, state)
SELECT i.organization_id, i.id, gen_random_uuid(), i.created_at, i.created_at, i.created_at, 0, 0, s
FROM wf.instance AS i JOIN (VALUES ('ended', NULL), ('busy', 'open'), ('busy', 'busy'), ('paused', 'open')) AS v (k, s) ON v.k = i.instance_key;
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Children: of a parent that is gone or has ended, and a parent whose child is gone.
BEGIN;
UPDATE wf.instance SET parent_id = '00000000-0000-0000-0000-000000000001' WHERE id = :'child';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.instance SET parent_id = :'ended' WHERE id = :'child';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Orphans: rows of no instance, effects of no step, an organization that nobody knows.
BEGIN;
INSERT INTO wf.legal_hold (organization_id, instance_id, held_at) SELECT organization_id, id, now() FROM wf.instance WHERE id = :'open';
INSERT INTO wf.message (organization_id, id, created_at, attempts, instance_id, event)
SELECT organization_id, gen_random_uuid(), now(), 0, id, 'X' FROM wf.instance WHERE id = :'open';
DELETE FROM wf.instance WHERE id = :'open';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
UPDATE wf.effect SET seq = 9 WHERE instance_id = :'open' AND code = 'k.note';
SELECT * FROM pg_temp.faults();
ROLLBACK;
BEGIN;
DELETE FROM wf.organization;
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Search values of an instance that has ended.
BEGIN;
UPDATE wf.search SET instance_id = :'ended' WHERE instance_id = :'open';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- Keys: twice, of another instance, and an instance's key twice. The indexes that forbid it are gone, as after a file that broke.
BEGIN;
DROP INDEX wf.idx_wf_steps_line_code, wf.idx_wf_instances_key;
UPDATE wf.step SET line_code = :'open' || ':k-1' WHERE instance_id = :'ended' AND seq = 2;
UPDATE wf.instance SET instance_key = 'open' WHERE id = :'paused';
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- An index that is not valid, as CREATE or REINDEX ... CONCURRENTLY leave it behind when they fail.
BEGIN;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'wf.idx_wf_timers_due'::regclass;
SELECT * FROM pg_temp.faults();
ROLLBACK;

-- One organization sees its own.
BEGIN;
SET LOCAL app.current_org_id = '0000000a-0000-0000-0000-000000000000';
SELECT wf_start('k.main', instance_key => 'a') AS a \gset
UPDATE wf.instance SET seq = 9 WHERE id = :'a';
UPDATE wf.instance SET seq = 9 WHERE id = :'ended';
SELECT "check" FROM wf_check();
SELECT count(*) FROM wf_check(organization_id => '00000000-0000-0000-0000-000000000000');
SELECT count(*) FROM wf_check(organization_id => '0000000b-0000-0000-0000-000000000000');
ROLLBACK;
-- Everything is as it was.
SELECT count(*) FROM wf_check();
