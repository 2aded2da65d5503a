-- Timers: of states, of delayed raises, by hand; fired by hand and by the scheduler's batch. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf.now();

-- The timers of this instance, in the order in which they were made.
CREATE FUNCTION pg_temp.timers(key text) RETURNS TABLE (name text, event text, fire_at timestamptz, status text, fired_at timestamptz, attempts integer)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT t.timer_name, t.on_fire_smart_code, t.fire_at, t.timer_status, t.fired_at, t.attempts
    FROM wf_timers_view AS t WHERE t.instance_id = pg_temp.id(key) ORDER BY t.timer_id;
END;
CREATE FUNCTION pg_temp.timer(key text, name text) RETURNS uuid LANGUAGE sql STABLE
RETURN (SELECT t.timer_id FROM wf_timers_view AS t WHERE t.instance_id = pg_temp.id(key) AND t.timer_name = name ORDER BY t.timer_id DESC LIMIT 1);

-- after: milliseconds, durations, computed; each belongs to its state and dies with it.
SELECT code FROM wf_define('{"id": "t", "initial": "wait", "context": {"remind": "2026-03-02T10:30:00+00:00", "ms": 60000, "iso": "PT2M"}, "states": {
    "wait": {"initial": "inner", "states": {"inner": {"after": {"1500": {"actions": "inner.fired"}, "$.ms": {"actions": "a.minute"}, "$.iso": {"actions": "two.minutes"}}, "on": {"NEXT": "other"}}, "other": {}},
             "after": {"PT1H": "late", "$.remind": {"actions": "reminded"}, "P1M": "late"}, "on": {"GO": "done", "AGAIN": {"target": "wait", "reenter": true}}},
    "late": {"type": "final"}, "done": {"type": "final"}}}');
SELECT wf_start('t', instance_key => 'a') IS NOT NULL AS started;
SELECT * FROM pg_temp.timers('a');
-- Leaving a state cancels its own; entering it again makes new ones.
SELECT to_state FROM wf_send(pg_temp.id('a'), 'NEXT');
SELECT name, status FROM pg_temp.timers('a');
SET pg_workflow.fake_now = '2026-03-02 09:10+00';
SELECT to_state FROM wf_send(pg_temp.id('a'), 'AGAIN');
SELECT name, fire_at, status FROM pg_temp.timers('a') WHERE status = 'PENDING';

-- The batch: what is due fires, oldest first, each as a step of its own; the answer says when the next falls due.
SELECT timers_fired, effects_run, instances_escalated, tasks_escalated, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 09:13+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick(dry_run => true);
SELECT timers_fired, next_run_at FROM wf_scheduler_tick(max_timers => 2);
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT seq, kind, event, note, effects_queued, created_at FROM wf_steps_view WHERE instance_id = pg_temp.id('a') AND kind = 'timer' ORDER BY seq;
-- Late by days: each fires late, once, in the order of their moments, and what the first made void stays unfired.
SET pg_workflow.fake_now = '2026-03-09 12:00+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT name, status, fire_at, fired_at FROM pg_temp.timers('a') WHERE status <> 'CANCELLED' OR fire_at > '2026-03-02 10:00';
SELECT current_state, status FROM wf_instances_view WHERE instance_key = 'a';

-- Delayed raises: they outlive their state, end by cancel, and a new one takes the place of one with its id.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT code FROM wf_define('{"id": "raise", "initial": "a", "context": {}, "states": {
    "a": {"on": {"SET": {"target": "b", "actions": [{"type": "raise", "event": {"type": "PING", "n": "$event.n"}, "delay": "PT5M", "id": "ping"},
                 {"type": "raise", "event": "NOW", "delay": 0}]}}},
    "b": {"on": {"PING": {"actions": {"type": "assign", "params": {"ping": "$event.n"}}}, "NOW": {"actions": {"type": "assign", "params": {"now": true}}},
                 "RESET": {"actions": {"type": "raise", "event": {"type": "PING", "n": "second"}, "delay": "PT10M", "id": "ping"}},
                 "STOP": {"actions": {"type": "cancel", "id": "ping"}},
                 "BAD": {"actions": {"type": "raise", "event": "X", "delay": "$event.delay"}},
                 "END": "end"}},
    "end": {"type": "final"}}}');
