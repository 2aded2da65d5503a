-- Views under row security, over 100,000 rows of 2,000 organizations, beside the same query of a superuser that names the
-- organization. Prints the fastest of 25 of each, in microseconds, and their ratio.
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
CREATE ROLE tenants_of_all;
SELECT wf_grant('tenants_member', 'viewer', :'organization') AS granted, wf_grant('tenants_of_all', 'viewer') AS granted_all \gset
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
('incidents', 'SELECT * FROM wf_incidents_view WHERE true {and}');
GRANT SELECT ON tenants.query TO PUBLIC;

CREATE TABLE tenants.result (name text, who text, took double precision);
GRANT INSERT ON tenants.result TO PUBLIC;
INSERT INTO tenants.result
SELECT name, 'floor', tenants.microseconds(replace(query, '{and}', format('AND organization_id = %L', :'organization'))) FROM tenants.query;
SET ROLE tenants_member;
INSERT INTO tenants.result SELECT name, 'member', tenants.microseconds(replace(query, '{and}', '')) FROM tenants.query;
SET ROLE tenants_of_all;
SET app.current_org_id = :'organization';
INSERT INTO tenants.result SELECT name, 'session', tenants.microseconds(replace(query, '{and}', '')) FROM tenants.query;
RESET app.current_org_id;
INSERT INTO tenants.result
SELECT name, 'named', tenants.microseconds(replace(query, '{and}', format('AND organization_id = %L', :'organization'))) FROM tenants.query;
RESET ROLE;
\pset footer off
SELECT
    q.name AS query,
    round(f.took) AS superuser_us,
    round(m.took) AS member_us, round((m.took / f.took)::numeric, 2) AS ratio,
    round(s.took) AS session_us, round((s.took / f.took)::numeric, 2) AS ratio_session,
    round(n.took) AS named_us, round((n.took / f.took)::numeric, 2) AS ratio_named
FROM tenants.query AS q
JOIN tenants.result AS f ON f.name = q.name AND f.who = 'floor'
JOIN tenants.result AS m ON m.name = q.name AND m.who = 'member'
JOIN tenants.result AS s ON s.name = q.name AND s.who = 'session'
JOIN tenants.result AS n ON n.name = q.name AND n.who = 'named';
