-- SQL functions as guards and values: whose rights they have, what their errors become, what they may not do.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

CREATE SCHEMA demo;
CREATE TABLE demo.secret (x integer);
INSERT INTO demo.secret VALUES (42);

-- What a guard is given.
CREATE FUNCTION demo.shows(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE WARNING 'context %', context;
    RAISE WARNING 'vars %', vars #- '{instance,id}';
    RETURN (vars -> 'params' ->> 'wanted')::boolean;
END $$;
SELECT code FROM wf_define('{"id": "vars", "initial": "a", "context": {"n": 1}, "states": {
    "a": {"on": {"GO": {"target": "b", "guard": {"type": "demo.shows", "params": {"wanted": "$event.wanted", "n": "$.n"}}}}}, "b": {}}}');
SELECT wf_start('vars', instance_key => 'v', subject => '{"entity_id": 7}') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('v'), 'GO', '{"wanted": null}', unmatched => 'ignore');
SELECT to_state FROM wf_send(pg_temp.id('v'), 'GO', '{"wanted": true}', actor => 'ada', roles => '{hr}');
SELECT guards_executed FROM wf_steps_view WHERE instance_id = pg_temp.id('v') AND seq = 2;

-- A registered guard, registered anew: the code means the other function from now on.
CREATE FUNCTION demo.yes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION demo.no(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION demo.unknown(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN NULL::boolean;
SELECT code FROM wf_define('{"id": "coded", "initial": "a", "states": {"a": {"on": {
    "GO": {"target": "a", "guard": "HERA.HR.LEAVE.BALANCE"}, "TYPED": {"target": "a", "guard": {"type": "HERA.HR.LEAVE.BALANCE", "params": {"x": 1}}}}}}}');
SELECT wf_start('coded', instance_key => 'c') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('c'), 'GO')$$);
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', 'demo.yes');
SELECT seq FROM wf_send(pg_temp.id('c'), 'GO');
SELECT seq FROM wf_send(pg_temp.id('c'), 'TYPED');
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', 'demo.no');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('c'), 'GO')$$);
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', 'demo.unknown');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('c'), 'GO')$$);
CREATE FUNCTION demo.text(context jsonb, vars jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'true';
CREATE FUNCTION demo.one(context jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CALL pg_temp.try($$SELECT wf_register_guard('X', 'demo.text')$$);
CALL pg_temp.try($$SELECT wf_register_guard('X', 'demo.one')$$);
CALL pg_temp.try($$SELECT wf_register_guard('X', 0)$$);
CALL pg_temp.try($$SELECT wf_register_guard(' ', 'demo.yes')$$);
-- Names that need quotes.
CREATE SCHEMA "de mo";
CREATE FUNCTION "de mo"."Is "" it"(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', '"de mo"."Is "" it"');
SELECT seq FROM wf_send(pg_temp.id('c'), 'GO');
DROP SCHEMA "de mo" CASCADE;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('c'), 'GO')$$);

-- Functions run with the rights and the path of who defined, not of who sends, who started or who owns the extension.
CREATE ROLE functions_author;
CREATE ROLE functions_sender;
GRANT USAGE ON SCHEMA demo TO functions_author, functions_sender;
SELECT wf_grant('functions_author', 'admin'), wf_grant('functions_sender', 'participant');
CREATE SCHEMA functions_path AUTHORIZATION functions_author;
SET ROLE functions_author;
CREATE TABLE functions_path.ledger (n integer);
INSERT INTO functions_path.ledger VALUES (7);
CREATE FUNCTION functions_path.who(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    -- The path decides which ledger this is.
    RETURN jsonb_build_object('user', current_user, 'path', current_setting('search_path'), 'ledger', (SELECT n FROM ledger), 'asked', args);
END $$;
CREATE FUNCTION functions_path.steals(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql VOLATILE
AS 'SELECT to_jsonb(x) FROM demo.secret';
CREATE FUNCTION functions_path.escapes(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET ROLE %I', args ->> 'role');
    RETURN to_jsonb(current_user);
END $$;
CREATE FUNCTION functions_path.leaves(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'demo', false);
    PERFORM set_config('app.left_behind', 'yes', false);
    RETURN 'true';
END $$;
SET search_path = functions_path, pg_catalog;
SELECT code FROM public.wf_define('{"id": "rights", "initial": "a", "states": {"a": {"on": {
    "WHO": {"actions": {"type": "assign", "params": {"who": {"call": "functions_path.who", "args": {"x": "$event.x"}}}}},
    "STEAL": {"actions": {"type": "assign", "params": {"stolen": {"call": "functions_path.steals"}}}},
    "ESCAPE": {"actions": {"type": "assign", "params": {"role": {"call": "functions_path.escapes", "args": {"role": "$event.role"}}}}},
    "LEAVE": {"actions": {"type": "assign", "params": {"left": {"call": "functions_path.leaves"}}}}}}}}');
RESET search_path;
RESET ROLE;
SELECT wf_start('rights', instance_key => 'r') IS NOT NULL AS started;
CREATE TEMP TABLE ledger (n integer);
INSERT INTO ledger VALUES (666);
SELECT pg_temp.id('r') AS r \gset
SET ROLE functions_sender;
SET search_path = demo, public;
SELECT seq FROM wf_send(:'r', 'WHO', '{"x": [1]}');
SHOW search_path;
SELECT current_user;
RESET ROLE;
RESET search_path;
SELECT context FROM wf_instances_view WHERE instance_key = 'r';
-- Also for the superuser who sends: the author's rights, no more; and no way to others.
SELECT seq FROM wf_send(pg_temp.id('r'), 'WHO', '{"x": 2}');
SELECT context #>> '{who,user}' AS user FROM wf_instances_view WHERE instance_key = 'r';
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r'), 'STEAL')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r'), 'ESCAPE', '{"role": "functions_sender"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r'), 'ESCAPE', '{"role": "none"}')$$);
SELECT current_user = session_user AS still_me;
-- Settings that the function leaves are undone.
SELECT seq FROM wf_send(pg_temp.id('r'), 'LEAVE');
SELECT current_setting('search_path') AS path, current_setting('app.left_behind', true) AS left_behind;
-- Rights and path are put back after an error too.
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r'), 'STEAL')$$);
SELECT current_user = session_user AS still_me, current_setting('search_path') AS path;
-- The author's role is gone: a named error, until somebody else defines it.
REASSIGN OWNED BY functions_author TO CURRENT_USER;
DROP OWNED BY functions_author;
DROP ROLE functions_author;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r'), 'WHO')$$);

