-- Many events and many starts in one call.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE FUNCTION public.part(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(100 / (args #>> '{}')::int);
SELECT code FROM wf_define('{"id": "order", "initial": "open", "context": {"n": 0}, "states": {
    "open": {"on": {
        "PAID": {"target": "paid", "guard": "$event.amount > 0"},
        "ADD": {"actions": {"type": "assign", "params": {"n": {"expr": "$.n + 1"}}}},
        "SPLIT": {"actions": {"type": "assign", "params": {"n": {"call": "public.part", "args": "$event.amount"}}}}}},
    "paid": {"after": {"P1D": "closed"}, "on": {"CLOSE": "closed"}}, "closed": {"type": "final"}}}');
-- Ids come in the order of the inputs, and a key that exists gives its instance.
SELECT wf_start('order', instance_key => 'b') IS NOT NULL AS started;
CREATE TEMP TABLE made AS
SELECT * FROM wf_start_many('order', ARRAY['{"n": 1}', '{"n": 2}', NULL]::jsonb[], ARRAY['c', 'b', 'a']) WITH ORDINALITY AS s (instance_id, n);
SELECT m.n, i.instance_key, i.context FROM made AS m JOIN wf_instances_view AS i USING (instance_id) ORDER BY m.n;
SELECT count(*) FROM wf_start_many('order', ARRAY['{}', '{}']::jsonb[]);
SELECT count(*) FROM wf_start_many('order', instance_keys => ARRAY['d', 'e']);
SELECT count(*) FROM wf_start_many('order');
SELECT count(*) FROM wf_instances_view;
-- All of them or none.
CALL pg_temp.try($$SELECT wf_start_many('order', ARRAY['{}', '1']::jsonb[], ARRAY['x', 'y'])$$);
CALL pg_temp.try($$SELECT wf_start_many('order', ARRAY['{}']::jsonb[], ARRAY['x', 'y'])$$);
CALL pg_temp.try($$SELECT wf_start_many('nothing', ARRAY['{}']::jsonb[])$$);
SELECT count(*) FROM wf_instances_view WHERE instance_key IN ('x', 'y');

-- One row each, in order; what fails says why and leaves the others alone.
SELECT n, i.instance_key, m.seq, m.from_state, m.to_state, m.status, m.replayed, pg_temp.without_ids(m.error) AS error
FROM wf_send_many(
    ARRAY[pg_temp.id('a'), pg_temp.id('b'), '00000000-0000-0000-0000-000000000001', NULL, pg_temp.id('c'), pg_temp.id('a')],
    'PAID', ARRAY['{"amount": 5}', '{"amount": 0}', '{}', '{}', '{"amount": 7}', '{"amount": 5}']::jsonb[]
) WITH ORDINALITY AS m (instance_id, seq, from_state, to_state, status, replayed, error, n)
LEFT JOIN wf_instances_view AS i USING (instance_id)
ORDER BY n;
SELECT i.instance_key, s.seq, s.from_state, s.to_state, s.event
FROM wf_steps_view AS s JOIN wf_instances_view AS i USING (instance_id)
WHERE i.instance_key IN ('a', 'b', 'c') AND s.seq > 1 ORDER BY 1, 2;
SELECT i.instance_key, t.timer_name, t.timer_status FROM wf_timers_view AS t JOIN wf_instances_view AS i USING (instance_id) ORDER BY 1;
-- The same instance several times takes the event as often; a key only once.
SELECT m.seq, m.replayed, m.error
FROM wf_send_many(ARRAY[pg_temp.id('d'), pg_temp.id('d'), pg_temp.id('d')], 'ADD', idempotency_keys => ARRAY['k', NULL, 'k']) AS m;
SELECT context FROM wf_instances_view WHERE instance_key = 'd';
-- An error of user code between others that go through.
SELECT m.seq, m.error
FROM wf_send_many(
    ARRAY[pg_temp.id('d'), pg_temp.id('e'), pg_temp.id('d')], 'SPLIT', ARRAY['{"amount": 4}', '{"amount": 0}', '{"amount": 5}']::jsonb[]
) AS m;
SELECT instance_key, context FROM wf_instances_view WHERE instance_key IN ('d', 'e') ORDER BY 1;
SELECT count(*) FROM wf_send_many('{}', 'ADD');
CALL pg_temp.try($$SELECT wf_send_many(ARRAY[pg_temp.id('d')], 'ADD', ARRAY['{}', '{}']::jsonb[])$$);
CALL pg_temp.try($$SELECT wf_send_many(ARRAY[pg_temp.id('d')], 'wf.mine')$$);
CALL pg_temp.try($$SELECT wf_send_many(NULL, 'ADD')$$);

-- Nothing is written where nothing may be.
BEGIN READ ONLY;
SAVEPOINT here;
CALL pg_temp.try(format('SELECT wf_send(%L, %L)', pg_temp.id('d'), 'ADD'));
ROLLBACK;
DROP FUNCTION public.part(jsonb, jsonb);
CALL pg_temp.wipe();
