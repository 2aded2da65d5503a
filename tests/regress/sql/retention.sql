-- Retention: what a purge takes, what it leaves, holds, exports, and the counters that do not fall. The clock is
-- pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-01 09:00+00';
SELECT code FROM wf_define('{"id": "r.order", "initial": "open", "sla": {"duration": "PT1M", "escalations": []}, "states": {
    "open": {"after": {"PT1H": {"actions": "r.remind"}}, "on": {"PAY": "paying", "STOP": "stopped"}},
    "paying": {"invoke": {"src": "bank.pay", "onDone": "paid", "onError": "failed"}},
    "paid": {"type": "final", "entry": "r.thank"}, "failed": {"type": "final"}, "stopped": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "r.parent", "initial": "asking", "states": {
    "asking": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "r.order", "instance_key": "child"}, "onDone": "told"}},
    "told": {"on": {"END": "done"}}, "done": {"type": "final"}}}');
SELECT wf_start('r.order', instance_key => k) IS NOT NULL AS started FROM unnest(ARRAY['running', 'old', 'held', 'unsent', 'incident']) AS k;
SELECT wf_start('r.parent', instance_key => 'parent') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-01-01 10:01+00';
SELECT timers_fired FROM wf_scheduler_tick();
-- unsent: its last effect is still to be done. incident: it failed for good. The others: all done.
SELECT k, (wf_send(pg_temp.id(k), CASE k WHEN 'child' THEN 'STOP' ELSE 'PAY' END)).to_state
FROM unnest(ARRAY['old', 'held', 'unsent', 'incident', 'child']) AS k;
-- A worker takes everything of a code, completes it for these instances, fails it for good for those, and leaves the rest.
CREATE PROCEDURE pg_temp.answer(effect text, done text[], failed text[] DEFAULT '{}') LANGUAGE plpgsql AS $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT c.*, i.instance_key FROM wf_claim_effects('w', ARRAY[effect]) AS c JOIN wf_instances_view AS i USING (instance_id) LOOP
        IF held.instance_key = ANY (done) THEN
            PERFORM wf_complete_effects('w', ARRAY[held.effect_id], ARRAY[held.attempt]);
        ELSIF held.instance_key = ANY (failed) THEN
            PERFORM wf_fail_effects('w', ARRAY[held.effect_id], ARRAY[held.attempt], retryable => false);
        END IF;
    END LOOP;
END $$;
CALL pg_temp.answer('bank.pay', ARRAY['old', 'held', 'unsent', 'incident']);
CALL pg_temp.answer('r.remind', ARRAY['running', 'old', 'held', 'unsent', 'incident', 'child']);
CALL pg_temp.answer('wf.sla_breached', ARRAY['running', 'old', 'held', 'unsent', 'incident', 'child']);
CALL pg_temp.answer('r.thank', ARRAY['old', 'held'], ARRAY['incident']);
SET pg_workflow.fake_now = '2026-01-01 11:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT instance_key, status, current_state, (SELECT string_agg(e.effect_smart_code || ' ' || e.effect_status, ', ' ORDER BY e.effect_id)
    FROM wf_effects_view AS e WHERE e.instance_id = i.instance_id) AS effects
FROM wf_instances_view AS i ORDER BY instance_key;
SELECT held_at, held_by, reason FROM wf_hold_instance(pg_temp.id('held'), 'case 4711', held_by => 'lena');
SELECT i.instance_key, h.held_at, h.held_by, h.reason FROM wf_legal_holds_view AS h JOIN wf_instances_view AS i USING (instance_id);
CREATE TEMPORARY TABLE before AS SELECT name, labels, value FROM wf_metrics()
WHERE name ~ '(_total|_bucket|_sum|_count)$' AND name <> 'wf_instances_purged_total';

-- Nothing is old enough yet; 89 days later neither; what running instances, holds and open ends keep is never counted.
SELECT * FROM wf_purge('90 days', dry_run => true);
SET pg_workflow.fake_now = '2026-03-31 09:00+00';
SELECT * FROM wf_purge('90 days');
SET pg_workflow.fake_now = '2026-06-01 09:00+00';
SELECT * FROM wf_purge('90 days', dry_run => true);
SELECT count(*) FROM wf_instances_view;

-- Before it goes, everything that will be deleted.
SELECT jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'array' THEN to_jsonb(jsonb_array_length(value)) ELSE to_jsonb(jsonb_typeof(value)) END)
FROM jsonb_each(wf_export(pg_temp.id('old')));
SELECT wf_export(pg_temp.id('old')) -> 'instance' ->> 'state' AS state,
    (wf_export(pg_temp.id('old')) -> 'definition' ->> 'document')::json -> 'states' -> 'stopped' AS document;
