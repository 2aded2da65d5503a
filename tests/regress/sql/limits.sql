-- Limits, and input that is hostile or missing: a named error each, never a crash.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- Eventless loops, by always and by raise; the instance stays as it was.
SELECT code FROM wf_define('{"id": "loop", "initial": "a", "context": {"n": 0}, "states": {
    "a": {"on": {"SPIN": "b", "RAISE": {"target": "a", "actions": {"type": "raise", "event": "RAISE"}}, "COUNT": "count"}},
    "b": {"entry": {"type": "assign", "params": {"n": {"expr": "$.n + 1"}}}, "always": "c"}, "c": {"always": "b"},
    "count": {"entry": {"type": "assign", "params": {"n": {"expr": "$.n + 1"}}}, "always": [{"guard": "$.n >= 400", "target": "a"}, {"target": "count", "reenter": true}]}}}');
SELECT wf_start('loop', instance_key => 'l') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'SPIN')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'RAISE')$$);
-- Long is not endless.
SELECT seq, to_state FROM wf_send(pg_temp.id('l'), 'COUNT');
SELECT current_state, context FROM wf_instances_view WHERE instance_key = 'l';
SELECT code FROM wf_define('{"id": "loop_at_start", "initial": "a", "states": {"a": {"always": "b"}, "b": {"always": "a"}}}');
CALL pg_temp.try($$SELECT wf_start('loop_at_start', instance_key => 'never')$$);
SELECT count(*) FROM wf_instances_view WHERE instance_key = 'never';

-- Sizes: payload, input, subject, and a context that grows. The limit counts the binary form.
SELECT code FROM wf_define('{"id": "size", "initial": "a", "context": {"text": ""}, "states": {"a": {"on": {
    "DOUBLE": {"actions": {"type": "assign", "params": {"one": "$.text", "two": "$.text", "text": "$event.text"}}},
    "KEEP": {"actions": "kept"}, "NEST": {"actions": {"type": "assign", "params": {"nested": "$payload"}}}}}}}');
SELECT wf_start('size', instance_key => 's') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), 'KEEP', jsonb_build_object('x', repeat('x', 2097152)))$$);
CALL pg_temp.try($$SELECT wf_start('size', jsonb_build_object('x', repeat('x', 2097152)))$$);
CALL pg_temp.try($$SELECT wf_start('size', subject => jsonb_build_object('x', repeat('x', 2097152)))$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('s'), 'x', delay => '1 hour', payload => jsonb_build_object('x', repeat('x', 2097152)))$$);
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('s'), 'a', payload => jsonb_build_object('x', repeat('x', 2097152)))$$);
SELECT seq FROM wf_send(pg_temp.id('s'), 'KEEP', jsonb_build_object('x', repeat('x', 1000000)));
SELECT seq FROM wf_send(pg_temp.id('s'), 'DOUBLE', jsonb_build_object('text', repeat('x', 600000)));
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), 'DOUBLE', '{"text": "small"}')$$);
SELECT length(context ->> 'text') AS text FROM wf_instances_view WHERE instance_key = 's';
CALL pg_temp.try($$SELECT wf_start('size', jsonb_build_object('a', repeat('x', 1048570)))$$);
SET pg_workflow.max_payload = '4MB';
SELECT seq FROM wf_send(pg_temp.id('s'), 'KEEP', jsonb_build_object('x', repeat('x', 2097152)));
SET pg_workflow.max_payload = '1kB';
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), 'KEEP', jsonb_build_object('x', repeat('x', 1024)))$$);
RESET pg_workflow.max_payload;
SELECT min_val, max_val, unit FROM pg_settings WHERE name = 'pg_workflow.max_payload';

-- Nesting: 200 deep is data like any other, in a payload, in a context and in an effect; a definition has 100.
CREATE FUNCTION pg_temp.nested(depth integer) RETURNS text LANGUAGE sql RETURN repeat('{"x":', depth) || '1' || repeat('}', depth);
SELECT wf_start('size', pg_temp.nested(200)::jsonb, 'n') IS NOT NULL AS started;
SELECT seq FROM wf_send(pg_temp.id('n'), 'NEST', pg_temp.nested(200)::jsonb);
SELECT seq FROM wf_send(pg_temp.id('n'), 'NEST', (repeat('[', 200) || repeat(']', 200))::jsonb);
SELECT seq FROM wf_send(pg_temp.id('n'), 'NEST', pg_temp.nested(5000)::jsonb);
SELECT context -> 'nested' = pg_temp.nested(5000)::jsonb AS kept, (context - 'nested' - 'text') = pg_temp.nested(200)::jsonb AS input_kept FROM wf_instances_view WHERE instance_key = 'n';
SELECT seq, length(payload::text) FROM wf.step WHERE instance_id = pg_temp.id('n') AND seq > 1 ORDER BY seq;
CALL pg_temp.try(format('SELECT wf_define(%L)', '{"id": "deep", "initial": "a", "context": ' || pg_temp.nested(200) || ', "states": {"a": {}}}'));
CALL pg_temp.try(format('SELECT wf_define(%L)', '{"id": "deep", "initial": "a", "meta": ' || repeat('[', 3000) || repeat(']', 3000) || ', "states": {"a": {}}}'));
SELECT pointer, code FROM wf_validate(('{"id": "deep", "initial": "a", "context": ' || pg_temp.nested(200) || ', "states": {"a": {}}}')::json);
SELECT created FROM wf_define(('{"id": "deep", "initial": "a", "context": ' || pg_temp.nested(99) || ', "states": {"a": {}}}')::json);
SELECT wf_start('deep', instance_key => 'd') IS NOT NULL AS started;
SELECT context = pg_temp.nested(99)::jsonb AS kept FROM wf_instances_view WHERE instance_key = 'd';
-- 41 states within each other.
SELECT created FROM wf_define(('{"id": "russian", "initial": "s", "states": ' || repeat('{"s": {"initial": "s", "states": ', 40) || '{"s": {"on": {"GO": "#russian"}}}' || repeat('}}', 40) || '}')::json);
SELECT wf_start('russian', instance_key => 'r') IS NOT NULL AS started;
SELECT length(current_state) FROM wf_instances_view WHERE instance_key = 'r';
SELECT length(to_state) FROM wf_send(pg_temp.id('r'), 'GO');

