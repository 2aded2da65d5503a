-- SQL effects: run by the scheduler, their results stored once and given to the instances that wait. The clock stands still
-- unless a line moves it.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-05 09:00+00';
CREATE SCHEMA effects_test;
CREATE TABLE effects_test.did (instance_key text, code text, attempt integer, tx bigint DEFAULT txid_current(), who text DEFAULT current_user);
-- Does what its params say.
CREATE FUNCTION effects_test.act(effect jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    what jsonb := effect -> 'params';
BEGIN
    INSERT INTO effects_test.did (instance_key, code, attempt)
    VALUES (effect #>> '{context,key}', effect ->> 'code', (effect ->> 'attempt')::integer);
    CASE what ->> 'do'
        WHEN 'fail' THEN RAISE EXCEPTION 'no luck' USING ERRCODE = what ->> 'state', DETAIL = 'None at all.';
        WHEN 'sleep' THEN PERFORM pg_sleep(60);
        WHEN 'sql' THEN EXECUTE what ->> 'sql' USING effect;
        ELSE NULL;
    END CASE;
    RETURN what -> 'answer';
END $$;
SELECT wf_register_handler('act.*', 'sql', '{"function": "effects_test.act",
    "retry": {"initial_interval": "PT10S", "jitter": "none", "non_retryable_errors": ["22012"]}}');
SELECT code FROM wf_define('{"id": "acts", "initial": "a", "states": {
    "a": {"invoke": {"src": "act.one", "input": "$.one",
        "onDone": {"target": "b", "actions": {"type": "assign", "params": {"got": "$event.output"}}},
        "onError": {"target": "failed", "actions": {"type": "assign", "params": {"error": "$event.error"}}}}},
    "b": {"invoke": {"src": "act.two", "input": "$.two", "retry": {"maximum_attempts": 2}, "onDone": "c"}},
    "c": {"type": "final"}, "failed": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "plain", "initial": "a", "states": {"a": {"entry": {"type": "act.plain", "params": "$.one"}}}}');
CREATE VIEW place AS SELECT instance_key, current_state, status, context - 'one' - 'two' - 'key' #- '{error,context}' AS context FROM wf_instances_view ORDER BY 1;
CREATE VIEW outbox AS
SELECT i.instance_key AS key, e.effect_smart_code AS code, e.effect_status AS status, e.attempt_count AS attempts,
    to_char(e.next_retry_at, 'HH24:MI:SS') AS next, e.last_error ->> 'type' AS type, e.last_error ->> 'message' AS message
FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id) ORDER BY e.created_at, e.effect_id;
CREATE FUNCTION run(key text, one jsonb, two jsonb DEFAULT '{}', code text DEFAULT 'acts') RETURNS void LANGUAGE sql AS $$
    SELECT wf_start(code, jsonb_build_object('key', key, 'one', one, 'two', two), key) $$;

-- From effect to effect, one batch each: what a transition queues is there for the next one.
SELECT run('good', '{"answer": {"n": 7}}');
SELECT timers_fired, effects_run, next_run_at FROM wf_scheduler_tick();
TABLE place;
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
TABLE place;
TABLE outbox;
SELECT seq, kind, event, from_state, to_state, effects_queued FROM wf_steps_view ORDER BY seq;
-- Nobody else gets it.
SELECT run('mine', '{}', code => 'plain');
SELECT count(*) FROM wf_claim_effects('w', codes => ARRAY['act.plain']);

-- What the function is told.
SELECT run('told', '{"do": "sql", "sql": "CREATE TABLE effects_test.told AS SELECT $1 AS effect"}', code => 'plain');
SELECT effects_run FROM wf_scheduler_tick();
SELECT e.key, e.value = CASE e.key WHEN 'id' THEN to_jsonb(v.effect_id) WHEN 'idempotency_key' THEN to_jsonb(v.effect_id)
    WHEN 'instance_id' THEN to_jsonb(v.instance_id) WHEN 'organization_id' THEN to_jsonb(v.organization_id)
    WHEN 'params' THEN v.params WHEN 'context' THEN i.context ELSE e.value END AS as_stored,
    CASE WHEN e.key IN ('code', 'seq', 'attempt') THEN e.value END AS value
FROM effects_test.told, jsonb_each(told.effect) AS e, wf_effects_view AS v JOIN wf_instances_view AS i USING (instance_id)
WHERE i.instance_key = 'told' ORDER BY e.key;

-- Failures: each its own, its writes undone, tried again by the handler's policy and the definition's over it.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step;
SELECT run('n' || n, CASE n WHEN 2 THEN '{"do": "fail", "state": "XX123"}' WHEN 4 THEN '{"do": "fail", "state": "22012"}' ELSE '{}' END::jsonb)
FROM generate_series(1, 5) AS n;
SELECT run('plain', '{"do": "fail", "state": "22012"}', code => 'plain');
SELECT run('second', '{}', '{"do": "fail", "state": "P0001"}');
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
TABLE outbox;
SELECT last_error - 'context' AS last_error FROM wf_effects_view WHERE attempt_count = 1 AND effect_status = 'FAILED';
SELECT instance_key, count(*) FROM effects_test.did GROUP BY 1 ORDER BY 1;
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
TABLE place;
SET pg_workflow.fake_now = '2026-01-05 09:00:10+00';
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-01-05 09:00:30+00';
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
TABLE place;
TABLE outbox;
SELECT i.instance_key, n.kind, n.what, n.error FROM wf_incidents_view AS n JOIN wf_instances_view AS i USING (instance_id) ORDER BY 1;

-- Time: an effect's own limit, the handler's, the setting; only ours counts against the effect.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step, wf.message;
SELECT wf_register_handler('act.slow', 'sql', '{"function": "effects_test.act", "timeout": 20, "retry": {"maximum_attempts": 1}}');
SELECT code FROM wf_define('{"id": "slow", "initial": "a", "states": {"a": {"entry": [
    {"type": "act.plain"}, {"type": "act.slow", "params": {"do": "sleep"}}, {"type": "act.other", "params": {"do": "sleep"}, "timeout": 30},
    {"type": "act.plain"}]}}}');
