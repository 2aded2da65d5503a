-- Views under row security, over 100,000 rows of 2,000 organizations, beside the same query of a superuser. Prints the fastest
-- of 25 of each, in microseconds, and their ratio to the superuser's that reads the same rows.
\set QUIET on
SET client_min_messages = warning;
CREATE SCHEMA tenants;
CREATE TABLE tenants.organization AS
SELECT n, lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000' AS id FROM generate_series(1, 2000) AS n;
SELECT count(*) AS defined FROM wf_define('{"id": "order", "initial": "open", "states": {"open": {"after": {"P1D": "late"}, "invoke": {"src": "pay"}}, "late": {}}}',
    organization_id => '00000000-0000-0000-0000-000000000000') \gset
-- One of each kind through the engine, then 50 of each per organization by copying its rows.
SELECT wf_start('order', organization_id => id::uuid) AS first FROM tenants.organization WHERE n = 1 \gset
SELECT count(*) AS tasks FROM wf_create_task(:'first', 'look', assignee_role => 'clerk') \gset
CREATE TABLE tenants.first AS SELECT organization_id, id FROM wf.instance;
CREATE TABLE tenants.copy AS
SELECT o.id::uuid AS organization_id, gen_random_uuid() AS instance_id, now() - random() * interval '90 days' AS at
FROM tenants.organization AS o, generate_series(1, 50);
INSERT INTO wf.organization SELECT DISTINCT organization_id, now() FROM tenants.copy ON CONFLICT DO NOTHING;
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES
        ('wf.instance', '{"organization_id": true, "id": "instance", "created_at": "at"}'::jsonb),
        ('wf.step', '{"organization_id": true, "instance_id": "instance", "id": "new"}'),
        ('wf.timer', '{"organization_id": true, "instance_id": "instance", "id": "new", "entity_code": "code"}'),
        ('wf.effect', '{"organization_id": true, "instance_id": "instance", "id": "new"}'),
        ('wf.task', '{"organization_id": true, "instance_id": "instance", "id": "new"}')) AS t (name, change)
    LOOP
        EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s AS t, tenants.copy AS c WHERE t.organization_id = %L AND t.%s',
            one.name,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
             WHERE a.attrelid = one.name::regclass AND a.attnum > 0 AND a.attgenerated = '' AND NOT a.attisdropped),
            (SELECT string_agg(CASE one.change ->> a.attname
                    WHEN 'true' THEN 'c.organization_id' WHEN 'instance' THEN 'c.instance_id' WHEN 'new' THEN 'gen_random_uuid()'
                    WHEN 'at' THEN 'c.at' WHEN 'code' THEN 'gen_random_uuid()::text' ELSE 't.' || quote_ident(a.attname) END, ', ' ORDER BY a.attnum)
             FROM pg_attribute AS a WHERE a.attrelid = one.name::regclass AND a.attnum > 0 AND a.attgenerated = '' AND NOT a.attisdropped),
            one.name, (SELECT organization_id FROM tenants.first),
            CASE one.name WHEN 'wf.instance' THEN 'id' ELSE 'instance_id' END || format(' = %L', (SELECT id FROM tenants.first))
                || CASE one.name WHEN 'wf.step' THEN ' AND t.seq = 1' ELSE '' END);
    END LOOP;
END $$;
VACUUM (ANALYZE);
SELECT id AS organization FROM tenants.organization WHERE n = 1000 \gset
SELECT instance_id AS instance FROM tenants.copy WHERE organization_id = :'organization' LIMIT 1 \gset
CREATE ROLE tenants_member;
CREATE ROLE tenants_of_many;
CREATE ROLE tenants_of_all;
SELECT wf_grant('tenants_member', 'viewer', :'organization') AS granted, wf_grant('tenants_of_many', 'viewer', :'organization') AS granted_many,
    wf_grant('tenants_of_all', 'viewer') AS granted_all \gset
INSERT INTO wf.member (role, organization_id, capability, granted_by, granted_at)
SELECT 'tenants_of_many', id::uuid, 'viewer', current_user, now() FROM tenants.organization WHERE id <> :'organization';
VACUUM (ANALYZE) wf.member;
GRANT USAGE ON SCHEMA tenants TO PUBLIC;

