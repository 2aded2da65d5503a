-- The extension is dropped and created again, also into another schema, while this session has its plans and
-- definitions: what is kept must not be what was dropped.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
-- From 18 on the context of an error has the statement of the script.
\set SHOW_CONTEXT never
\set ECHO all

SELECT version FROM wf_define('{"id": "x", "initial": "old", "states": {"old": {"after": {"P1D": "end"}, "on": {"GO": "end"}}, "end": {"type": "final"}}}');
SELECT wf_start('x', instance_key => 'x') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('x'), 'GO', idempotency_key => 'k');
SELECT timers_fired FROM wf_scheduler_tick();
DROP FUNCTION pg_temp.id;

DROP EXTENSION pg_workflow;
SELECT count(*) FROM pg_namespace WHERE nspname = 'wf';
SELECT count(*) FROM pg_proc WHERE proname LIKE 'wf\_%';
CREATE EXTENSION pg_workflow;
SELECT version FROM wf_define('{"id": "x", "initial": "new", "states": {"new": {"after": {"P1D": "end"}, "on": {"GO": "end"}}, "end": {"type": "final"}}}');
SELECT wf_start('x', instance_key => 'x') AS x \gset
SELECT from_state, to_state, replayed FROM wf_send(:'x', 'GO', idempotency_key => 'k');
SELECT timers_fired FROM wf_scheduler_tick();

-- Its functions and views can live elsewhere, and need no search_path to find each other.
DROP EXTENSION pg_workflow;
CREATE SCHEMA elsewhere;
CREATE EXTENSION pg_workflow SCHEMA elsewhere;
SELECT version FROM elsewhere.wf_define('{"id": "x", "initial": "newer", "states": {"newer": {"on": {"GO": "end"}}, "end": {"type": "final"}}}');
SELECT elsewhere.wf_start('x', instance_key => 'x') AS x \gset
SELECT from_state, to_state FROM elsewhere.wf_send(:'x', 'GO');
SELECT current_state FROM elsewhere.wf_list_instances();
SELECT jsonb_array_length(elsewhere.wf_get_instance(:'x') -> 'steps') AS steps;
SELECT count(*) > 40 AS codes FROM elsewhere.wf_error_codes;
CALL pg_temp.try($$SELECT elsewhere.wf_list_instances(max_rows => 0)$$);
DROP EXTENSION pg_workflow;
DROP SCHEMA elsewhere;

-- A schema wf of somebody else does not become ours.
CREATE SCHEMA wf;
CREATE EXTENSION pg_workflow;
DROP SCHEMA wf;
CREATE EXTENSION pg_workflow;
SELECT count(*) FROM wf_instances_view;
