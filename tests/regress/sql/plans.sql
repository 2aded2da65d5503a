-- The queries of the runbooks and of the lists find an index to go by. That it pays is for `make bench-lists` to show: here are few
-- rows, so reading whole tables is forbidden.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SELECT code FROM wf_define('{"id": "plan", "initial": "PENDING", "sla": {"duration": "P1D"}, "states": {"PENDING": {"after": {"PT1H": "PENDING"}, "entry": "plan.note", "on": {"END": "COMPLETED"}}, "COMPLETED": {"type": "final"}}}');
SELECT count(wf_start('plan', owner_team => 'team' || n % 3)) FROM generate_series(1, 200) AS n;
ANALYZE wf.instance, wf.timer, wf.effect, wf.step;
CREATE FUNCTION pg_temp.indexes(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text; found text[] := '{}';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        found := found || substring(line FROM '(?:Scan using|Scan Backward using|Bitmap Index Scan on|Only Scan using|Only Scan Backward using) (\w+)');
        IF line ~ 'Seq Scan on (instance|step|timer|task|effect)' THEN
            found := found || 'the whole table'::text;
        END IF;
    END LOOP;
    RETURN (SELECT string_agg(DISTINCT f, ', ' ORDER BY f) FROM unnest(found) AS f);
END $$;
SET enable_seqscan = off;
SET app.current_org_id = '00000000-0000-0000-0000-000000000000';
-- The lists: newest first, of an organization and a status, overdue ones, of a business object.
SELECT pg_temp.indexes('SELECT * FROM wf_instances_view ORDER BY created_at DESC, instance_id DESC LIMIT 50');
SELECT pg_temp.indexes($$SELECT * FROM wf_instances_view WHERE organization_id = '0000000a-0000-0000-0000-000000000000' AND status = 'failed'$$);
SELECT pg_temp.indexes($$SELECT * FROM wf_instances_view WHERE status = 'active' AND sla_at < wf.now() ORDER BY sla_at, instance_id LIMIT 50$$);
SELECT pg_temp.indexes($$SELECT * FROM wf_instances_view WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND subject_ref_json ->> 'entity_id' = 'x' AND subject_ref_json IS NOT NULL$$);
-- The runbooks: overdue timers, the success rate of a day, notifications of an hour.
SELECT pg_temp.indexes($$SELECT timer_id, instance_id, fire_at FROM wf_timers_view WHERE timer_status = 'PENDING' AND fire_at <= NOW() - INTERVAL '5 minutes' ORDER BY fire_at LIMIT 10$$);
SELECT pg_temp.indexes($$SELECT COUNT(*), COUNT(*) FILTER (WHERE current_state IN ('COMPLETED')) FROM wf_instances_view WHERE created_at >= NOW() - INTERVAL '24 hours'$$);
SELECT pg_temp.indexes($$SELECT effect_id, effect_status, last_error FROM wf_effects_view WHERE effect_smart_code = 'HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1' AND created_at >= NOW() - INTERVAL '1 hour'$$);
-- One instance.
SELECT pg_temp.indexes($$SELECT * FROM wf_steps_view WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND instance_id = '00000000-0000-0000-0000-000000000001' ORDER BY seq$$);
