-- What the author of a definition, the owner of a guard and a caller try in order to gain rights that they do not have.
-- mallory is admin of an organization; alice, of the same, and the superuser are the ones to be robbed.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE ROLE attacks_mallory;
CREATE ROLE attacks_alice;
SET app.current_org_id = 'a0000000-0000-7000-8000-000000000001';
SELECT wf_grant('attacks_mallory', 'admin'), wf_grant('attacks_alice', 'participant');
CREATE SCHEMA attacks AUTHORIZATION attacks_mallory;
GRANT USAGE ON SCHEMA attacks TO attacks_alice;
CREATE TABLE attacks.of_alice (n integer);
ALTER TABLE attacks.of_alice OWNER TO attacks_alice;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %s TO attacks_mallory, attacks_alice', pg_my_temp_schema()::regnamespace); END $$;

SET ROLE attacks_mallory;
-- Who was in force, whenever code of mallory's ran.
CREATE TABLE attacks.loot (what text, who name DEFAULT current_user);
GRANT INSERT ON attacks.loot TO PUBLIC;
-- One definition whose guard runs what the event's payload says, with the rights of mallory: the payload of every attack.
CREATE FUNCTION attacks.run(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE vars -> 'payload' ->> 'sql';
    RETURN true;
END $$;
SELECT code FROM wf_define('{"id": "trap", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "guard": {"type": "attacks.run"}}}}}}');
SELECT wf_start('trap', instance_key => 'trap') AS trap \gset
RESET ROLE;
CREATE PROCEDURE pg_temp.attack(sql text) LANGUAGE plpgsql AS $$
BEGIN
    CALL pg_temp.try(format('SELECT to_state FROM wf_send(%L, %L, %L)', pg_temp.id('trap'), 'GO', jsonb_build_object('sql', sql)));
END $$;

-- Rights of the caller, who is a superuser: mallory's are in force, and there is no way back.
CALL pg_temp.attack('INSERT INTO attacks.loot VALUES (''guard'')');
CALL pg_temp.attack('UPDATE pg_authid SET rolsuper = true');
CALL pg_temp.attack('SET ROLE NONE');
CALL pg_temp.attack('SELECT set_config(''role'', ''none'', true)');
CALL pg_temp.attack('RESET SESSION AUTHORIZATION');
CALL pg_temp.attack('SET LOCAL session_authorization TO DEFAULT');
CALL pg_temp.attack('SELECT * FROM attacks.of_alice');
-- What runs later runs as somebody else: not left behind.
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('trigger'); RETURN NULL; END $$;
CREATE TABLE attacks.bait (n integer);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON attacks.bait DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION attacks.later();
RESET ROLE;
CALL pg_temp.attack('INSERT INTO attacks.bait VALUES (1)');
CALL pg_temp.attack('DECLARE c CURSOR WITH HOLD FOR SELECT 1');
CALL pg_temp.attack('CREATE TEMP TABLE shadow (n integer)');
CALL pg_temp.attack('PREPARE p AS SELECT 1');
DEALLOCATE ALL;
CALL pg_temp.attack('LISTEN x');
CALL pg_temp.attack('DISCARD ALL');
CALL pg_temp.attack('DISCARD TEMP');
-- Also where the caller has deferred what it can.
SET ROLE attacks_mallory;
CREATE TABLE attacks.other_bait (n integer);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON attacks.other_bait DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION attacks.later();
CREATE PROCEDURE attacks.commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
RESET ROLE;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
CALL pg_temp.attack('INSERT INTO attacks.other_bait VALUES (1)');
COMMIT;
CALL pg_temp.attack('CALL attacks.commits()');

-- Cursors of the caller's: a row of another's rights is not to be had, nor is the cursor moved or closed. What the guard
-- opens itself is closed when it ends.
BEGIN;
DECLARE treasure CURSOR FOR SELECT n FROM generate_series(1, 3) AS n;
CALL pg_temp.attack('FETCH treasure');
CALL pg_temp.attack('MOVE treasure');
CALL pg_temp.attack('DECLARE bait CURSOR FOR SELECT 1; FETCH bait; INSERT INTO attacks.loot VALUES (''own cursor'')');
FETCH treasure;
SELECT name FROM pg_cursors ORDER BY name;
COMMIT;
-- A loop is a cursor whose name can be guessed.
DO $$
DECLARE
    turn record; turns integer := 0;
BEGIN
    FOR turn IN SELECT 'row ' || n AS word FROM generate_series(1, 100) AS n LOOP
        turns := turns + 1;
        IF turns = 1 THEN
            CALL pg_temp.attack('DO $x$ DECLARE word text; BEGIN FOR i IN 1 .. 3000 LOOP BEGIN
                EXECUTE format(''FETCH %I'', ''<unnamed portal '' || i || ''>'') INTO word;
                INSERT INTO attacks.loot VALUES (''loop: '' || COALESCE(word, ''nothing''));
                EXCEPTION WHEN invalid_cursor_name OR object_not_in_prerequisite_state THEN NULL; END; END LOOP; END $x$');
        END IF;
    END LOOP;
    RAISE WARNING '% turns', turns;
END $$;

-- Advisory locks of the session are the caller's: none is left behind, none given back. Those of the transaction are free.
SELECT pg_advisory_lock(42);
CALL pg_temp.attack('SELECT pg_advisory_lock(7)');
CALL pg_temp.attack('SELECT pg_try_advisory_lock_shared(7, 7)');
CALL pg_temp.attack('SELECT pg_advisory_unlock(42)');
CALL pg_temp.attack('SELECT pg_advisory_unlock_all()');
SET ROLE attacks_mallory;
CREATE AGGREGATE attacks.locks(bigint) (SFUNC = int8larger, STYPE = bigint, FINALFUNC = pg_advisory_lock);
RESET ROLE;
CALL pg_temp.attack('SELECT attacks.locks(7)');
CALL pg_temp.attack('SELECT pg_advisory_xact_lock(8)');
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
SELECT pg_advisory_unlock(42);
-- Code in an index and a check of mallory's own table.
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.note(text) RETURNS void LANGUAGE sql AS $$ INSERT INTO attacks.loot VALUES ($1) $$;
CREATE FUNCTION attacks.peek(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM attacks.note('index'); RETURN n; END $$;
CREATE TABLE attacks.indexed (n integer CHECK (attacks.peek(n) = n));
CREATE INDEX ON attacks.indexed (attacks.peek(n));
RESET ROLE;
CALL pg_temp.attack('INSERT INTO attacks.indexed VALUES (1)');
-- Settings: what is set within is gone, the path and the organization above all.
CALL pg_temp.attack('SELECT set_config(''app.current_org_id'', ''b0000000-0000-7000-8000-000000000001'', false), set_config(''search_path'', ''attacks'', false)');
SELECT current_setting('app.current_org_id') AS organization, current_setting('search_path') AS path;
CALL pg_temp.attack('RESET ALL');
SELECT current_setting('app.current_org_id') AS organization, wf.now();
CALL pg_temp.attack('SET pg_workflow.fake_now = ''2030-01-01''');
-- The extension's own tables: no more than mallory sees anyhow.
SELECT wf_set_secret('key', 'private', 'b0000000-0000-7000-8000-000000000001'), wf_set_secret('key', 'mine');
CALL pg_temp.attack('SELECT value FROM wf.secret');
CALL pg_temp.attack('UPDATE wf.instance SET state = ''x''');
CALL pg_temp.attack('INSERT INTO attacks.loot SELECT ''blue: '' || count(*) FROM wf.audit WHERE organization_id <> ''a0000000-0000-7000-8000-000000000001''');
-- Functions of ours, from inside: those that write are refused, secrets are not to be had.
CALL pg_temp.attack('SELECT wf_grant(''attacks_mallory'', ''admin'', NULL)');
CALL pg_temp.attack('SELECT wf_resolve_secrets(''{"secret": "key"}'')');
CALL pg_temp.attack('SELECT wf.grant_natively(''attacks_mallory'', true)');

-- A chain over SECURITY DEFINER: mallory's function, called by alice's session, sends as mallory, not as alice or above.
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.chain(instance uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM wf_cancel(instance);
    RETURN 'cancelled';
END $$;
RESET ROLE;
-- Another organization's instance stays out of reach through it, for the superuser too.
SELECT code FROM wf_define('{"id": "other", "initial": "a", "states": {"a": {}}}', organization_id => 'b0000000-0000-7000-8000-000000000001');
SELECT wf_start('other', instance_key => 'blue', organization_id => 'b0000000-0000-7000-8000-000000000001') AS blue \gset
RESET app.current_org_id;
CALL pg_temp.try($$SELECT attacks.chain(pg_temp.id('blue'))$$);

-- Temporary objects of the caller's do not stand in for what mallory's function means, nor for ours.
SET ROLE attacks_mallory;
CREATE TABLE attacks.limits (n integer);
INSERT INTO attacks.limits VALUES (5);
SET search_path = attacks, public;
CREATE FUNCTION attacks.within(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT n > 3 FROM limits); END $$;
SELECT code FROM wf_define('{"id": "shadowed", "initial": "a", "states": {"a": {"on": {"GO": {"target": "b", "guard": {"type": "attacks.within"}}}}, "b": {}}}', organization_id => 'a0000000-0000-7000-8000-000000000001');
SELECT wf_start('shadowed', instance_key => 'shadowed', organization_id => 'a0000000-0000-7000-8000-000000000001') IS NOT NULL AS started;
RESET ROLE;
RESET search_path;
CREATE TEMP TABLE limits (n integer);
INSERT INTO limits VALUES (1);
GRANT SELECT ON limits TO PUBLIC;
CREATE TEMP TABLE instance (LIKE wf.instance);
SELECT to_state FROM wf_send(pg_temp.id('shadowed'), 'GO');
DROP TABLE limits, instance;

-- Operators and functions planted in the path of a session: our statements, their kept plans parsed again included, and
-- our functions in SQL languages do not see them.
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.same(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('operator'); RETURN true; END $$;
CREATE OPERATOR attacks.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = attacks.same);
CREATE FUNCTION attacks.same(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('operator'); RETURN true; END $$;
CREATE OPERATOR attacks.= (LEFTARG = text, RIGHTARG = text, FUNCTION = attacks.same);
CREATE FUNCTION attacks.same(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('operator'); RETURN true; END $$;
CREATE OPERATOR attacks.= (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = attacks.same);
CREATE FUNCTION attacks.before(interval, interval) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('operator'); RETURN false; END $$;
CREATE OPERATOR attacks.< (LEFTARG = interval, RIGHTARG = interval, FUNCTION = attacks.before);
CREATE FUNCTION attacks.minus(timestamptz, timestamptz) RETURNS interval LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('operator'); RETURN '0'; END $$;
CREATE OPERATOR attacks.- (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = attacks.minus);
CREATE FUNCTION attacks.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('function'); RETURN $1; END $$;
CREATE FUNCTION attacks.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN INSERT INTO attacks.loot VALUES ('function'); RETURN 'now'; END $$;
RESET ROLE;
SELECT wf_set_timer(pg_temp.id('shadowed'), 'x', '1 hour') IS NOT NULL AS set;
ALTER TABLE wf.instance SET (fillfactor = 80);
SET search_path = attacks, pg_catalog, public;
SELECT (wf_set_timer(instance_id, 'y', '1 hour')).fire_at FROM public.wf_instances_view WHERE instance_key OPERATOR(pg_catalog.=) 'shadowed';
SELECT count(*) FROM wf_list_instances(definition_code => 'shadowed', status => 'active');
SELECT count(*) FROM wf_list_tasks();
SELECT wf_get_instance(instance_id) IS NOT NULL AS found FROM public.wf_instances_view WHERE instance_key OPERATOR(pg_catalog.=) 'shadowed';
SELECT timers_fired FROM wf_scheduler_tick();
CALL public.wf_scheduler_run('0');
RESET search_path;

-- SQL effects: mallory's handler runs in whoever drives the scheduler, as mallory.
SET app.current_org_id = 'a0000000-0000-7000-8000-000000000001';
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.effect(effect jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO attacks.loot VALUES ('effect');
    EXECUTE effect -> 'params' ->> 'sql';
    RETURN '{}';
END $$;
SELECT wf_register_handler('attack', 'sql', '{"function": "attacks.effect", "retry": {"maximum_attempts": 1}}');
SELECT code FROM wf_define('{"id": "effects", "initial": "a", "states": {"a": {"on": {"GO": {"actions": {"type": "attack", "params": {"sql": "$event.sql"}}}}}}}');
SELECT wf_start('effects', instance_key => 'effects') AS effects \gset
SELECT count(s.seq) AS sent FROM unnest(ARRAY[
    'UPDATE pg_authid SET rolsuper = true', 'SET ROLE NONE', 'INSERT INTO attacks.bait VALUES (2)',
    'RESET ROLE', 'SELECT pg_advisory_lock(9)', 'SELECT wf_cancel(''' || :'blue' || ''')', 'SELECT wf_pause_all(organization_id => ''b0000000-0000-7000-8000-000000000001'')',
    'SELECT set_config(''app.current_org_id'', ''b0000000-0000-7000-8000-000000000001'', false)',
    'SELECT wf_resolve_secrets(''{"secret": "key"}'', ''b0000000-0000-7000-8000-000000000001'')']) AS sql
CROSS JOIN LATERAL wf_send(:'effects', 'GO', jsonb_build_object('sql', sql)) AS s;
RESET ROLE;
RESET app.current_org_id;
SELECT effects_run FROM wf_scheduler_tick();
SELECT params ->> 'sql' LIKE '%set_config%' AS harmless, effect_status, pg_temp.without_ids(last_error ->> 'message') AS error FROM wf_effects_view WHERE effect_smart_code = 'attack' ORDER BY effect_id;
SELECT current_setting('app.current_org_id') AS organization;
SELECT paused, status FROM wf_instances_view WHERE instance_key = 'blue';
-- What may be resolved: one's own, by a worker.
SET ROLE attacks_mallory;
SELECT wf_resolve_secrets('{"url": "https://bank", "auth": [{"secret": "key"}]}', 'a0000000-0000-7000-8000-000000000001');
CALL pg_temp.try($$SELECT wf_resolve_secrets('{"secret": "none"}', 'a0000000-0000-7000-8000-000000000001')$$);
SET ROLE attacks_alice;
CALL pg_temp.try($$SELECT wf_resolve_secrets('{"secret": "key"}', 'a0000000-0000-7000-8000-000000000001')$$);
RESET ROLE;

-- A viewer changes nothing by asking a guard that would, nor by a simulation.
CREATE ROLE attacks_viewer;
SELECT wf_grant('attacks_viewer', 'viewer', 'a0000000-0000-7000-8000-000000000001');
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.counts(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO attacks.loot VALUES ('asked');
    RETURN true;
END $$;
SELECT wf_register_guard('counts', 'attacks.counts', 'a0000000-0000-7000-8000-000000000001');
SELECT code FROM wf_define('{"id": "asked", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "guard": "counts"}}}}}', organization_id => 'a0000000-0000-7000-8000-000000000001');
SELECT wf_start('asked', instance_key => 'asked', organization_id => 'a0000000-0000-7000-8000-000000000001') AS asked \gset
SET ROLE attacks_viewer;
SELECT event, allowed, reason FROM wf_events(:'asked');
SELECT step, state FROM wf_simulate('{"id": "asked", "initial": "a", "states": {"a": {"on": {"GO": {"target": "a", "guard": "counts"}}}}}', '["GO"]', organization_id => 'a0000000-0000-7000-8000-000000000001');
RESET ROLE;

-- A condition of mallory's own sees the rows that mallory sees, however cheap it claims to be.
SET ROLE attacks_mallory;
CREATE FUNCTION attacks.looks(organization uuid) RETURNS boolean LANGUAGE plpgsql COST 0.000001 AS $$
BEGIN
    INSERT INTO attacks.loot VALUES ('saw ' || left(organization::text, 1));
    RETURN true;
END $$;
SELECT count(*) > 0 AS some FROM wf_instances_view WHERE attacks.looks(organization_id);
SELECT count(*) > 0 AS some FROM wf_steps_view WHERE attacks.looks(organization_id);
SELECT count(*) AS rows FROM wf_members_view WHERE attacks.looks(COALESCE(organization_id, 'ffffffff-0000-7000-8000-000000000001'));
SELECT count(*) AS rows FROM wf_instances_view WHERE organization_id = 'b0000000-0000-7000-8000-000000000001' AND attacks.looks(organization_id);
-- Members keep nobody waiting: no lock of ours is one that they may take.
CALL pg_temp.try('LOCK TABLE wf.member IN ROW SHARE MODE');
CALL pg_temp.try('SELECT FROM wf.instance FOR KEY SHARE');
BEGIN;
SELECT code FROM wf_define('{"id": "locks", "initial": "a", "states": {"a": {"entry": {"type": "limited"}}}}', organization_id => 'a0000000-0000-7000-8000-000000000001');
SELECT wf_register_handler('limited', 'worker', '{"limits": {"max_concurrent": 1}}', 'a0000000-0000-7000-8000-000000000001');
SELECT wf_start('locks', organization_id => 'a0000000-0000-7000-8000-000000000001') IS NOT NULL AS started;
SELECT code FROM wf_claim_effects('w', organization_id => 'a0000000-0000-7000-8000-000000000001');
SELECT enabled FROM wf_set_feature_flag('locks', false, organization_id => 'a0000000-0000-7000-8000-000000000001');
SELECT locktype, count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'userlock') GROUP BY 1;
ROLLBACK;
RESET ROLE;

-- Whatever of mallory's ran, ran as mallory.
SELECT what, who, count(*) FROM attacks.loot GROUP BY 1, 2 ORDER BY 1, 2;
SELECT rolsuper FROM pg_roles WHERE rolname = 'attacks_mallory';

SET client_min_messages = error;
DROP SCHEMA attacks CASCADE;
DROP OWNED BY attacks_mallory, attacks_alice;
SELECT wf_revoke(role, capability, organization_id) FROM wf_members_view;
CALL pg_temp.wipe();
DROP ROLE attacks_mallory, attacks_alice, attacks_viewer;