SELECT wf_start('slow', instance_key => 'slow') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
TABLE outbox;
SELECT code, count(*) FROM effects_test.did GROUP BY 1;
TRUNCATE wf.instance, wf.effect, wf.step, wf.message;
SELECT run('waits', '{"do": "sleep"}', code => 'plain');
SET pg_workflow.user_code_timeout = 40;
SELECT effects_run FROM wf_scheduler_tick();
TABLE outbox;
SET pg_workflow.user_code_timeout = 0;
SET pg_workflow.fake_now = '2026-01-05 09:01+00';
SET statement_timeout = 60;
SELECT effects_run FROM wf_scheduler_tick();
RESET statement_timeout;
RESET pg_workflow.user_code_timeout;
SELECT status, attempts FROM outbox;
-- Guards and values too.
CREATE FUNCTION effects_test.sleepy(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql AS $$ SELECT true FROM pg_sleep(60) $$;
CREATE FUNCTION effects_test.sleepy_value(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT args FROM pg_sleep(60) $$;
SELECT code FROM wf_define('{"id": "sleepy", "initial": "a", "states": {"a": {"on": {
    "GO": {"target": "b", "guard": {"type": "effects_test.sleepy"}},
    "SET": {"actions": {"type": "assign", "params": {"x": {"call": "effects_test.sleepy_value", "args": {}}}}}}}, "b": {}}}');
SELECT wf_start('sleepy', instance_key => 'sleepy') IS NOT NULL AS started;
SET pg_workflow.user_code_timeout = 20;
CALL pg_temp.try($$ SELECT wf_send(pg_temp.id('sleepy'), 'GO') $$);
CALL pg_temp.try($$ SELECT wf_send(pg_temp.id('sleepy'), 'SET') $$);
RESET pg_workflow.user_code_timeout;
SET statement_timeout = 60;
SELECT to_state FROM wf_send(pg_temp.id('sleepy'), 'GO');
RESET statement_timeout;

