-- wf_health and the text for Prometheus: each component goes wrong once, and says so. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CREATE FUNCTION pg_temp.unwell() RETURNS TABLE (component text, status text, detail text) LANGUAGE sql BEGIN ATOMIC
    SELECT h.component, h.status, h.detail FROM wf_health() AS h WHERE h.status <> 'ok' ORDER BY h.component;
END;
-- The library is not preloaded here, and nothing is due: all is well. Sizes and transactions differ from run to run.
SELECT component, status, CASE WHEN component NOT IN ('retention', 'transactions', 'dead_rows') THEN detail END AS detail FROM wf_health();

SELECT code FROM wf_define('{"id": "h.one", "initial": "open", "sla": {"duration": "PT4H"}, "states": {
    "open": {"after": {"PT1H": {"actions": "h.remind"}, "PT2H": {"actions": {"type": "raise", "event": "X", "delay": "$.soon"}}}, "on": {"GO": "done"}},
    "done": {"type": "final"}}}');
SELECT wf_start('h.one', instance_key => 'one') IS NOT NULL AS started;
-- A timer that is due for a minute is late, for ten minutes it is an alarm; without a worker it is the scheduler's.
SET pg_workflow.fake_now = '2026-03-02 10:00:59+00';
SELECT * FROM pg_temp.unwell();
SELECT detail FROM wf_health() WHERE component = 'timers';
SET pg_workflow.fake_now = '2026-03-02 10:01+00';
SELECT * FROM pg_temp.unwell();
SET pg_workflow.fake_now = '2026-03-02 10:10+00';
SELECT * FROM pg_temp.unwell();
SELECT timers_fired FROM wf_scheduler_tick();
-- An effect that nobody takes: five minutes, an hour.
SET pg_workflow.fake_now = '2026-03-02 10:15+00';
SELECT * FROM pg_temp.unwell();
SET pg_workflow.fake_now = '2026-03-02 10:59:59+00';
SELECT * FROM pg_temp.unwell();
-- What failed for good: the second timer, an incident; the deadline has passed.
SET pg_workflow.fake_now = '2026-03-02 11:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 11:01+00';
SELECT timers_fired FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 13:01+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT * FROM pg_temp.unwell();
WITH held AS MATERIALIZED (SELECT effect_id, code, attempt FROM wf_claim_effects('w'))
SELECT h.code, d.status FROM held AS h CROSS JOIN LATERAL wf_complete_effects('w', ARRAY[h.effect_id], ARRAY[h.attempt]) AS d ORDER BY h.code;
SELECT wf_close_incident(instance_id, incident_id) FROM wf_incidents_view;
SELECT to_state FROM wf_send(pg_temp.id('one'), 'GO');
SELECT * FROM pg_temp.unwell();
-- A message that nobody delivers.
BEGIN;
SELECT wf_start('h.one', instance_key => 'two') IS NOT NULL AS started;
SELECT duplicate FROM wf_publish('GO', 'two', ttl => '1 day');
SET pg_workflow.fake_now = '2026-03-02 13:02+00';
SELECT * FROM pg_temp.unwell();
ROLLBACK;
-- A schedule whose start failed, and flags.
SELECT next_run_at FROM wf_schedule('hourly', '@hourly', 'h.one');
SELECT enabled FROM wf_set_feature_flag('h.one', false, 'broken', set_by => 'olga');
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT * FROM pg_temp.unwell();
SELECT detail FROM wf_health() WHERE component = 'feature_flags';
SELECT enabled FROM wf_set_feature_flag('ALL', false, 'mass failures', global => true, set_by => 'olga');
SELECT * FROM pg_temp.unwell();
SELECT wf_unschedule('hourly');
SELECT enabled FROM wf_set_feature_flag('ALL', true, global => true);
SELECT enabled FROM wf_set_feature_flag('h.one', true);
-- A task that is overdue.
BEGIN;
SELECT wf_start('h.one', instance_key => 'two') IS NOT NULL AS started;
SELECT due_at FROM wf_create_task(pg_temp.id('two'), 'Look', assignee_role => 'clerk', due_at => '2026-03-02 14:30+00');
SET pg_workflow.fake_now = '2026-03-02 14:31+00';
SELECT * FROM pg_temp.unwell();
ROLLBACK;
-- The role that owns a definition is gone.
CREATE ROLE h_owner SUPERUSER;
SET ROLE h_owner;
SELECT code FROM wf_define('{"id": "h.two", "initial": "open", "states": {"open": {}}}');
RESET ROLE;
DROP ROLE h_owner;
SELECT * FROM pg_temp.unwell();
-- Everything is kept, and it is much: a warning, unless a retention is set.
BEGIN;
UPDATE pg_class SET reltuples = 100001 WHERE oid = 'wf.instance'::regclass;
SELECT component, status, substring(detail FROM 'about.*') FROM wf_health() WHERE component = 'retention';
SET LOCAL pg_workflow.retention = '90d';
SELECT component, status, substring(detail FROM 'about.*') FROM wf_health() WHERE component = 'retention';
ROLLBACK;
-- Library and schema of two versions: this is all that health can say.
BEGIN;
UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'pg_workflow';
SELECT component, status, detail FROM wf_health();
ROLLBACK;

-- Measurements: the rows, and the same as text. A label holds any text.
SELECT code FROM wf_define('{"id": "h\"quoted\\", "initial": "open", "states": {"open": {}}}');
SELECT wf_start('h"quoted\') IS NOT NULL AS started;
SELECT name, labels, value FROM wf_metrics() WHERE name !~ '^wf_(table|health|effect_|task_)' ORDER BY name COLLATE "C", labels;
SELECT line FROM string_to_table(wf_metrics_text(), E'\n') AS line WHERE line ~ '^(# ....  ?)?wf_(instances|timer_lateness)' OR line ~ 'wf_instances_started';
-- Every row is a line, and every line that is no comment is a row.
SELECT (SELECT count(*) FROM wf_metrics()) = (SELECT count(*) FROM string_to_table(wf_metrics_text(), E'\n') AS line WHERE line <> '' AND line NOT LIKE '#%') AS same;
-- Every measurement is described.
SELECT DISTINCT name FROM wf_metrics() AS m
WHERE NOT EXISTS (SELECT FROM string_to_table(wf_metrics_text(), E'\n') AS line
    WHERE line LIKE '# TYPE ' || regexp_replace(m.name, '_seconds_(bucket|sum|count)$', '_seconds') || ' %');