-- Errors: a guard that raises is GUARD_FAILED with its error as DETAIL; a value's error is passed on as it is.
CREATE FUNCTION demo.raises(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the balance is unknown' USING ERRCODE = 'HR001', DETAIL = 'Ask payroll.', HINT = 'Later.';
END $$;
CREATE FUNCTION demo.value_raises(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no rate for %', args ->> 'currency' USING ERRCODE = 'HR002', DETAIL = 'Rates come at noon.', HINT = 'Try then.',
        CONSTRAINT = 'rate_known', TABLE = 'rates', SCHEMA = 'demo', COLUMN = 'currency';
END $$;
CREATE FUNCTION demo.value_null(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql RETURN NULL::jsonb;
SELECT code FROM wf_define('{"id": "errors", "initial": "a", "states": {"a": {"on": {
    "GUARD": {"target": "a", "guard": {"type": "demo.raises"}},
    "BEFORE": [{"target": "a", "guard": "1 == 1"}, {"target": "a", "guard": {"type": "demo.raises"}}],
    "VALUE": {"actions": {"type": "assign", "params": {"x": {"call": "demo.value_raises", "args": {"currency": "$event.currency"}}}}},
    "NULL": {"actions": {"type": "assign", "params": {"x": {"call": "demo.value_null"}, "y": [{"call": "demo.value_null"}, 1]}}}}}}}');
SELECT wf_start('errors', instance_key => 'e') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('e'), 'GUARD')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('e'), 'GUARD', unmatched => 'ignore')$$);
SELECT seq FROM wf_send(pg_temp.id('e'), 'BEFORE');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('e'), 'VALUE', '{"currency": "EUR"}')$$);
SELECT seq FROM wf_send(pg_temp.id('e'), 'NULL');
SELECT context FROM wf_instances_view WHERE instance_key = 'e';
-- Every field of the report comes through.
DO $$
DECLARE
    state text; named text; tab text; sch text; col text; context text;
BEGIN
    PERFORM wf_send(pg_temp.id('e'), 'VALUE', '{"currency": "EUR"}');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, named = CONSTRAINT_NAME, tab = TABLE_NAME, sch = SCHEMA_NAME, col = COLUMN_NAME,
        context = PG_EXCEPTION_CONTEXT;
    RAISE WARNING '% % %.%.% %', state, named, sch, tab, col, split_part(context, E'\n', 1);
END $$;

-- From the inside of a macrostep nothing of ours writes, on no instance; reading is free.
CREATE FUNCTION demo.writes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    CASE vars -> 'event' ->> 'call'
        WHEN 'send' THEN PERFORM wf_send((vars -> 'instance' ->> 'id')::uuid, 'GO');
        WHEN 'start' THEN PERFORM wf_start('errors');
        WHEN 'cancel' THEN PERFORM wf_cancel((vars -> 'instance' ->> 'id')::uuid);
        WHEN 'timer' THEN PERFORM wf_set_timer((vars -> 'instance' ->> 'id')::uuid, 'x', delay => '1 hour');
        WHEN 'tick' THEN PERFORM wf_scheduler_tick();
        WHEN 'define' THEN PERFORM wf_define('{}');
        WHEN 'caught' THEN
            BEGIN
                PERFORM wf_send((vars -> 'instance' ->> 'id')::uuid, 'GO');
            EXCEPTION WHEN SQLSTATE 'WF014' THEN RAISE WARNING 'caught WF014';
            END;
        ELSE RETURN (SELECT count(*) FROM wf_instances_view) > 0 AND wf_get_instance((vars -> 'instance' ->> 'id')::uuid) IS NOT NULL;
    END CASE;
    RETURN true;
