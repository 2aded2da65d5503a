-- Every function and view, called by every capability, in its own organization and in another. A function that is not
-- in the table below fails this test; scripts/lint holds docs/security.md to the same table.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE SCHEMA matrix;

-- What is asked of whom, and a call that succeeds for who may. {i} an instance, {j} one with an incident {x}, {p} a paused
-- one, {m} its timer, {e} an effect that worker w holds, {f} one that failed, {t} a task, {c} one that u has claimed;
-- {o} the organization.
CREATE TABLE matrix.function (name text PRIMARY KEY, capability text, call text);
INSERT INTO matrix.function VALUES
('wf_validate', 'viewer', $$wf_validate('{"id": "m", "initial": "a", "states": {"a": {}}}', {o})$$),
('wf_definition', 'viewer', $$wf_definition('matrix', organization_id => {o})$$),
('wf_diagram', 'viewer', $$wf_diagram(NULL, instance_id => {i}, organization_id => {o})$$),
('wf_diff', 'viewer', $$wf_diff('matrix', 1, 2, organization_id => {o})$$),
('wf_simulate', 'viewer', $$wf_simulate('{"id": "m", "initial": "a", "states": {"a": {}}}', organization_id => {o})$$),
('wf_events', 'viewer', $$wf_events({i}, organization_id => {o})$$),
('wf_get_instance', 'viewer', $$wf_get_instance({i}, {o})$$),
('wf_list_instances', 'viewer', $$wf_list_instances(organization_id => {o})$$),
('wf_list_tasks', 'viewer', $$wf_list_tasks(organization_id => {o})$$),
('wf_check_feature_flag', 'viewer', $$wf_check_feature_flag('matrix', {o})$$),
('wf_export', 'viewer', $$wf_export({i}, {o})$$),
('wf_health', 'viewer', $$wf_health({o})$$),
('wf_metrics', 'viewer', $$wf_metrics({o})$$),
('wf_metrics_text', 'viewer', $$wf_metrics_text({o})$$),
('wf_start', 'participant', $$wf_start('matrix', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_send', 'participant', $$wf_send({i}, 'GO', organization_id => {o})$$),
('wf_send_many', 'participant', $$wf_send_many(ARRAY[{i}], 'GO', organization_id => {o})$$),
('wf_start_many', 'participant', $$wf_start_many('matrix', ARRAY['{}']::jsonb[], organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_advance', 'participant', $$wf_advance({i}, 'done', organization_id => {o})$$),
('wf_publish', 'participant', $$wf_publish('GO', 'key', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_set_timer', 'participant', $$wf_set_timer({i}, 'another', '1 hour', organization_id => {o})$$),
('wf_cancel_timer', 'participant', $$wf_cancel_timer({i}, 'by_hand', organization_id => {o})$$),
('wf_create_task', 'participant', $$wf_create_task({i}, 'look', assignee_role => 'clerk', organization_id => {o})$$),
('wf_claim_task', 'participant', $$wf_claim_task({t}, 'u', '{clerk}', {o})$$),
('wf_release_task', 'participant', $$wf_release_task({c}, 'u', {o})$$),
('wf_complete_task', 'participant', $$wf_complete_task({c}, 'done', 'u', organization_id => {o})$$),
('wf_delegate_task', 'participant', $$wf_delegate_task({c}, 'v', 'u', {o})$$),
('wf_claim_effects', 'worker', $$wf_claim_effects('other', organization_id => {o})$$),
('wf_complete_effects', 'worker', $$wf_complete_effects('w', ARRAY[{e}], ARRAY[1], organization_id => {o})$$),
('wf_fail_effects', 'worker', $$wf_fail_effects('w', ARRAY[{e}], ARRAY[1], organization_id => {o})$$),
('wf_extend_leases', 'worker', $$wf_extend_leases('w', ARRAY[{e}], ARRAY[1], organization_id => {o})$$),
('wf_resolve_secrets', 'worker', $$wf_resolve_secrets('{"secret": "key"}', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_scheduler_tick', 'worker', $$wf_scheduler_tick(organization_id => {o})$$),
('wf_cancel', 'operator', $$wf_cancel({i}, organization_id => {o})$$),
('wf_pause', 'operator', $$wf_pause({i}, organization_id => {o})$$),
('wf_resume', 'operator', $$wf_resume({p}, organization_id => {o})$$),
('wf_pause_all', 'operator', $$wf_pause_all(organization_id => {o})$$),
('wf_resume_all', 'operator', $$wf_resume_all(organization_id => {o})$$),
('wf_modify', 'operator', $$wf_modify({i}, context => '{"n": 1}', organization_id => {o})$$),
('wf_reassign', 'operator', $$wf_reassign({i}, 'team', organization_id => {o})$$),
('wf_fire_timer', 'operator', $$wf_fire_timer({i}, {m}, true, {o})$$),
('wf_close_incident', 'operator', $$wf_close_incident({j}, {x}, organization_id => {o})$$),
('wf_reassign_task', 'operator', $$wf_reassign_task({t}, 'boss', organization_id => {o})$$),
('wf_escalate_task', 'operator', $$wf_escalate_task({t}, 'boss', organization_id => {o})$$),
('wf_hold_effects', 'operator', $$wf_hold_effects('y.*', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_release_effects', 'operator', $$wf_release_effects('z.*', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_skip_effect', 'operator', $$wf_skip_effect({f}, organization_id => {o})$$),
('wf_retry_effects', 'operator', $$wf_retry_effects({j}, organization_id => {o})$$),
('wf_check', 'operator', $$(SELECT count(*) FROM wf_check({o}))$$),
('wf_hold_instance', 'operator', $$wf_hold_instance({i}, organization_id => {o})$$),
('wf_release_instance', 'operator', $$wf_release_instance({p}, organization_id => {o})$$),
('wf_sla_recalc', 'operator', $$wf_sla_recalc({i}, 5, organization_id => {o})$$),
('wf_set_feature_flag', 'operator', $$wf_set_feature_flag('matrix', false, organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_define', 'admin', $$wf_define('{"id": "m", "initial": "a", "states": {"a": {}}}', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_register_handler', 'admin', $$wf_register_handler('x.y', 'worker', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_unregister_handler', 'admin', $$wf_unregister_handler('x.handled', {o})$$),
('wf_register_guard', 'admin', $$wf_register_guard('x.guard', 'matrix.yes', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_schedule', 'admin', $$wf_schedule('other', '0 0 * * *', 'matrix', organization_id => COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_unschedule', 'admin', $$wf_unschedule('nightly', {o})$$),
('wf_set_calendar', 'admin', $$wf_set_calendar('office', 'UTC', '{"mon-fri": ["09:00-17:00"]}', '[]', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_set_secret', 'admin', $$wf_set_secret('key', 'other', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_purge', 'admin', $$wf_purge('0 seconds', organization_id => {o})$$),
('wf_grant', 'admin', $$wf_grant('matrix_nobody', 'viewer', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
('wf_revoke', 'admin', $$wf_revoke('matrix_viewer', 'viewer', COALESCE({o}, current_setting('matrix.own')::uuid))$$),
-- Ask for nothing themselves: what they call does. A procedure that commits cannot be called from here.
('wf_scheduler_run', 'worker', NULL),
('wf_enable_cron', 'worker', NULL),
('wf_disable_cron', 'worker', NULL);
SELECT p.proname AS missing FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'wf\_%'
EXCEPT SELECT name FROM matrix.function;
SELECT name AS gone FROM matrix.function EXCEPT SELECT proname FROM pg_proc;

-- Three organizations that hold the same.
CREATE FUNCTION matrix.yes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql RETURN true;
CREATE FUNCTION matrix.organization(name text) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (CASE name WHEN 'red' THEN 'a' WHEN 'blue' THEN 'b' WHEN 'green' THEN 'c' WHEN 'unknown' THEN 'd' END || '0000000-0000-7000-8000-000000000001')::uuid;
CREATE TABLE matrix.object (organization text, key text, id uuid);
CREATE PROCEDURE matrix.furnish(name text) LANGUAGE plpgsql AS $$
DECLARE
    org uuid := matrix.organization(name);
    work uuid; broken uuid; paused uuid;
BEGIN
    PERFORM wf_define('{"id": "matrix", "initial": "work", "states": {"work": {}}}', organization_id => org);
    PERFORM wf_define('{"id": "matrix", "context": {"n": 1}, "sla": {"duration": "P1D"}, "search": {"n": "$.n"}, "initial": "work", "states": {
        "work": {"on": {"GO": "done"}, "after": {"PT30M": "work"}, "invoke": {"src": "x.do", "input": {"n": 1}}},
        "done": {}}}', organization_id => org);
    PERFORM wf_register_handler('x.handled', 'worker', organization_id => org);
    PERFORM wf_register_guard('x.yes', 'matrix.yes', org);
    PERFORM wf_schedule('nightly', '0 0 * * *', 'matrix', organization_id => org);
    PERFORM wf_set_calendar('days', 'UTC', '{"mon-fri": ["09:00-17:00"]}', '[]', org);
    PERFORM wf_set_feature_flag('other', false, organization_id => org);
    PERFORM wf_set_secret('key', name || '''s own', org);
    broken := wf_start('matrix', organization_id => org);
    PERFORM wf_claim_effects('w', organization_id => org);
    PERFORM wf_fail_effects('w', ARRAY(SELECT effect_id FROM wf_effects_view WHERE instance_id = broken), ARRAY[1], retryable => false, organization_id => org);
    work := wf_start('matrix', correlation_key => 'key', organization_id => org);
    PERFORM wf_claim_effects('w', organization_id => org);
    PERFORM wf_set_timer(work, 'by_hand', '2 hours', organization_id => org);
    PERFORM wf_set_timer(broken, 'soon', '0 hours', organization_id => org);
    PERFORM wf_scheduler_tick(organization_id => org);
    PERFORM wf_create_task(work, 'open', assignee_role => 'clerk', organization_id => org);
    PERFORM wf_claim_task((wf_create_task(work, 'claimed', assignee_user_id => 'u', organization_id => org)).task_id, 'u', organization_id => org);
    PERFORM wf_complete_task((wf_create_task(work, 'done', assignee_user_id => 'u', organization_id => org)).task_id, user_id => 'u', organization_id => org);
    -- As tasks of a definition have it.
    UPDATE wf.task SET candidate_users = '{u}' WHERE instance_id = work AND title = 'open';
    UPDATE wf.task SET state = 'work' WHERE instance_id = work AND title = 'done';
    PERFORM wf_hold_effects('z.*', organization_id => org);
    paused := wf_start('matrix', organization_id => org);
    PERFORM wf_pause(paused, organization_id => org);
    PERFORM wf_hold_instance(paused, organization_id => org);
    PERFORM wf_cancel(wf_start('matrix', organization_id => org), organization_id => org);
    PERFORM wf_start('matrix', organization_id => org);
    PERFORM wf_publish('NEWS', 'key', organization_id => org);
    INSERT INTO matrix.object
    SELECT name, '{i}', work UNION ALL SELECT name, '{j}', broken UNION ALL SELECT name, '{p}', paused
    UNION ALL SELECT name, '{m}', timer_id FROM wf_timers_view WHERE instance_id = work AND timer_name = 'by_hand'
    UNION ALL SELECT name, '{e}', effect_id FROM wf_effects_view WHERE instance_id = work
    UNION ALL SELECT name, '{f}', effect_id FROM wf_effects_view WHERE instance_id = broken
    UNION ALL SELECT name, CASE title WHEN 'open' THEN '{t}' ELSE '{c}' END, task_id FROM wf_tasks_view WHERE instance_id = work AND title <> 'done'
    UNION ALL SELECT name, '{x}', incident_id FROM wf_incidents_view WHERE instance_id = broken;
END $$;
CALL matrix.furnish('red');
CALL matrix.furnish('blue');
CALL matrix.furnish('green');
INSERT INTO matrix.object SELECT 'unknown', key, gen_random_uuid() FROM matrix.object WHERE organization = 'red';
-- All have all kinds of objects.
SELECT organization, count(*), string_agg(key, ' ' ORDER BY key) FROM matrix.object GROUP BY organization ORDER BY 1;

-- One role for each capability, and one for each of the other ways to stand.
CREATE ROLE matrix_nobody;
CREATE ROLE matrix_viewer;
CREATE ROLE matrix_participant;
CREATE ROLE matrix_worker;
CREATE ROLE matrix_operator;
CREATE ROLE matrix_admin;
CREATE ROLE matrix_both;
CREATE ROLE matrix_guest;
SELECT capability, wf_grant('matrix_' || capability, capability, matrix.organization('red'))
FROM unnest('{viewer,participant,worker,operator,admin}'::text[]) AS capability;
SELECT wf_grant('matrix_both', 'admin', matrix.organization('red')), wf_grant('matrix_both', 'admin', matrix.organization('blue'));
SELECT wf_grant('matrix_guest', 'admin', matrix.organization('red')), wf_grant('matrix_guest', 'viewer', matrix.organization('blue'));
GRANT USAGE ON SCHEMA matrix TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA matrix TO PUBLIC;

-- Everything that organizations hold, as one value each.
DO $$ BEGIN
    EXECUTE 'CREATE VIEW matrix.held AS ' || (
        SELECT string_agg(format('SELECT t.organization_id, t::text AS row FROM %s AS t', c.oid::regclass), ' UNION ALL ' ORDER BY c.relname)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'organization_id'
        WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r');
END $$;
CREATE VIEW matrix.holdings AS
SELECT n.name, md5(string_agg(h.row, ',' ORDER BY h.row)) AS digest
FROM unnest('{red,blue,green}'::text[]) AS n (name) JOIN matrix.held AS h ON h.organization_id = matrix.organization(n.name)
GROUP BY n.name;

-- What a call answers, with the ids of `objects` and the organization `of` (NULL: none named), and whose holdings it
-- changed. Nothing remains of it.
CREATE TYPE matrix.outcome AS (answer text, changed text[]);
CREATE FUNCTION matrix.attempt(role text, call text, objects text, of text) RETURNS matrix.outcome LANGUAGE plpgsql AS $$
DECLARE
    object record; outcome matrix.outcome; answer text;
    state text; message text; facts text; advice text;
BEGIN
    FOR object IN SELECT o.key, o.id FROM matrix.object AS o WHERE o.organization = objects LOOP
        call := replace(call, object.key, quote_literal(object.id) || '::uuid');
    END LOOP;
    call := replace(call, '{o}', COALESCE(quote_literal(matrix.organization(of)), 'NULL') || '::uuid');
    outcome.changed := '{}';
    BEGIN
        PERFORM set_config('role', role, true);
        EXECUTE format('SELECT jsonb_agg(to_jsonb(x))::text FROM %s AS x', call) INTO answer;
        PERFORM set_config('role', 'none', true);
        outcome.answer := regexp_replace(COALESCE(answer, 'nothing'), '"(run_)?duration_ms": [0-9.e-]+', '', 'g');
        outcome.changed := ARRAY(
            SELECT b.name FROM matrix.before AS b JOIN matrix.holdings AS h ON h.name = b.name AND h.digest <> b.digest ORDER BY b.name DESC);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'P0002';
    EXCEPTION
        WHEN no_data_found THEN NULL;
        WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, facts = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT;
            outcome.answer := concat_ws(' | ', state, message, NULLIF(facts, ''), NULLIF(advice, ''));
    END;
    outcome.answer := regexp_replace(outcome.answer, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '<id>', 'g');
    RETURN outcome;
END $$;

CREATE FUNCTION matrix.includes(has text, asked text) RETURNS boolean LANGUAGE sql
RETURN asked = ANY (CASE has
    WHEN 'viewer' THEN '{viewer}' WHEN 'participant' THEN '{viewer,participant}' WHEN 'worker' THEN '{viewer,worker}'
    WHEN 'operator' THEN '{viewer,participant,operator}' WHEN 'admin' THEN '{viewer,participant,worker,operator,admin}'
    ELSE '{}' END::text[]);
SELECT set_config('matrix.own', matrix.organization('red')::text, false);

CREATE TABLE matrix.before AS SELECT name, digest FROM matrix.holdings;

-- At home. Whoever may do it succeeds, also without naming the organization; whoever may not is refused by name; whoever
-- was never granted anything is refused by the server. Nobody changes another organization.
CREATE TABLE matrix.home AS
SELECT r.has, f.name, f.capability AS asked, o.*, n.named
FROM unnest('{viewer,participant,worker,operator,admin,nobody}'::text[]) AS r (has)
CROSS JOIN matrix.function AS f
CROSS JOIN unnest('{red,NULL}'::text[]) AS n (named)
CROSS JOIN LATERAL matrix.attempt('matrix_' || r.has, f.call, 'red', n.named) AS o
WHERE f.call IS NOT NULL;
SELECT count(*) > 400 AS asked, bool_and(NOT changed && '{blue,green}') AS only_at_home FROM matrix.home;
SELECT has, name, asked, named, answer FROM matrix.home
WHERE CASE
    WHEN has = 'nobody' THEN answer NOT LIKE '42501 | permission denied for function ' || name
    WHEN matrix.includes(has, asked) THEN answer ~ '^(WF|[0-9]{2}[0-9A-Z]{3} \|)' OR answer = 'nothing'
    ELSE answer NOT LIKE 'WF007 | PERMISSION_DENIED: role matrix_' || has || ' lacks the capability ' || asked || '%' END
ORDER BY name, has, named;
-- What changes something when an admin asks changes nothing when a viewer asks.
SELECT name FROM matrix.home WHERE has = 'viewer' AND changed <> '{}';
SELECT DISTINCT name FROM matrix.home WHERE has = 'admin' AND changed = '{}' AND asked <> 'viewer' ORDER BY 1;

-- Abroad. Another organization's object cannot be told from one that does not exist, and the organization not from one
-- that nobody has heard of.
CREATE TABLE matrix.abroad AS
SELECT r.has, f.name, w.objects, w.named, w.instead_named, o.answer, o.changed, i.answer AS instead
FROM unnest('{viewer,participant,worker,operator,admin}'::text[]) AS r (has)
CROSS JOIN matrix.function AS f
CROSS JOIN (VALUES ('blue', NULL, NULL), ('blue', 'blue', 'unknown'), ('unknown', 'blue', 'unknown'), ('blue', 'red', 'red'))
    AS w (objects, named, instead_named)
CROSS JOIN LATERAL matrix.attempt('matrix_' || r.has, f.call, w.objects, w.named) AS o
CROSS JOIN LATERAL matrix.attempt('matrix_' || r.has, f.call, 'unknown', w.instead_named) AS i
WHERE f.call IS NOT NULL;
SELECT count(*) > 800 AS asked, bool_and(NOT changed && '{blue,green}') AS only_at_home FROM matrix.abroad;
SELECT has, name, objects, named, answer, instead FROM matrix.abroad WHERE answer IS DISTINCT FROM instead ORDER BY name, has;
-- Nothing of another organization is in an answer.
SELECT has, name, named, answer FROM matrix.abroad WHERE answer ~ 'blue' ORDER BY 1, 2;

-- Admin of one and viewer of another: cannot act in the other.
SELECT f.name, o.answer
FROM matrix.function AS f
CROSS JOIN LATERAL matrix.attempt('matrix_guest', f.call, 'blue', 'blue') AS o
WHERE f.call IS NOT NULL AND f.capability <> 'viewer'
  AND (o.changed <> '{}' OR o.answer NOT LIKE 'WF007 | PERMISSION_DENIED%')
ORDER BY 1;
SELECT f.name, o.answer
FROM matrix.function AS f
CROSS JOIN LATERAL matrix.attempt('matrix_guest', f.call, 'blue', NULL) AS o
WHERE f.call ~ '\{[ijpmxftc]\}' AND (f.capability <> 'viewer' AND o.answer !~ '^WF007|NOT_FOUND' OR o.changed <> '{}');

-- Admin of two of three: finds what is in either by its id, serves both where it is about sets, and never the third. What
-- has only a code is looked up in the organization named, or among what all share.
SELECT f.name, o.changed, o.answer
FROM matrix.function AS f
CROSS JOIN LATERAL matrix.attempt('matrix_both', f.call, 'blue', NULL) AS o
WHERE f.call IS NOT NULL AND ('green' = ANY (o.changed) OR o.answer ~ '^(WF|[0-9]{2}[0-9A-Z]{3} \|)' OR o.answer ~ 'green')
ORDER BY 1;
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT f.name, o.changed
FROM matrix.function AS f
CROSS JOIN LATERAL matrix.attempt('matrix_both', f.call, 'unknown', NULL) AS o
WHERE f.call !~ '\{[ijpmxeftc]\}' AND cardinality(o.changed) > 1
ORDER BY 1;
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- What else members may call, in schema wf: of another organization they learn what they learn of none.
CREATE TABLE matrix.helper (name text PRIMARY KEY, call text);
INSERT INTO matrix.helper VALUES
('candidate_tasks', $$wf.candidate_tasks('u', '{clerk}', {o})$$),
('was_done_by', $$wf.was_done_by({o}, {i}, '{work}', 'u')$$),
('working_time', $$wf.working_time({o}, 'days', '2026-03-02', '2026-03-06')$$),
-- Of no organization.
('check_page', NULL), ('cursor_moment', NULL), ('cursor_parts', NULL), ('cursor_text', NULL), ('error_codes', NULL), ('library_version', NULL), ('listed', NULL), ('my_organizations', NULL),
('now', NULL), ('raise', NULL), ('sees', NULL), ('sees_all_organizations', NULL), ('session_organization', NULL),
-- Not for members, and no more for matrix_admin than for anybody.
('grant_natively', NULL), ('member_changed', NULL), ('sees_support', NULL);
SELECT p.proname AS missing FROM pg_proc AS p WHERE p.pronamespace = 'wf'::regnamespace EXCEPT SELECT name FROM matrix.helper;
SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'wf'::regnamespace AND NOT has_function_privilege('matrix_admin', p.oid, 'EXECUTE') ORDER BY 1;
SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'wf'::regnamespace AND has_function_privilege('matrix_nobody', p.oid, 'EXECUTE');
SELECT h.name, home.answer <> unknown.answer AS tells_at_home, other.answer = unknown.answer AS tells_nothing_of_others
FROM matrix.helper AS h
CROSS JOIN LATERAL matrix.attempt('matrix_both', h.call, 'red', 'red') AS home
CROSS JOIN LATERAL matrix.attempt('matrix_admin', h.call, 'blue', 'blue') AS other
CROSS JOIN LATERAL matrix.attempt('matrix_admin', h.call, 'unknown', 'unknown') AS unknown
WHERE h.call IS NOT NULL ORDER BY 1;
SET ROLE matrix_admin;
SELECT wf.listed('{NULL}') = ARRAY[matrix.organization('red')] AS own_only, wf.listed(wf.my_organizations()) = ARRAY[matrix.organization('red')] AS own;
RESET ROLE;
SELECT wf.my_organizations() AS everything, wf.listed(wf.my_organizations()) @> ARRAY[matrix.organization('red'), matrix.organization('green')] AS listed;

-- Views and tables: the rows of one's organization, all of them and no other; of the session's, where it names one.
CREATE FUNCTION matrix.seen(role text, relation regclass, OUT own bigint, OUT others bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role, true);
    EXECUTE format('SELECT count(*) FILTER (WHERE organization_id = $1), count(*) FILTER (WHERE organization_id IS DISTINCT FROM $1) FROM %s', relation)
    INTO own, others USING matrix.organization('red');
    PERFORM set_config('role', 'none', true);
EXCEPTION WHEN insufficient_privilege THEN
    own := -1;
END $$;
CREATE TABLE matrix.relation AS
SELECT c.oid::regclass AS relation FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'organization_id'
WHERE (c.relnamespace = 'wf'::regnamespace OR c.relname LIKE 'wf\_%') AND c.relkind IN ('r', 'v');
SELECT c.oid::regclass AS without_organization FROM pg_class AS c
WHERE (c.relnamespace = 'wf'::regnamespace OR c.relname LIKE 'wf\_%') AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND c.oid NOT IN (SELECT relation FROM matrix.relation);
SELECT r.relation, s.own > 0 AS red_has, s.others > 0 AS others_have
FROM matrix.relation AS r CROSS JOIN matrix.seen('none', r.relation) AS s
ORDER BY r.relation::text COLLATE "C";
SELECT r.relation, m.has, s.own, a.own AS there_are, s.others
FROM matrix.relation AS r
CROSS JOIN unnest('{viewer,participant,worker,operator,admin}'::text[]) AS m (has)
CROSS JOIN matrix.seen('matrix_' || m.has, r.relation) AS s
CROSS JOIN matrix.seen('none', r.relation) AS a
WHERE CASE r.relation WHEN 'wf.secret'::regclass THEN s.own <> -1 ELSE s.own <> a.own OR s.others <> 0 END;
SELECT r.relation FROM matrix.relation AS r CROSS JOIN matrix.seen('matrix_nobody', r.relation) AS s WHERE s.own <> -1;
SET app.current_org_id = 'b0000000-0000-7000-8000-000000000001';
SELECT r.relation FROM matrix.relation AS r CROSS JOIN matrix.seen('matrix_admin', r.relation) AS s
WHERE (s.own, s.others) <> (0, 0) AND r.relation <> 'wf.secret'::regclass;
SELECT r.relation FROM matrix.relation AS r CROSS JOIN matrix.seen('matrix_both', r.relation) AS s
WHERE s.own <> 0 AND r.relation <> 'wf.secret'::regclass;
RESET app.current_org_id;

-- A plan that is kept is right for whoever runs it next, and wherever: made for one organization and run for all and for none.
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
PREPARE seen AS SELECT string_agg(DISTINCT left(organization_id::text, 1), '') FROM wf_instances_view;
SELECT wf_grant('matrix_guest', 'viewer', matrix.organization('green'));
SET ROLE matrix_guest;
SET app.current_org_id = 'b0000000-0000-7000-8000-000000000001';
EXECUTE seen;
RESET app.current_org_id;
EXECUTE seen;
SET app.current_org_id = 'd0000000-0000-7000-8000-000000000001';
EXECUTE seen;
RESET ROLE;
EXECUTE seen;
RESET app.current_org_id;
SELECT wf_grant('matrix_guest', 'viewer');
SET ROLE matrix_guest;
SET app.current_org_id = 'c0000000-0000-7000-8000-000000000001';
EXECUTE seen;
RESET app.current_org_id;
EXECUTE seen;
RESET ROLE;
SELECT wf_revoke('matrix_guest', 'viewer'), wf_revoke('matrix_guest', 'viewer', matrix.organization('green'));
SET ROLE matrix_admin;
EXECUTE seen;
RESET ROLE;
DEALLOCATE seen;
RESET enable_seqscan;
RESET plan_cache_mode;

-- No member writes any relation; every table is under row security, every view asks for the rights of its reader.
SELECT c.oid::regclass, p.privilege
FROM pg_class AS c CROSS JOIN unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p (privilege)
WHERE (c.relnamespace = 'wf'::regnamespace OR c.relname LIKE 'wf\_%') AND c.relkind IN ('r', 'v', 'S')
  AND has_table_privilege('matrix_admin', c.oid, p.privilege);
SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity;
SELECT c.oid::regclass FROM pg_class AS c
WHERE (c.relname LIKE 'wf\_%' OR c.relnamespace = 'wf'::regnamespace) AND c.relkind = 'v' AND c.reloptions IS DISTINCT FROM '{security_invoker=true}';

-- A member who loses the last capability has no native right left, and can be dropped.
SELECT wf_revoke('matrix_' || capability, capability, matrix.organization('red'))
FROM unnest('{viewer,participant,worker,operator,admin}'::text[]) AS capability;
SELECT wf_revoke('matrix_both', 'admin', matrix.organization('red')), wf_revoke('matrix_both', 'admin', matrix.organization('blue'));
SELECT wf_revoke('matrix_guest', 'admin', matrix.organization('red')), wf_revoke('matrix_guest', 'viewer', matrix.organization('blue'));
DROP ROLE matrix_nobody, matrix_viewer, matrix_participant, matrix_worker, matrix_operator, matrix_admin, matrix_both, matrix_guest;
SET client_min_messages = error;
DROP SCHEMA matrix CASCADE;
CALL pg_temp.wipe();
