-- wf_simulate: what it is given, what it tells, and that nothing remains. That it does what a real instance does is the
-- matter of corpus.sql.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
BEGIN;
SET timezone = 'UTC';
SET client_min_messages = warning;
\set ON_ERROR_ROLLBACK on
CREATE SCHEMA simulate_test;

\set door '{ "id": "door", "initial": "shut", "context": { "opened": 0 }, "states": { "shut": { "on": { "PUSH": { "target": "open", "roles": ["guest"], "actions": [ { "type": "assign", "params": { "opened": "$.opened + 1", "by": "$actor", "why": "$event.why" } }, { "type": "bell.ring", "params": { "times": "$.opened" } } ] } } }, "open": { "after": { "PT30S": "shut" }, "on": { "LOCK": { "guard": "KEY", "target": "locked" } } }, "locked": { "type": "final" } } }'

-- One row for the start, one for each event, one for each timer; moving the clock has none of its own.
SELECT * FROM wf_simulate(:'door', '["PUSH", {"after": "PT1M"}, {"type": "PUSH", "why": "rain", "$actor": "berta"}, "LOCK", "PUSH"]',
    roles => '{guest}', actor => 'anna', start_at => '2026-03-02 09:00+00', guards => '{"KEY": true}');
-- Without the role, with a guard that is unknown, with one that nobody has registered.
SELECT step, event, state, guards, status, taken FROM wf_simulate(:'door', '["PUSH", {"type": "PUSH", "$roles": ["host", "guest"]}, "LOCK", "KNOCK"]', guards => '{"KEY": null}');
SELECT step, event, state, guards, status, taken FROM wf_simulate(:'door', '[{"type": "PUSH", "$roles": ["guest"]}, "LOCK", {"after": "PT30S"}]');
-- Context over the definition's, no events, the moment of the start.
SELECT step, event, state, context, status FROM wf_simulate(:'door', context => '{"opened": 7, "colour": "red"}');
SELECT jsonb_path_query_first(actions, '$[*].due') AS due FROM wf_simulate(:'door', '["PUSH"]', roles => '{guest}', start_at => '2026-03-02 09:00:00.25+01') WHERE step = 1;
-- The clock by milliseconds and to a moment.
SELECT step, event, state FROM wf_simulate(:'door', '["PUSH", {"after": 29999}, {"after": 1}, "PUSH", {"after": "2026-03-02 09:01+00"}]', roles => '{guest}', start_at => '2026-03-02 09:00+00');

-- Mistakes name the element, before anything runs.
SELECT wf_simulate(NULL);
SELECT wf_simulate(:'door', NULL);
SELECT wf_simulate(:'door', '{}');
SELECT wf_simulate(:'door', '["PUSH", 7]');
SELECT wf_simulate(:'door', '[{"event": "PUSH"}]');
SELECT wf_simulate(:'door', '[{"type": 7}]');
SELECT wf_simulate(:'door', '[""]');
SELECT wf_simulate(:'door', '["wf.after"]');
SELECT wf_simulate(:'door', '["done.state.door"]');
SELECT wf_simulate(:'door', '["done.invoke.nobody"]');
SELECT wf_simulate(:'door', '[{"after": "soon"}]');
SELECT wf_simulate(:'door', '[{"after": -1}]');
SELECT wf_simulate(:'door', '[{"after": "PT1H"}, {"after": "2026-03-02 09:30+00"}]', start_at => '2026-03-02 09:00+00');
SELECT wf_simulate(:'door', '[{"type": "PUSH", "$actor": 7}]');
SELECT wf_simulate(:'door', '[{"type": "PUSH", "$roles": "guest"}]');
SELECT wf_simulate(:'door', context => '[]');
SELECT wf_simulate(:'door', guards => '[]');
SELECT wf_simulate(:'door', guards => '{"LOCK": true}');
SELECT wf_simulate(:'door', guards => '{"KEY": "yes"}');
SELECT wf_simulate('{ "id": "x", "initial": "b", "states": { "a": { "on": { "GO": "c" } } } }');