-- A definition of more than 256 KiB; one right under it, with many states.
CALL pg_temp.try(format('SELECT wf_define(%L)', '{"id": "large", "initial": "a", "description": "' || repeat('x', 262144) || '", "states": {"a": {}}}'));
SELECT created FROM wf_define(('{"id": "large", "initial": "s1", "states": {' || (SELECT string_agg(format('"s%s": {"on": {"GO": "s%s"}}', n, n % 4000 + 1), ',' ORDER BY n) FROM generate_series(1, 4000) AS n) || '}}')::json);
SELECT wf_start('large', instance_key => 'x', initial_state => 's4000') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('x'), 'GO');

-- NULL for what must be given; empty text.
CALL pg_temp.try($$SELECT wf_define(NULL)$$);
CALL pg_temp.try($$SELECT wf_validate(NULL)$$);
CALL pg_temp.try($$SELECT wf_definition(NULL)$$);
CALL pg_temp.try($$SELECT wf_register_guard(NULL, NULL)$$);
CALL pg_temp.try($$SELECT wf_register_guard('x', NULL)$$);
CALL pg_temp.try($$SELECT wf_start(NULL)$$);
CALL pg_temp.try($$SELECT wf_send(NULL, 'GO')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), NULL)$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), '')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('s'), 'KEEP', unmatched => NULL)$$);
CALL pg_temp.try($$SELECT wf_advance(NULL, 'a')$$);
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('s'), NULL)$$);
CALL pg_temp.try($$SELECT wf_cancel(NULL)$$);
CALL pg_temp.try($$SELECT wf_set_timer(NULL, 'x', '1 hour')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('s'), NULL, '1 hour')$$);
CALL pg_temp.try($$SELECT wf_cancel_timer(NULL)$$);
CALL pg_temp.try($$SELECT wf_fire_timer(NULL, NULL)$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('s'), NULL)$$);
CALL pg_temp.try($$SELECT wf_get_instance(NULL)$$);
CALL pg_temp.try($$SELECT wf_start('')$$);
-- NULL for what has a default means the default.
SELECT seq FROM wf_send(pg_temp.id('s'), 'KEEP', NULL, NULL, NULL, NULL);
SELECT created FROM wf_define('{"id": "nulls", "initial": "a", "states": {"a": {}}}', NULL, NULL);
SELECT timers_fired FROM wf_scheduler_tick(NULL, NULL, NULL, NULL, NULL, NULL);

-- 100 timers by hand or by delayed raises; those of states are not counted.
SELECT code FROM wf_define('{"id": "many", "initial": "a", "states": {"a": {"after": {"P1D": {"actions": "x"}, "P2D": {"actions": "x"}},
    "on": {"LATER": {"actions": {"type": "raise", "event": "X", "delay": "P1D"}}, "AGAIN": {"actions": {"type": "raise", "event": "X", "delay": "P1D", "id": "again"}}}}}}');
SELECT wf_start('many', instance_key => 'm') IS NOT NULL AS started;
SELECT seq FROM wf_send(pg_temp.id('m'), 'AGAIN');
SELECT count(*) FROM generate_series(1, 98) AS n, LATERAL wf_set_timer(pg_temp.id('m'), 't' || n, delay => '1 day');
SELECT seq FROM wf_send(pg_temp.id('m'), 'LATER');
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('m'), 't101', delay => '1 day')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('m'), 'LATER')$$);
SELECT count(*) FROM wf_timers_view WHERE instance_id = pg_temp.id('m') AND timer_status = 'PENDING';
-- One that takes the place of another does not count twice.
SELECT seq FROM wf_send(pg_temp.id('m'), 'AGAIN');
SELECT cancelled_count FROM wf_cancel_timer(pg_temp.id('m'), 't1');
SELECT fire_at FROM wf_set_timer(pg_temp.id('m'), 't1', delay => '1 day');
-- Many due at once: a batch is bounded, and the next goes on.
SET pg_workflow.fake_now = '2026-03-10 09:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT timers_fired FROM wf_scheduler_tick(max_timers => 100);

-- Odd texts: as names, keys, payloads.
SELECT seq FROM wf_send(pg_temp.id('m'), 'LATER', '{"": {"$x": "\u00e9 \ud83d\ude00 ''; DROP TABLE wf.instance; --"}}', E'key:with:colons\n\t''"');
SELECT seq, replayed FROM wf_send(pg_temp.id('m'), 'LATER', idempotency_key => E'key:with:colons\n\t''"');
SELECT idempotency_key = E'key:with:colons\n\t''"' AS same FROM wf_steps_view WHERE instance_id = pg_temp.id('m') ORDER BY seq DESC LIMIT 1;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('m'), repeat('x', 100000), unmatched => 'error')$$);
SELECT wf_start('many', instance_key => E'päckchen ''"\\') IS NOT NULL AS started;
SELECT count(*) FROM wf_instances_view WHERE instance_key = E'päckchen ''"\\';

CALL pg_temp.wipe();