-- A handler that wants its transaction for itself.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step;
SELECT wf_register_handler('act.alone', 'sql', '{"function": "effects_test.act", "batch": false}');
SELECT code FROM wf_define('{"id": "alone", "initial": "a", "states": {"a": {"entry": ["act.alone", "act.x", "act.alone", "act.x"]}}}');
SELECT wf_start('alone') IS NOT NULL AS started;
CREATE TABLE effects_test.ran (n integer);
INSERT INTO effects_test.ran SELECT effects_run FROM wf_scheduler_tick();
INSERT INTO effects_test.ran SELECT effects_run FROM wf_scheduler_tick();
INSERT INTO effects_test.ran SELECT effects_run FROM wf_scheduler_tick();
INSERT INTO effects_test.ran SELECT effects_run FROM wf_scheduler_tick();
SELECT n AS effects_run FROM effects_test.ran ORDER BY 1;
SELECT code, count(*) AS effects, count(DISTINCT tx) AS transactions FROM effects_test.did GROUP BY 1 ORDER BY 1;

-- A paused instance keeps its effects.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step;
SELECT run('paused', '{}');
SELECT paused FROM wf_pause(pg_temp.id('paused'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT paused FROM wf_resume(pg_temp.id('paused'));
SELECT effects_run FROM wf_scheduler_tick();
TABLE place;
-- Paused by its own effect: the answer waits.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step;
SELECT run('pauses', '{"do": "sql", "sql": "SELECT wf_pause(($1 ->> ''instance_id'')::uuid)"}');
SELECT effects_run FROM wf_scheduler_tick();
TABLE place;
SELECT paused FROM wf_resume(pg_temp.id('pauses'));
SELECT effects_run FROM wf_scheduler_tick();
TABLE place;

-- What a function may call: everything but the scheduler; its own instance too.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step, wf.message;
SELECT run('cancels', '{"do": "sql", "sql": "SELECT wf_cancel(($1 ->> ''instance_id'')::uuid)"}');
SELECT run('starts', '{"do": "sql", "sql": "SELECT wf_start(''plain'', ''{\"one\": {}, \"key\": \"child\"}'', ''child'')"}');
SELECT run('ticks', '{"do": "sql", "sql": "SELECT wf_scheduler_tick()"}');
SELECT effects_run FROM wf_scheduler_tick();
TABLE place;
TABLE outbox;
SELECT kind, what FROM wf_incidents_view;

-- The transition that a result causes fails: the effect is done once, its event waits, and goes through when it can.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step, wf.message;
CREATE FUNCTION effects_test.ready(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF context ->> 'ready' IS NULL THEN RAISE 'not ready'; END IF;
    RETURN true;
END $$;
SELECT code FROM wf_define('{"id": "careful", "initial": "a", "states": {
    "a": {"invoke": {"src": "act.one", "onDone": {"target": "b", "guard": {"type": "effects_test.ready"}}}}, "b": {"type": "final"}}}');
SELECT wf_start('careful', '{"key": "careful"}', 'careful') IS NOT NULL AS started;
SELECT run('beside', '{}');
SELECT effects_run FROM wf_scheduler_tick();
TABLE place;
SELECT key, code, status, attempts FROM outbox;
SELECT kind, what, error, attempts FROM wf_incidents_view;
SELECT to_state FROM wf_modify(pg_temp.id('careful'), context => '{"ready": true}');
SET pg_workflow.fake_now = '2026-01-05 09:02+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, current_state, status FROM place;
SELECT instance_key, count(*) FROM effects_test.did GROUP BY 1 ORDER BY 1;
SELECT count(*) AS incidents FROM wf_incidents_view;

-- Whose rights: those of the role that registered it, restricted, with its search_path; what it sets is gone afterwards.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step;
CREATE ROLE effects_app;
GRANT USAGE, CREATE ON SCHEMA effects_test TO effects_app;
GRANT INSERT ON effects_test.did TO effects_app;
CREATE TABLE effects_test.secret (x integer);
CREATE TABLE effects_test.unique_x (x integer PRIMARY KEY);
CREATE TABLE effects_test.late (x integer REFERENCES effects_test.unique_x DEFERRABLE INITIALLY DEFERRED);
GRANT ALL ON effects_test.late, effects_test.unique_x TO effects_app;
SET search_path = effects_test, public;
SELECT wf_register_handler('act.app', 'sql', '{"function": "effects_test.act", "run_as": "effects_app", "retry": {"maximum_attempts": 1}}');
RESET search_path;
SELECT code FROM wf_define('{"id": "app", "initial": "a", "states": {"a": {"entry": {"type": "act.app", "params": "$.one"}}}}');
SELECT run(key, jsonb_build_object('do', 'sql', 'sql', sql), code => 'app') FROM (VALUES
    ('1 writes', 'INSERT INTO did (code) VALUES (''unqualified'')'),
    ('2 sets', 'SET work_mem = ''77kB'''),
    ('3 reads a secret', 'SELECT * FROM secret'),
    ('4 temporary table', 'CREATE TEMP TABLE t (x integer)'),
    ('5 deferred', 'INSERT INTO late VALUES (1)'),
    ('6 becomes another', 'SET ROLE postgres'),
    ('7 large', 'SELECT 1')) AS t (key, sql);
UPDATE wf.effect SET params = jsonb_build_object('answer', repeat('x', 2000000)) WHERE params ->> 'sql' = 'SELECT 1';
SELECT effects_run FROM wf_scheduler_tick();
SELECT key, status, type, message FROM outbox;
SELECT instance_key, code, who FROM effects_test.did ORDER BY 1;
SHOW work_mem;

-- What a cancellation has missed, because somebody held it who then gave up, does not run; what an operator puts back afterwards does.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step, wf.message;
CREATE FUNCTION effects_test.missed(effect jsonb) RETURNS jsonb LANGUAGE sql
RETURN to_jsonb(CASE WHEN effect ->> 'code' = 'act.bad' THEN 1 / length(effect #>> '{params,divisor}') ELSE 1 END);
SELECT wf_register_handler('act.*', 'sql', '{"function": "effects_test.missed"}');
SELECT code FROM wf_define('{"id": "missed", "initial": "a", "states": {"a": {"entry": ["act.good", {"type": "act.bad", "params": {"divisor": ""}, "retry": {"maximum_attempts": 1}}]}}}');
SELECT wf_start('missed', instance_key => 'missed') AS missed \gset
SELECT effects_run FROM wf_scheduler_tick();
SELECT status FROM wf_cancel(:'missed');
UPDATE wf.effect SET status = 'PENDING' WHERE code = 'act.good';
SELECT effects_run FROM wf_scheduler_tick();
SELECT effect_smart_code, effect_status, attempt_count FROM wf_effects_view ORDER BY 1;
SELECT effects_retried, effects_successful FROM wf_retry_effects(:'missed', params => '{"divisor": "1"}');
SELECT effect_smart_code, effect_status, attempt_count FROM wf_effects_view ORDER BY 1;

-- A function that is gone; a handler that is taken out.
TRUNCATE effects_test.did, wf.instance, wf.effect, wf.step, wf.message;
CREATE FUNCTION effects_test.other(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN '"other"'::jsonb;
SELECT wf_register_handler('act.gone', 'sql', '{"function": "effects_test.other"}');
DROP FUNCTION effects_test.other(jsonb);
SELECT code FROM wf_define('{"id": "gone", "initial": "a", "states": {"a": {"entry": "act.gone"}}}');
SELECT wf_start('gone', instance_key => 'gone') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT type, message, attempts FROM outbox;
SELECT wf_unregister_handler('act.gone'), wf_unregister_handler('act.*');
SET pg_workflow.fake_now = '2026-01-05 09:10+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT code, attempt FROM wf_claim_effects('w');

CALL pg_temp.wipe();
DROP FUNCTION run;
DROP VIEW place, outbox;
SET client_min_messages = error;
DROP SCHEMA effects_test CASCADE;
DROP ROLE effects_app;