SELECT wf_start('raise', instance_key => 'r1') IS NOT NULL AS started, wf_start('raise', instance_key => 'r2') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('r1'), 'SET', '{"n": "first"}');
SELECT to_state FROM wf_send(pg_temp.id('r2'), 'SET', '{"n": "first"}');
-- A delay of 0 is a timer and no part of this step.
SELECT context FROM wf_instances_view WHERE instance_key = 'r1';
SELECT * FROM pg_temp.timers('r1');
SELECT timers_fired FROM wf_scheduler_tick();
SELECT context FROM wf_instances_view WHERE instance_key = 'r1';
SET pg_workflow.fake_now = '2026-03-02 09:01+00';
SELECT seq FROM wf_send(pg_temp.id('r1'), 'RESET');
SELECT seq FROM wf_send(pg_temp.id('r2'), 'STOP');
SELECT name, fire_at, status FROM pg_temp.timers('r1') WHERE name = 'ping';
SELECT name, fire_at, status FROM pg_temp.timers('r2') WHERE name = 'ping';
SET pg_workflow.fake_now = '2026-03-02 09:12+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT instance_key, context FROM wf_instances_view WHERE definition_code = 'raise' ORDER BY 1;
-- Computed delays: milliseconds, durations, timestamps, and what is none of them.
SELECT seq FROM unnest('{"90000", "\"PT1H\"", "\"2026-03-03 00:00+00\""}'::jsonb[]) AS delay, LATERAL wf_send(pg_temp.id('r1'), 'BAD', jsonb_build_object('delay', delay));
SELECT name, fire_at, status FROM pg_temp.timers('r1') WHERE name = 'X';
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD', '{"delay": -1}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD', '{"delay": "soon"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD', '{"delay": {"x": 1}}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD', '{"delay": "infinity"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD', '{"delay": 1e20}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'BAD')$$);

-- By hand: set, cancel, fire, force.
SELECT wf_start('raise', instance_key => 'h') IS NOT NULL AS started;
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'SET', delay => '1 hour', payload => '{"n": 7}');
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'named', fire_at => '2026-03-02 10:00+00', event => 'SET');
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'unheard', delay => '0');
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'month', delay => '1 month');
-- Intervals are added in UTC, whatever the session's time zone: no summer time in between.
SET timezone = 'Europe/Vienna';
SELECT (fire_at - wf.now()) AS in FROM wf_set_timer(pg_temp.id('h'), 'vienna', delay => '30 days');
SET timezone = 'UTC';
SELECT * FROM pg_temp.timers('h');
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'SET', delay => '1 minute')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '1 minute', fire_at => '2026-03-02 10:00+00')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '-1 minute')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', fire_at => 'infinity')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '300000 years')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), ' ', delay => '1 minute')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '1 minute', event => 'done.state.a')$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), '00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('r1'), pg_temp.timer('h', 'SET'))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'SET'))$$);
SELECT status, fired_at, from_state, to_state FROM wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'SET'), force => true);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'SET'))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'SET'), true)$$);
-- Nothing takes this event: it has fired and changed nothing.
SELECT status, from_state, to_state FROM wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'unheard'));
SELECT cancelled_count, cancelled_timers FROM wf_cancel_timer(pg_temp.id('h'), 'month', 'not needed');
CALL pg_temp.try($$SELECT wf_cancel_timer(pg_temp.id('h'), 'month')$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'month'), true)$$);
-- The name is free again; without a name all go.
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'month', delay => '2 months');
SELECT cancelled_count, ARRAY(SELECT unnest(cancelled_timers) ORDER BY 1) AS cancelled_timers FROM wf_cancel_timer(pg_temp.id('h'));
CALL pg_temp.try($$SELECT wf_cancel_timer(pg_temp.id('h'))$$);
SELECT name, status FROM pg_temp.timers('h');
SELECT seq, kind, event, note, from_state, to_state, detail FROM wf.step
WHERE instance_id = pg_temp.id('h') AND kind IN ('set_timer', 'cancel_timer') ORDER BY seq LIMIT 6;
-- A paused instance takes no event and no timer; the batch passes it over.
UPDATE wf.instance SET paused_at = wf.now() WHERE id = pg_temp.id('h');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('h'), 'PING')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '1 hour')$$);
UPDATE wf.instance SET paused_at = NULL WHERE id = pg_temp.id('h');
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'paused', delay => '0');
UPDATE wf.instance SET paused_at = wf.now() WHERE id = pg_temp.id('h');
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'paused'))$$);
SELECT timers_fired FROM wf_scheduler_tick();
UPDATE wf.instance SET paused_at = NULL WHERE id = pg_temp.id('h');
SELECT timers_fired FROM wf_scheduler_tick();
-- An instance that has ended has no timers and takes none.
SELECT fire_at FROM wf_set_timer(pg_temp.id('h'), 'last', delay => '1 hour');
SELECT to_state FROM wf_send(pg_temp.id('h'), 'END');
SELECT status FROM pg_temp.timers('h') WHERE name = 'last';
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('h'), 'x', delay => '1 hour')$$);
CALL pg_temp.try($$SELECT wf_cancel_timer(pg_temp.id('h'))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('h'), pg_temp.timer('h', 'last'))$$);