-- An answer waits for its invoke; one that nothing takes would be an incident.
\set call '{ "id": "call", "initial": "a", "states": { "a": { "invoke": [ { "id": "one", "src": "x.one", "onDone": { "actions": { "type": "assign", "params": { "got": "$event.output" } } } }, { "id": "two", "src": "x.two", "input": { "n": "$.n" } } ], "on": { "OUT": "b" } }, "b": {} } }'
SELECT step, event, state, context, actions, status, taken
FROM wf_simulate(:'call', '[{"type": "done.invoke.one", "output": [1]}, "done.invoke.one", "done.invoke.two", "OUT", {"type": "error.invoke.two", "error": {"type": "late"}}]');

-- A step that fails leaves all as it was; the next ones go on. A timer that fails is tried again as the scheduler would.
CREATE FUNCTION simulate_test.inverse(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(1 / (args ->> 'of')::integer);
\set fails '{ "id": "fails", "initial": "a", "context": { "n": 0 }, "states": { "a": { "on": { "SET": { "actions": { "type": "assign", "params": { "n": "$event.n" } } } }, "after": { "PT1M": { "target": "b", "actions": { "type": "assign", "params": { "inverse": { "call": "simulate_test.inverse", "args": { "of": "$.n" } } } } } } }, "b": { "type": "final" } } }'
SELECT step, event, state, context, status, taken FROM wf_simulate(:'fails', '[{"after": "PT1M10S"}, {"type": "SET", "n": 1}, {"after": "PT20S"}]');
SELECT step, event, state, status, taken FROM wf_simulate(:'fails', '[{"after": "P1D"}]');
SELECT step, event, state, context, status, taken
FROM wf_simulate('{ "id": "no_start", "initial": "a", "states": { "a": { "entry": { "type": "assign", "params": { "x": { "call": "simulate_test.inverse", "args": { "of": 0 } } } } } } }', '["GO"]');
-- Timers that make each other without an end.
SELECT count(*), max(taken) AS taken, max(status) AS status
FROM wf_simulate('{ "id": "endless", "initial": "a", "states": { "a": { "entry": { "type": "raise", "event": "x", "delay": 0 }, "on": { "x": { "target": "a", "reenter": true } } } } }', '["never"]');

-- Nothing remains, not even what a function of the definition writes; later steps see it all the same.
CREATE TABLE simulate_test.note (who text);
CREATE FUNCTION simulate_test.take_note(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql AS $$
    INSERT INTO simulate_test.note VALUES (current_user) RETURNING to_jsonb((SELECT count(*) FROM simulate_test.note) + 1)
$$;
\set notes '{ "id": "notes", "initial": "a", "states": { "a": { "on": { "GO": { "actions": { "type": "assign", "params": { "notes": { "call": "simulate_test.take_note" } } } } } } } }'
SELECT step, context FROM wf_simulate(:'notes', '["GO", "GO"]');
SELECT count(*) AS notes FROM simulate_test.note;
SELECT count(*) AS definitions FROM wf_definitions_view WHERE definition_code IN ('door', 'call', 'fails', 'notes');

-- Functions run with the rights of the caller, restricted.
CREATE ROLE simulate_somebody;
SELECT wf_grant('simulate_somebody', 'viewer');
GRANT USAGE ON SCHEMA simulate_test TO simulate_somebody;
SET ROLE simulate_somebody;
SELECT step, status, taken FROM wf_simulate(:'notes', '["GO"]');
RESET ROLE;
GRANT INSERT, SELECT ON simulate_test.note TO simulate_somebody;
SET ROLE simulate_somebody;
SELECT step, context, status FROM wf_simulate(:'notes', '["GO"]');
RESET ROLE;
SELECT count(*) AS notes FROM simulate_test.note;
-- A guard of a real macrostep may try something out, but not write.
CREATE FUNCTION simulate_test.curious(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql AS $$
    SELECT count(*) = 2 FROM wf_simulate('{ "id": "inner", "initial": "a", "states": { "a": { "on": { "GO": "a" } } } }', '["GO"]')
$$;
SELECT step, state, taken
FROM wf_simulate('{ "id": "outer", "initial": "a", "states": { "a": { "on": { "GO": { "guard": { "type": "simulate_test.curious" }, "target": "b" } } }, "b": {} } }', '["GO"]');
ROLLBACK;