END $$;
SELECT code FROM wf_define('{"id": "inside", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "guard": {"type": "demo.writes"}}}}}}');
SELECT wf_start('inside', instance_key => 'i') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "send"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "start"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "cancel"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "timer"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "tick"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', '{"call": "define"}')$$);
SELECT seq FROM wf_send(pg_temp.id('i'), 'GO', '{"call": "caught"}');
SELECT seq FROM wf_send(pg_temp.id('i'), 'GO', '{"call": "read"}');
-- After such an error the session writes again.
SELECT to_state FROM wf_send(pg_temp.id('e'), 'BEFORE');

-- User code has no way to leave something that would run later with other rights.
CREATE TABLE demo.deferred (x integer UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION demo.defers(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    CASE args ->> 'what'
        WHEN 'temporary' THEN CREATE TEMP TABLE functions_left (x integer);
        WHEN 'deferred' THEN INSERT INTO demo.deferred VALUES (1), (1);
        WHEN 'cursor' THEN EXECUTE 'DECLARE c CURSOR WITH HOLD FOR SELECT 1';
        WHEN 'prepared' THEN EXECUTE 'PREPARE functions_left AS SELECT 1';
        WHEN 'listen' THEN LISTEN functions_left;
    END CASE;
    RETURN 'true';
END $$;
SELECT code FROM wf_define('{"id": "later", "initial": "a", "states": {"a": {"on": {"GO": {"actions": {"type": "assign", "params": {"x": {"call": "demo.defers", "args": "$payload"}}}}}}}}');
SELECT wf_start('later', instance_key => 'l') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'GO', '{"what": "temporary"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'GO', '{"what": "deferred"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'GO', '{"what": "cursor"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'GO', '{"what": "prepared"}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('l'), 'GO', '{"what": "listen"}')$$);

-- A function that was dropped is found missing when it is called, and found again when it is back.
SELECT code FROM wf_define('{"id": "gone", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "guard": {"type": "demo.no"}}}}}}');
SELECT wf_start('gone', instance_key => 'g') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g'), 'GO')$$);
DROP FUNCTION demo.no;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g'), 'GO')$$);
CREATE FUNCTION demo.no(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
SELECT to_state FROM wf_send(pg_temp.id('g'), 'GO');

-- plpgsql catches our errors by SQLSTATE, nested, and the session goes on.
DO $$
DECLARE
    n integer := 0;
BEGIN
    BEGIN
        BEGIN
            PERFORM wf_send(pg_temp.id('g'), 'NO_SUCH_EVENT');
        EXCEPTION WHEN SQLSTATE 'WF004' THEN
            n := n + 1;
            PERFORM wf_start('no such definition');
        END;
    EXCEPTION WHEN SQLSTATE 'WF002' THEN
        n := n + 1;
        PERFORM wf_send(pg_temp.id('g'), 'GO');
    END;
    FOR i IN 1..100 LOOP
        BEGIN
            PERFORM wf_send(pg_temp.id('e'), 'VALUE', '{"currency": "EUR"}');
        EXCEPTION WHEN SQLSTATE 'HR002' THEN n := n + 1;
        END;
    END LOOP;
    RAISE WARNING 'caught %', n;
END $$;
SELECT count(*) FROM wf_steps_view WHERE instance_id = pg_temp.id('g') AND event = 'GO';

-- A path that fails is unknown, also where the server would raise: this comparison needs a time zone.
SELECT code FROM wf_define($${
  "id": "dated", "initial": "a", "context": {"d": "2026-03-01"},
  "states": { "a": { "on": { "GO": [ { "target": "b", "guard": "$.d.datetime() < $now.datetime()" }, { "target": "c" } ] } },
              "b": { "type": "final" }, "c": { "type": "final" } } }$$);
SELECT wf_start('dated', instance_key => 'dated-1') AS dated \gset
SELECT to_state FROM wf_send(:'dated', 'GO');
SELECT guards_executed FROM wf_steps_view WHERE instance_id = :'dated' AND seq = 2;

DROP OWNED BY functions_sender;
DROP ROLE functions_sender;
DROP SCHEMA functions_path CASCADE;
DROP SCHEMA demo CASCADE;
CALL pg_temp.wipe();