-- Order: by moment, then as they were made, across instances; a fired timer's event needs no role.
SELECT code FROM wf_define('{"id": "race", "initial": "open", "states": {
    "open": {"on": {"FIRST": {"target": "first", "roles": ["boss"]}, "SECOND": {"target": "second"}}}, "first": {"on": {"SECOND": "both"}}, "second": {"on": {"FIRST": "wrong"}}, "both": {}, "wrong": {}}}');
SELECT wf_start('race', instance_key => 'x') IS NOT NULL AS started, wf_start('race', instance_key => 'y') IS NOT NULL AS started;
SELECT fire_at FROM wf_set_timer(pg_temp.id('x'), 'SECOND', fire_at => '2026-03-02 09:30+00');
SELECT fire_at FROM wf_set_timer(pg_temp.id('x'), 'FIRST', fire_at => '2026-03-02 09:20+00');
SELECT fire_at FROM wf_set_timer(pg_temp.id('y'), 'FIRST', fire_at => '2026-03-02 09:30+00');
SELECT fire_at FROM wf_set_timer(pg_temp.id('y'), 'SECOND', fire_at => '2026-03-02 09:30+00');
SET pg_workflow.fake_now = '2026-03-02 09:31+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT instance_key, current_state FROM wf_instances_view WHERE definition_code = 'race' ORDER BY 1;

-- A firing that fails leaves the others alone, is recorded, tried again later, and is FAILED after its attempts.
CREATE SCHEMA demo;
CREATE FUNCTION demo.broken(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('demo.broken', true) = 'yes' THEN RAISE EXCEPTION 'the balance is unknown' USING ERRCODE = 'HR001'; END IF;
    RETURN true;
END $$;
SET demo.broken = 'yes';
SELECT code FROM wf_define('{"id": "fails", "initial": "a", "states": {
    "a": {"after": {"PT1M": {"target": "b", "guard": {"type": "demo.broken"}}, "PT2M": {"actions": "fine"}}}, "b": {"type": "final"}}}');
