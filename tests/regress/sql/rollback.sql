-- One transaction: a transition, its step, timers and effects go with the caller's own tables, all or none.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

CREATE TABLE rollback_order (id integer PRIMARY KEY, state text NOT NULL);
CREATE FUNCTION public.rollback_divide(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(1 / args::int);
SELECT code FROM wf_define('{"id": "r", "initial": "a", "context": {"n": 0}, "search": {"n": "$.n"}, "states": {
    "a": {"after": {"P1D": "b"}, "on": {"GO": {"target": "b", "actions": [{"type": "assign", "params": {"n": {"expr": "$.n + 1"}}}, "mail", {"type": "raise", "event": "X", "delay": "PT1H"}]}}},
    "b": {"entry": "entered", "after": {"PT5M": "a"}, "on": {"BACK": "a", "DIVIDE": {"target": "a", "actions": ["before", {"type": "assign", "params": {"n": {"call": "public.rollback_divide", "args": "$event.by"}}}]}}}}}');
-- Everything that there is, as numbers.
CREATE FUNCTION pg_temp.all_of_it() RETURNS TABLE (orders bigint, instances bigint, state text, context jsonb, steps bigint, timers text, effects text, search text)
LANGUAGE sql VOLATILE AS $$
    SELECT (SELECT count(*) FROM rollback_order), (SELECT count(*) FROM wf.instance),
        (SELECT string_agg(state, ', ' ORDER BY id) FROM wf.instance), (SELECT i.context FROM wf.instance AS i ORDER BY id LIMIT 1),
        (SELECT count(*) FROM wf.step),
        (SELECT string_agg(name || ' ' || status, ', ' ORDER BY id) FROM wf.timer),
        (SELECT string_agg(code || ' ' || status, ', ' ORDER BY id) FROM wf.effect),
        (SELECT string_agg(key || '=' || value, ', ' ORDER BY key, value) FROM wf.search)
$$;

-- A start that is rolled back was never there, and its key is free.
BEGIN;
INSERT INTO rollback_order VALUES (1, 'new');
SELECT wf_start('r', instance_key => 'k') IS NOT NULL AS started;
SELECT * FROM pg_temp.all_of_it();
ROLLBACK;
SELECT * FROM pg_temp.all_of_it();

BEGIN;
INSERT INTO rollback_order VALUES (1, 'new');
SELECT wf_start('r', instance_key => 'k') IS NOT NULL AS started;
COMMIT;
SELECT * FROM pg_temp.all_of_it();

-- A send with the caller's own update, rolled back.
BEGIN;
UPDATE rollback_order SET state = 'gone';
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'GO', idempotency_key => 'once');
SELECT * FROM pg_temp.all_of_it();
ROLLBACK;
SELECT * FROM pg_temp.all_of_it();
SELECT state FROM rollback_order;

-- Savepoints: what stands after one goes, what stands before it stays; a key that was undone is new again.
BEGIN;
INSERT INTO rollback_order VALUES (2, 'kept');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'GO', idempotency_key => 'once');
SAVEPOINT s;
INSERT INTO rollback_order VALUES (3, 'undone');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'BACK', idempotency_key => 'twice');
SELECT * FROM pg_temp.all_of_it();
ROLLBACK TO s;
SELECT * FROM pg_temp.all_of_it();
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'ANY', idempotency_key => 'once');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'BACK', idempotency_key => 'twice');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('k'), 'GO');
COMMIT;
SELECT * FROM pg_temp.all_of_it();

-- An error in the middle of a macrostep, after effects were already asked for, leaves nothing.
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('k'), 'DIVIDE', '{"by": 0}')$$);
SELECT * FROM pg_temp.all_of_it();
-- In one transaction with the caller's own insert: nothing of both.
BEGIN;
INSERT INTO rollback_order VALUES (4, 'with an error');
SELECT wf_send(pg_temp.id('k'), 'DIVIDE', '{"by": 0}');
COMMIT;
SELECT * FROM pg_temp.all_of_it();
-- Caught in plpgsql the session goes on, with what stood before the block.
DO $$
BEGIN
    INSERT INTO rollback_order VALUES (5, 'before the block');
    BEGIN
        INSERT INTO rollback_order VALUES (6, 'in the block');
        PERFORM wf_send(pg_temp.id('k'), 'BACK');
        PERFORM wf_send(pg_temp.id('k'), 'DIVIDE', '{"by": 0}');
    EXCEPTION WHEN invalid_parameter_value OR SQLSTATE 'WF004' THEN
        RAISE WARNING 'caught %', SQLSTATE;
    END;
    PERFORM wf_send(pg_temp.id('k'), 'DIVIDE', '{"by": 1}');
END $$;
SELECT id FROM rollback_order ORDER BY id;
SELECT * FROM pg_temp.all_of_it();

-- A constraint of the caller's that fails at the end takes the transition with it.
ALTER TABLE rollback_order ADD CONSTRAINT late UNIQUE (state) DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO rollback_order VALUES (7, 'kept');
SELECT to_state FROM wf_send(pg_temp.id('k'), 'GO');
COMMIT;
SELECT current_state FROM wf_instances_view WHERE instance_key = 'k';

-- Definitions, guards, cancels, set timers and firings as well.
SELECT * FROM pg_temp.all_of_it();
BEGIN;
SELECT code, version FROM wf_define('{"id": "never", "initial": "a", "states": {"a": {"type": "final"}}}');
SELECT wf_start('never') IS NOT NULL AS started;
SELECT wf_set_timer(pg_temp.id('k'), 'T', delay => '1 hour') IS NOT NULL AS set;
SELECT cancelled_count > 0 AS cancelled FROM wf_cancel_timer(pg_temp.id('k'));
SELECT status FROM wf_cancel(pg_temp.id('k'));
ROLLBACK;
SELECT * FROM pg_temp.all_of_it();
SELECT count(*) FROM wf_definitions_view WHERE definition_code = 'never';
BEGIN;
SET LOCAL pg_workflow.fake_now = '2026-03-04 09:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT * FROM pg_temp.all_of_it();
ROLLBACK;
SELECT * FROM pg_temp.all_of_it();
-- A definition that was rolled back after this session had compiled it, made again: version 1 is the new document.
BEGIN;
SELECT code, version FROM wf_define('{"id": "again", "initial": "old", "states": {"old": {}}}');
SELECT wf_start('again', instance_key => 'again') IS NOT NULL AS started;
ROLLBACK;
SELECT code, version FROM wf_define('{"id": "again", "initial": "new", "states": {"new": {}}}');
SELECT wf_start('again', instance_key => 'again') IS NOT NULL AS started;
SELECT current_state, definition_version FROM wf_instances_view WHERE instance_key = 'again';

DROP TABLE rollback_order;
DROP FUNCTION public.rollback_divide;
CALL pg_temp.wipe();