CREATE FUNCTION tenants.microseconds(query text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz; took double precision; fastest double precision := 'infinity';
BEGIN
    FOR turn IN 1 .. 25 LOOP
        began := clock_timestamp();
        EXECUTE 'SELECT count(*) FROM (' || query || ' OFFSET 0) AS q';
        took := extract(epoch FROM clock_timestamp() - began) * 1000000;
        fastest := least(fastest, took);
    END LOOP;
    RETURN fastest;
END $$;
CREATE TABLE tenants.query (name text, query text);
INSERT INTO tenants.query VALUES
('the newest 50 instances', 'SELECT * FROM wf_instances_view WHERE true {and} ORDER BY created_at DESC LIMIT 50'),
('active instances', 'SELECT * FROM wf_instances_view WHERE status = ''active'' {and}'),
('one instance by its id', format('SELECT * FROM wf_instances_view WHERE instance_id = %L {and}', :'instance')),
('steps of an instance', format('SELECT * FROM wf_steps_view WHERE instance_id = %L {and}', :'instance')),
('all steps', 'SELECT * FROM wf_steps_view WHERE true {and}'),
('open tasks', 'SELECT * FROM wf_tasks_view WHERE task_state = ''OPEN'' {and}'),
('pending timers', 'SELECT * FROM wf_timers_view WHERE timer_status = ''PENDING'' {and}'),
('pending effects', 'SELECT * FROM wf_effects_view WHERE effect_status = ''PENDING'' {and}'),
('metrics', 'SELECT * FROM wf_metrics_view WHERE true {and}'),
('incidents', 'SELECT * FROM wf_incidents_view WHERE true {and}'),
('wf_list_instances', 'SELECT * FROM wf_list_instances(''order''{argument})'),
('wf_list_tasks', 'SELECT * FROM wf_list_tasks(task_state => ''OPEN''{argument})'),
('wf_get_instance', format('SELECT * FROM wf_get_instance(%L{argument})', :'instance'));
GRANT SELECT ON tenants.query TO PUBLIC;

-- Each query as the role in force, with the organization named in it or not.
CREATE TABLE tenants.result (name text, who text, took double precision);
GRANT INSERT ON tenants.result TO PUBLIC;
SELECT set_config('tenants.organization', :'organization', false) AS set \gset
CREATE PROCEDURE tenants.measure(who text, names boolean) LANGUAGE plpgsql AS $$
DECLARE
    organization text := current_setting('tenants.organization');
BEGIN
    INSERT INTO tenants.result
    SELECT q.name, who, tenants.microseconds(replace(replace(q.query,
        '{and}', CASE WHEN names THEN format('AND organization_id = %L', organization) ELSE '' END),
        '{argument}', CASE WHEN names THEN format(', organization_id => %L', organization) ELSE '' END))
    FROM tenants.query AS q;
END $$;
CALL tenants.measure('superuser', true);
CALL tenants.measure('superuser, of all', false);
SET ROLE tenants_member;
CALL tenants.measure('member', false);
SET ROLE tenants_of_many;
CALL tenants.measure('of many', true);
SET ROLE tenants_of_all;
CALL tenants.measure('of all', true);
CALL tenants.measure('of all, of all', false);
SET app.current_org_id = :'organization';
CALL tenants.measure('session', false);
RESET app.current_org_id;
RESET ROLE;
\pset footer off
SELECT
    f.name AS query,
    round(f.took) AS superuser_us,
    round((m.took / f.took)::numeric, 2) AS member_of_one,
    round((s.took / f.took)::numeric, 2) AS of_all_in_session,
    round((n.took / f.took)::numeric, 2) AS of_all_named,
    round((y.took / f.took)::numeric, 2) AS of_2000_named,
    round(a.took) AS superuser_of_all_us,
    round((e.took / a.took)::numeric, 2) AS of_all
FROM tenants.query AS q
JOIN tenants.result AS f ON f.name = q.name AND f.who = 'superuser'
JOIN tenants.result AS m ON m.name = q.name AND m.who = 'member'
JOIN tenants.result AS s ON s.name = q.name AND s.who = 'session'
JOIN tenants.result AS n ON n.name = q.name AND n.who = 'of all'
JOIN tenants.result AS y ON y.name = q.name AND y.who = 'of many'
JOIN tenants.result AS a ON a.name = q.name AND a.who = 'superuser, of all'
JOIN tenants.result AS e ON e.name = q.name AND e.who = 'of all, of all';