-- Every table that has rows of an instance is in the export, and is emptied by the purge.
SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'instance_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r' ORDER BY 1;
SELECT pg_temp.id('old') AS old \gset
SELECT * FROM wf_purge('90 days');
SELECT instance_key FROM wf_instances_view ORDER BY instance_key;
SELECT (SELECT count(*) FROM wf.step WHERE instance_id = :'old') + (SELECT count(*) FROM wf.timer WHERE instance_id = :'old')
    + (SELECT count(*) FROM wf.effect WHERE instance_id = :'old') + (SELECT count(*) FROM wf.message WHERE instance_id = :'old')
    + (SELECT count(*) FROM wf.task WHERE instance_id = :'old') + (SELECT count(*) FROM wf.search WHERE instance_id = :'old')
    + (SELECT count(*) FROM wf.sla WHERE instance_id = :'old') AS rows_left;
CALL pg_temp.try(format('SELECT wf_export(%L)', :'old'));
SELECT count(*) AS faults FROM wf_check();
-- No counter has changed, but that of the purge.
SELECT name, labels, value FROM before EXCEPT SELECT name, labels, value FROM wf_metrics();
SELECT value FROM wf_metrics() WHERE name = 'wf_instances_purged_total';

-- What kept them: a hold, an effect that nobody has done, an incident, a parent that runs.
SELECT wf_release_instance(pg_temp.id('held'), reason => 'the case is closed', released_by => 'lena');
SELECT wf_release_instance(pg_temp.id('held'));
SELECT seq, kind, actor_user_id, note FROM wf_steps_view WHERE instance_id = pg_temp.id('held') AND kind IN ('hold', 'release') ORDER BY seq;
SELECT wf_close_incident(instance_id, incident_id, 'seen', 'lena') FROM wf_incidents_view;
CALL pg_temp.answer('r.thank', ARRAY['unsent']);
SELECT to_state FROM wf_send(pg_temp.id('parent'), 'END');
SELECT * FROM wf_purge('90 days', dry_run => true);
SET pg_workflow.fake_now = '2026-12-01 09:00+00';
-- The child waits for its parent: one batch later. Batches are bounded and go on where the last one ended.
SELECT instances, more FROM wf_purge('90 days', max_instances => 2);
SELECT instances, more FROM wf_purge('90 days', max_instances => 2);
SELECT instances, more FROM wf_purge('90 days', max_instances => 2);
SELECT instances, more FROM wf_purge('90 days', max_instances => 2);
SELECT instance_key, status FROM wf_instances_view;
-- No counter has fallen; of r.thank one more was done.
SELECT b.name, b.labels, b.value, m.value FROM before AS b LEFT JOIN wf_metrics() AS m ON m.name = b.name AND m.labels = b.labels
WHERE m.value >= b.value IS NOT TRUE;
SELECT b.value AS before, m.value AS now FROM before AS b JOIN wf_metrics() AS m ON m.name = b.name AND m.labels = b.labels
WHERE b.labels = '{"code": "r.thank"}';
SELECT count(*) AS faults FROM wf_check();

-- The setting: the scheduler does it, in batches, and then rests for an hour.
SELECT wf_start('r.order', instance_key => 'auto-' || n, initial_state => 'stopped') IS NOT NULL AS started FROM generate_series(1, 2) AS n;
SELECT next_run_at FROM wf_scheduler_tick();
SET pg_workflow.retention = '30d';
SELECT next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-12-31 08:59+00';
SELECT next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-12-31 09:59+00';
SELECT next_run_at FROM wf_scheduler_tick();
SELECT next_run_at FROM wf_scheduler_tick();
SELECT started_at, instances_purged FROM wf_scheduler_runs_view WHERE instances_purged > 0;
SELECT instance_key FROM wf_instances_view ORDER BY 1;
-- Who serves one organization leaves retention to who serves all.
SELECT next_run_at FROM wf_scheduler_tick(organization_id => '00000000-0000-0000-0000-000000000000');
SELECT instances FROM wf_purge();
RESET pg_workflow.retention;

-- What cannot be.
SELECT wf_purge();
SELECT wf_purge('-1 day');
SELECT wf_purge('1 day', max_instances => 0);
SELECT wf_purge('1 day', max_instances => 10001);
SELECT wf_purge('1 day', dry_run => NULL);
SELECT wf_hold_instance('00000000-0000-0000-0000-000000000001');
SELECT wf_hold_instance(NULL);
SELECT wf_release_instance('00000000-0000-0000-0000-000000000001');
SELECT wf_export(NULL);