SELECT wf_start('fails', instance_key => 'f') IS NOT NULL AS started;
SET pg_workflow.fake_now = '2026-03-02 09:33+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT name, status, attempts FROM pg_temp.timers('f');
SELECT last_error FROM wf_timers_view WHERE timer_id = pg_temp.timer('f', 'a.after.PT1M');
SELECT status, retry_at FROM wf.timer WHERE id = pg_temp.timer('f', 'a.after.PT1M');
SELECT seq, kind, effects_queued FROM wf_steps_view WHERE instance_id = pg_temp.id('f') ORDER BY seq;
-- Not before its moment; then again; then never.
SELECT timers_fired FROM wf_scheduler_tick();
SELECT attempts FROM pg_temp.timers('f') WHERE name = 'a.after.PT1M';
SET pg_workflow.fake_now = '2026-03-02 09:33:30+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT attempts, retry_at FROM wf.timer WHERE id = pg_temp.timer('f', 'a.after.PT1M');
SET pg_workflow.fake_now = '2026-03-02 09:34:30+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT name, status, attempts FROM pg_temp.timers('f');
SET pg_workflow.fake_now = '2026-03-03 09:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('f'), pg_temp.timer('f', 'a.after.PT1M'))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('f'), pg_temp.timer('f', 'a.after.PT1M'), true)$$);
-- By hand the error is the caller's, and one that goes away in time does no harm.
SELECT wf_start('fails', instance_key => 'g') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('g'), pg_temp.timer('g', 'a.after.PT1M'), true)$$);
SELECT name, status, attempts FROM pg_temp.timers('g');
SET pg_workflow.fake_now = '2026-03-03 09:01+00';
SELECT timers_fired FROM wf_scheduler_tick();
-- What is tried again later does not hide what falls due before it.
SELECT next_run_at FROM wf_scheduler_tick(dry_run => true);
SELECT fire_at FROM wf_set_timer(pg_temp.id('y'), 'EARLY', fire_at => '2026-03-03 09:01:10+00');
SELECT next_run_at FROM wf_scheduler_tick(dry_run => true);
RESET demo.broken;
SET pg_workflow.fake_now = '2026-03-03 09:01:30+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT name, status, attempts FROM pg_temp.timers('g');
SELECT last_error IS NULL AS forgotten FROM wf_timers_view WHERE timer_id = pg_temp.timer('g', 'a.after.PT1M');
SELECT current_state, status FROM wf_instances_view WHERE instance_key = 'g';
-- An operator who has mended the cause fires the failed one.
SELECT status, from_state, to_state FROM wf_fire_timer(pg_temp.id('f'), pg_temp.timer('f', 'a.after.PT1M'), force => true);
SELECT name, status, attempts FROM pg_temp.timers('f');

-- The batch's arguments, and the isolation that it needs.
CALL pg_temp.try($$SELECT wf_scheduler_tick(max_timers => -1)$$);
SELECT timers_fired FROM wf_scheduler_tick(max_timers => 0);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT timers_fired FROM wf_scheduler_tick();
ROLLBACK;
SET pg_workflow.fake_now = 'not a moment';
CALL pg_temp.try($$SELECT wf.now()$$);
CALL pg_temp.try($$SELECT wf_scheduler_tick()$$);
RESET pg_workflow.fake_now;
SELECT wf.now() BETWEEN transaction_timestamp() AND clock_timestamp() AS the_clock;
CREATE ROLE timers_no_superuser;
GRANT USAGE ON SCHEMA wf TO timers_no_superuser;
GRANT EXECUTE ON FUNCTION wf.now TO timers_no_superuser;
SET ROLE timers_no_superuser;
SET pg_workflow.fake_now = '2020-01-01';
SELECT wf.now() > '2021-01-01' AS the_clock;
RESET ROLE;
DROP OWNED BY timers_no_superuser;
DROP ROLE timers_no_superuser;

DROP SCHEMA demo CASCADE;
-- cancel ends the delayed raise with its id, in the macrostep that made it or later, and no other timer of that name.
SELECT code FROM wf_define($${
  "id": "t.cancels", "initial": "a", "states": { "a": {
    "after": { "PT2H": "late" },
    "on": { "SET": { "actions": [ { "type": "raise", "params": { "event": "X", "id": "x", "delay": "PT1H" } },
                                  { "type": "raise", "params": { "event": "x", "delay": "PT1H" } } ] },
            "STOP": { "actions": [ { "type": "cancel", "params": { "id": "x" } },
                                   { "type": "cancel", "params": { "id": "a.after.PT2H" } } ] } } },
    "late": { "type": "final" } } }$$);
SELECT wf_start('t.cancels', instance_key => 'cancels') AS cancels \gset
SELECT to_state FROM wf_send(:'cancels', 'SET');
SELECT to_state FROM wf_send(:'cancels', 'STOP');
SELECT timer_name, on_fire_smart_code, timer_status FROM wf_timers_view WHERE instance_id = :'cancels' ORDER BY timer_id;

CALL pg_temp.wipe();
