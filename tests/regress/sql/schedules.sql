-- Schedules: instances that start by a cron expression in a time zone; missed moments, predecessors that are still active, and the
-- nights in which the clock is changed. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
-- A Monday.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

SELECT code FROM wf_define('{"id": "job", "initial": "work", "context": {"who": "nobody"}, "states": {"work": {"on": {"DONE": "done"}}, "done": {"type": "final"}}}');
-- It ends in the step in which it begins.
SELECT code FROM wf_define('{"id": "quick", "initial": "done", "states": {"done": {"type": "final"}}}');

-- What stands of a schedule, and for which moments it has started instances.
CREATE FUNCTION pg_temp.stands(schedule text) RETURNS TABLE (next_run_at timestamptz, last_run_at timestamptz, buffered integer, last_skipped_at timestamptz, last_error_at timestamptz)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.next_run_at, s.last_run_at, s.buffered, s.last_skipped_at, s.last_error_at FROM wf_schedules_view AS s WHERE s.name = schedule;
END;
CREATE FUNCTION pg_temp.runs(schedule text) RETURNS TABLE (scheduled_for text, started_at timestamptz, status text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT i.context ->> 'scheduled_for', i.created_at, i.status FROM wf_instances_view AS i
    WHERE i.instance_key = 'schedule:' || schedule || ':' || (i.context ->> 'scheduled_for') ORDER BY i.instance_id;
END;
CREATE PROCEDURE pg_temp.finish(schedule text)
LANGUAGE sql BEGIN ATOMIC
    SELECT wf_send(s.last_instance_id, 'DONE') FROM wf_schedules_view AS s WHERE s.name = schedule;
END;
-- Several batches one after another, each at its own time.
CREATE PROCEDURE pg_temp.ticks(VARIADIC moments text[])
LANGUAGE plpgsql AS $$
DECLARE
    moment text;
BEGIN
    FOREACH moment IN ARRAY moments LOOP
        PERFORM set_config('pg_workflow.fake_now', moment, false);
        PERFORM wf_scheduler_tick();
    END LOOP;
END $$;

-- One start at each moment, with the input over the definition's context and the moment beside it.
SELECT * FROM wf_schedule('every.hour', '0 * * * *', 'quick', '{"who": "cron"}');
SELECT * FROM wf_schedules_view;
-- The batch says when the next moment comes; before it nothing happens.
SELECT next_run_at FROM wf_scheduler_tick();
SELECT count(*) FROM pg_temp.runs('every.hour');
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT next_run_at FROM wf_scheduler_tick(dry_run => true);
SELECT next_run_at FROM wf_scheduler_tick();
SELECT next_run_at FROM wf_scheduler_tick();
-- A batch that comes late starts late: the moment stays what it is.
CALL pg_temp.ticks('2026-03-02 11:00:42+00');
SELECT * FROM pg_temp.runs('every.hour');
SELECT * FROM pg_temp.stands('every.hour');
SELECT i.instance_key, i.correlation_key, i.context, i.definition_version, s.kind, s.event, s.actor_user_id
FROM wf_instances_view AS i JOIN wf_steps_view AS s USING (instance_id) ORDER BY i.instance_id;
-- Input of the caller's that has the key already stays; without input the moment is all that is given.
SET pg_workflow.fake_now = '2026-03-02 11:30+00';
SELECT next_run_at FROM wf_schedule('own', '0 * * * *', 'job', '{"scheduled_for": "whenever"}');
SELECT next_run_at FROM wf_schedule('none', '0 * * * *', 'job');
CALL pg_temp.ticks('2026-03-02 12:00+00');
SELECT s.name, i.instance_key, i.context FROM wf_schedules_view AS s JOIN wf_instances_view AS i ON i.instance_id = s.last_instance_id ORDER BY 1;
SELECT wf_unschedule('own') AS own, wf_unschedule('none') AS none, wf_unschedule('every.hour') AS "every.hour", wf_unschedule('every.hour') AS again;
SELECT count(*) FROM wf_schedules_view;
CALL pg_temp.ticks('2026-03-02 13:00+00');
SELECT count(*) FROM wf_instances_view WHERE created_at = wf.now();
-- The version is the current one at the time of the start.
SELECT next_run_at FROM wf_schedule('version', '0 * * * *', 'quick');
SELECT version FROM wf_define('{"id": "quick", "initial": "done", "states": {"done": {"type": "final", "description": "the second"}}}');
CALL pg_temp.ticks('2026-03-02 14:00+00');
SELECT definition_version FROM wf_instances_view WHERE instance_key LIKE 'schedule:version:%';
SELECT wf_unschedule('version');

-- Moments that were missed. Nothing runs from 14:00 to 18:20; moments at 15:00, 16:00, 17:00 and 18:00.
SELECT wf_schedule('once', '0 * * * *', 'quick') IS NOT NULL AS stored,
       wf_schedule('skip', '0 * * * *', 'quick', misfire => 'skip') IS NOT NULL AS stored,
       wf_schedule('all', '0 * * * *', 'quick', misfire => 'all') IS NOT NULL AS stored;
CALL pg_temp.ticks('2026-03-02 18:20+00');
SELECT * FROM pg_temp.runs('once');
SELECT * FROM pg_temp.stands('once');
SELECT * FROM pg_temp.runs('skip');
SELECT * FROM pg_temp.stands('skip');
SELECT * FROM pg_temp.runs('all');
SELECT * FROM pg_temp.stands('all');
-- 59 seconds late is not missed, 60 neither; 61 is.
CALL pg_temp.ticks('2026-03-02 19:00:59+00', '2026-03-02 20:01:00.9+00', '2026-03-02 21:01:01+00');
SELECT * FROM pg_temp.runs('skip');
SELECT * FROM pg_temp.stands('skip');
SELECT wf_unschedule(name) FROM wf_schedules_view;
-- With seconds: those of the last minute are not missed. At 22:05:00 the moments from 22:04:00 on, every 20 seconds, are four.
SET pg_workflow.fake_now = '2026-03-02 22:00+00';
SELECT next_run_at FROM wf_schedule('seconds', '*/20 * * * * *', 'quick', misfire => 'skip');
CALL pg_temp.ticks('2026-03-02 22:05+00');
SELECT * FROM pg_temp.runs('seconds');
SELECT * FROM pg_temp.stands('seconds');
SELECT wf_unschedule('seconds');
-- A batch has its limit, and no moment is lost: 7 hours missed, two starts per batch. One with many does not hold up the other: it
-- has half of the limit.
SET pg_workflow.fake_now = '2026-03-03 00:30+00';
SELECT next_run_at FROM wf_schedule('backlog', '0 * * * *', 'quick', misfire => 'all');
SET pg_workflow.fake_now = '2026-03-03 07:15+00';
SELECT next_run_at FROM wf_scheduler_tick(max_effects => 2);
SELECT next_run_at FROM wf_scheduler_tick(max_effects => 0);
SET pg_workflow.fake_now = '2026-03-03 07:10+00';
SELECT next_run_at FROM wf_schedule('other', '12 * * * *', 'quick');
SET pg_workflow.fake_now = '2026-03-03 07:15+00';
SELECT next_run_at FROM wf_scheduler_tick(max_effects => 2);
SELECT count(*) FROM pg_temp.runs('other');
SELECT next_run_at FROM wf_scheduler_tick(max_effects => 2);
SELECT next_run_at FROM wf_scheduler_tick(max_effects => 50);
SELECT scheduled_for FROM pg_temp.runs('backlog');
SELECT wf_unschedule(name) FROM wf_schedules_view;

-- The instance before is still active at 09:00 and at 10:00, and ends at 10:20.
SET pg_workflow.fake_now = '2026-03-03 07:30+00';
SELECT wf_schedule('o.skip', '0 * * * *', 'job') IS NOT NULL AS stored,
       wf_schedule('o.buffer', '0 * * * *', 'job', overlap => 'buffer') IS NOT NULL AS stored,
       wf_schedule('o.allow', '0 * * * *', 'job', overlap => 'allow') IS NOT NULL AS stored;
CALL pg_temp.ticks('2026-03-03 08:00+00', '2026-03-03 09:00+00', '2026-03-03 10:00+00');
SELECT s.name, r.* FROM wf_schedules_view AS s, pg_temp.stands(s.name) AS r ORDER BY s.name;
SELECT s.name, r.* FROM wf_schedules_view AS s, pg_temp.runs(s.name) AS r ORDER BY s.name, r.scheduled_for;
-- The one that waits is the first; it begins with the batch after the end, and the next moment finds it active.
SET pg_workflow.fake_now = '2026-03-03 10:20+00';
SELECT next_run_at FROM wf_scheduler_tick();
CALL pg_temp.finish('o.skip');
CALL pg_temp.finish('o.buffer');
SELECT next_run_at FROM wf_scheduler_tick(dry_run => true);
SELECT next_run_at FROM wf_scheduler_tick();
SELECT s.name, r.* FROM wf_schedules_view AS s, pg_temp.stands(s.name) AS r ORDER BY s.name;
CALL pg_temp.ticks('2026-03-03 11:00+00');
SELECT s.name, r.* FROM wf_schedules_view AS s, pg_temp.runs(s.name) AS r WHERE r.started_at > '2026-03-03 10:00+00' ORDER BY s.name;
SELECT * FROM pg_temp.stands('o.buffer');
-- A paused instance is active, a cancelled one is not.
SELECT paused FROM wf_schedules_view AS s, wf_pause(s.last_instance_id) WHERE s.name = 'o.skip';
CALL pg_temp.ticks('2026-03-03 12:00+00');
SELECT last_run_at, last_skipped_at FROM pg_temp.stands('o.skip');
SELECT status FROM wf_schedules_view AS s, wf_cancel(s.last_instance_id) WHERE s.name = 'o.skip';
CALL pg_temp.ticks('2026-03-03 13:00+00');
SELECT last_run_at, last_skipped_at FROM pg_temp.stands('o.skip');
-- A start that waits does not come where its schedule is gone.
SELECT wf_unschedule(name) FROM wf_schedules_view;
CALL pg_temp.ticks('2026-03-03 13:10+00');
SELECT count(*) FROM wf_instances_view WHERE created_at = wf.now();
-- Missed moments meet a predecessor that is active: with all and buffer the first of them waits and the others are passed over.
SET pg_workflow.fake_now = '2026-03-03 13:30+00';
SELECT next_run_at FROM wf_schedule('both', '0 * * * *', 'job', misfire => 'all', overlap => 'buffer');
CALL pg_temp.ticks('2026-03-03 17:30+00');
SELECT * FROM pg_temp.stands('both');
SELECT buffered_for FROM wf_schedules_view;
SELECT scheduled_for FROM pg_temp.runs('both');
-- The next moment comes in the same batch in which the one that waited begins: now it waits itself.
CALL pg_temp.finish('both');
CALL pg_temp.ticks('2026-03-03 18:00+00');
SELECT * FROM pg_temp.stands('both');
SELECT buffered_for FROM wf_schedules_view;
SELECT wf_unschedule('both');

-- A start that fails is recorded; the others go on, and so does this one at its next moment.
CREATE SCHEMA demo;
CREATE FUNCTION demo.broken(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('demo.broken', true) = 'yes' THEN RAISE EXCEPTION 'the balance is unknown' USING ERRCODE = 'HR001'; END IF;
    RETURN true;
END $$;
SELECT code FROM wf_define('{"id": "fragile", "initial": "a", "states": {"a": {"always": {"target": "b", "guard": {"type": "demo.broken"}}}, "b": {"type": "final"}}}');
SELECT wf_schedule('a.fails', '0 * * * *', 'fragile') IS NOT NULL AS stored,
       wf_schedule('b.goes', '0 * * * *', 'quick') IS NOT NULL AS stored;
SET demo.broken = 'yes';
CALL pg_temp.ticks('2026-03-03 19:00+00');
SELECT name, next_run_at, last_run_at, last_error_at, last_error FROM wf_schedules_view ORDER BY name;
SET demo.broken = 'no';
CALL pg_temp.ticks('2026-03-03 19:30+00', '2026-03-03 20:00+00');
SELECT name, next_run_at, last_run_at, last_error_at, last_error IS NOT NULL AS told FROM wf_schedules_view ORDER BY name;
SELECT wf_unschedule(name) FROM wf_schedules_view;
DROP SCHEMA demo CASCADE;
-- A zone that the system has lost: the schedule stops and says so; the same call takes it up again.
SELECT next_run_at FROM wf_schedule('lost', '0 * * * *', 'quick');
UPDATE wf.schedule SET time_zone = 'Atlantis/Capital';
CALL pg_temp.ticks('2026-03-03 21:00+00');
SELECT next_run_at, last_error_at, last_error FROM wf_schedules_view;
SELECT next_run_at FROM wf_scheduler_tick();
UPDATE wf.schedule SET time_zone = 'UTC';
SELECT next_run_at, created FROM wf_schedule('lost', '0 * * * *', 'quick');
SELECT wf_unschedule('lost');

-- The same name again takes the place of the schedule. The same expression keeps its place, also where its moment has been missed; a
-- new one begins now.
SET pg_workflow.fake_now = '2026-03-04 08:30+00';
SET app.current_user_id = 'anna';
SELECT * FROM wf_schedule('again', '0 * * * *', 'job', misfire => 'all');
SET pg_workflow.fake_now = '2026-03-04 10:30+00';
SET app.current_user_id = 'bert';
SELECT * FROM wf_schedule('again', '0 * * * *', 'job', '{"n": 2}', misfire => 'all', overlap => 'buffer');
RESET app.current_user_id;
CALL pg_temp.ticks('2026-03-04 10:31+00');
SELECT definition_code, cron, misfire, overlap, input, next_run_at, last_run_at, buffered_for, created_at, created_by FROM wf_schedules_view;
SELECT * FROM wf_schedule('again', '15 * * * *', 'quick', overlap => 'buffer');
SELECT definition_code, cron, misfire, overlap, input, next_run_at, last_run_at, buffered_for FROM wf_schedules_view;
-- Its predecessor is the one of the same name, of whatever definition.
CALL pg_temp.ticks('2026-03-04 11:15+00');
SELECT last_run_at, buffered_for FROM wf_schedules_view;
CALL pg_temp.finish('again');
SELECT * FROM wf_schedule('again', '15 * * * *', 'quick', overlap => 'skip');
CALL pg_temp.ticks('2026-03-04 11:16+00');
SELECT last_run_at, buffered_for FROM wf_schedules_view;
SELECT * FROM wf_schedule('again', '15 * * * *', 'quick', time_zone => 'Asia/Kathmandu');
SELECT wf_unschedule('again');

-- What an expression can say; seen from Wednesday 2026-03-04 11:16 UTC.
SELECT cron, next_run_at, to_char(next_run_at, 'Dy') AS day
FROM unnest(ARRAY['*/5 * * * *', '*/20 * * * * *', '0 9-17/4 * * *', '0,30 12 * * *', '0 9 * * MON-FRI', '0 9 * * sun', '0 9 * * 0', '0 9 * * 7', '0 0 1 JAN *',
    '0 0 L * *', '0 0 15W * *', '0 0 LW * *', '0 0 * * FRI#2', '0 0 * * FRI#L', '0 0 * * 5L', '0 0 13 * FRI', '0 0 13 * +TUE', '0 0 ? * MON',
    '0 0 29 2 *', '0 0 0 1 7 * 2031', '@hourly', '@daily', '@weekly', '@monthly', '@yearly', '  0   12 * * *  ']) WITH ORDINALITY AS e (cron, n),
LATERAL wf_schedule('expression', cron, 'quick') ORDER BY n;
-- In a zone. Kathmandu is 5:45 before UTC: 09:00 there is 03:15 UTC. New York in winter is 5 hours behind: 09:00 there is 14:00 UTC.
SELECT next_run_at FROM wf_schedule('expression', '0 9 * * *', 'quick', time_zone => 'Asia/Kathmandu');
SELECT next_run_at FROM wf_schedule('expression', '0 9 * * *', 'quick', time_zone => 'America/New_York');
-- The last moment of an expression with a year: nothing comes behind it.
SELECT next_run_at FROM wf_schedule('expression', '0 0 12 4 3 * 2026', 'quick');
CALL pg_temp.ticks('2026-03-04 12:00+00');
SELECT * FROM pg_temp.stands('expression');
SELECT next_run_at FROM wf_scheduler_tick();
SELECT wf_unschedule('expression');

-- Summer time begins. Vienna, 2026-03-29: at 02:00 (+1) it is 03:00 (+2), which is 01:00 UTC. 02:30 does not exist: it comes at 03:00.
-- Before: 02:30 (+1) = 01:30 UTC on the 28th. After: 02:30 (+2) = 00:30 UTC on the 30th.
SET pg_workflow.fake_now = '2026-03-27 12:00+00';
SELECT wf_schedule('gap', '30 2 * * *', 'quick', time_zone => 'Europe/Vienna') IS NOT NULL AS stored,
       -- Two hours named, and a step: the three moments in the gap come at its end as one, and 03:00 is the same moment.
       wf_schedule('gap.list', '*/20 2,3 * * *', 'quick', time_zone => 'Europe/Vienna', misfire => 'all') IS NOT NULL AS stored,
       -- Any hour: time as it passes, a start every 30 minutes, 01:30 (+1) = 00:30 UTC and 03:00 (+2) = 01:00 UTC.
       wf_schedule('gap.any', '*/30 * * * *', 'quick', time_zone => 'Europe/Vienna', misfire => 'all') IS NOT NULL AS stored;
CALL pg_temp.ticks('2026-03-28 01:30+00', '2026-03-29 00:59:59+00', '2026-03-29 01:00+00', '2026-03-29 01:30+00', '2026-03-29 02:00+00', '2026-03-30 00:29+00', '2026-03-30 00:30+00');
SELECT * FROM pg_temp.runs('gap');
SELECT next_run_at FROM pg_temp.stands('gap');
SELECT scheduled_for FROM pg_temp.runs('gap.list') WHERE scheduled_for BETWEEN '2026-03-28' AND '2026-03-30T01';
SELECT scheduled_for FROM pg_temp.runs('gap.any') WHERE scheduled_for BETWEEN '2026-03-29' AND '2026-03-29T02';
SELECT wf_unschedule(name) FROM wf_schedules_view;
-- Missed and worked on late: the moment in the gap is still the gap's end.
SET pg_workflow.fake_now = '2026-03-28 12:00+00';
SELECT next_run_at FROM wf_schedule('gap.late', '30 2 * * *', 'quick', time_zone => 'Europe/Vienna');
CALL pg_temp.ticks('2026-03-29 09:00+00');
SELECT * FROM pg_temp.runs('gap.late');
SELECT next_run_at FROM pg_temp.stands('gap.late');
-- New York, 2026-03-08: at 02:00 (-5) it is 03:00 (-4), which is 07:00 UTC. Before: 02:30 (-5) = 07:30 UTC. After: 02:30 (-4) = 06:30 UTC.
SET pg_workflow.fake_now = '2026-03-06 12:00+00';
SELECT next_run_at FROM wf_schedule('gap.ny', '30 2 * * *', 'quick', time_zone => 'America/New_York');
CALL pg_temp.ticks('2026-03-07 07:30+00', '2026-03-08 06:59+00', '2026-03-08 07:00+00', '2026-03-08 07:30+00', '2026-03-09 06:30+00');
SELECT * FROM pg_temp.runs('gap.ny');
SELECT wf_unschedule(name) FROM wf_schedules_view;

-- Summer time ends. Vienna, 2026-10-25: at 03:00 (+2) it is 02:00 (+1), which is 01:00 UTC. 02:30 comes twice, as 00:30 UTC (+2) and as
-- 01:30 UTC (+1): the first counts. Before: 02:30 (+2) = 00:30 UTC. After: 02:30 (+1) = 01:30 UTC.
SET pg_workflow.fake_now = '2026-10-23 12:00+00';
SELECT wf_schedule('twice', '30 2 * * *', 'quick', time_zone => 'Europe/Vienna') IS NOT NULL AS stored,
       wf_schedule('twice.list', '*/20 2,3 * * *', 'quick', time_zone => 'Europe/Vienna', misfire => 'all') IS NOT NULL AS stored,
       -- Any hour: 02:00 and 02:30 come twice, every 30 minutes from 00:00 UTC to 01:30 UTC.
       wf_schedule('twice.any', '*/30 * * * *', 'quick', time_zone => 'Europe/Vienna', misfire => 'all') IS NOT NULL AS stored;
CALL pg_temp.ticks('2026-10-24 00:30+00', '2026-10-25 00:29+00', '2026-10-25 00:30+00', '2026-10-25 01:30+00', '2026-10-25 02:00+00', '2026-10-26 00:30+00', '2026-10-26 01:30+00');
SELECT * FROM pg_temp.runs('twice');
SELECT next_run_at FROM pg_temp.stands('twice');
SELECT scheduled_for FROM pg_temp.runs('twice.list') WHERE scheduled_for BETWEEN '2026-10-25' AND '2026-10-26';
SELECT scheduled_for FROM pg_temp.runs('twice.any') WHERE scheduled_for BETWEEN '2026-10-25' AND '2026-10-25T02';
SELECT wf_unschedule(name) FROM wf_schedules_view;
-- Worked on in the second pass, at 02:15 (+1) = 01:15 UTC: 02:30 of the first pass has been.
SET pg_workflow.fake_now = '2026-10-24 12:00+00';
SELECT next_run_at FROM wf_schedule('twice.late', '30 2 * * *', 'quick', time_zone => 'Europe/Vienna');
CALL pg_temp.ticks('2026-10-25 01:15+00', '2026-10-25 01:31+00');
SELECT * FROM pg_temp.runs('twice.late');
SELECT next_run_at FROM pg_temp.stands('twice.late');
-- New York, 2026-11-01: at 02:00 (-4) it is 01:00 (-5), which is 06:00 UTC. 01:30 comes as 05:30 UTC (-4) and as 06:30 UTC (-5).
SET pg_workflow.fake_now = '2026-10-30 12:00+00';
SELECT next_run_at FROM wf_schedule('twice.ny', '30 1 * * *', 'quick', time_zone => 'America/New_York');
CALL pg_temp.ticks('2026-10-31 05:30+00', '2026-11-01 05:29+00', '2026-11-01 05:30+00', '2026-11-01 06:30+00', '2026-11-02 05:30+00', '2026-11-02 06:30+00');
SELECT * FROM pg_temp.runs('twice.ny');
SELECT wf_unschedule(name) FROM wf_schedules_view;

-- Mistakes.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
CALL pg_temp.try($$SELECT wf_schedule('x', 'now and then', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '61 * * * *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '1/5 * * * *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '0 0 30 2 *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '0 0 0 1 1 * 2026', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', time_zone => 'Europe/Wien')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', time_zone => '../../etc/passwd')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', time_zone => '')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', time_zone => NULL)$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', misfire => 'FIRE_ONCE')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', overlap => 'queue')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'nothing')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', '[1]')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', 'quick', jsonb_build_object('big', repeat('x', 1100000)))$$);
CALL pg_temp.try($$SELECT wf_schedule(' ', '* * * * *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule(NULL, '* * * * *', 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', NULL, 'quick')$$);
CALL pg_temp.try($$SELECT wf_schedule('x', '* * * * *', NULL)$$);
CALL pg_temp.try($$SELECT wf_unschedule(NULL)$$);
SELECT count(*) FROM wf_schedules_view;

-- Organizations: names are theirs, the definition may be a shared one, and a batch of one organization leaves the others alone.
\set red  '11111111-1111-7111-8111-111111111111'
\set blue '22222222-2222-7222-8222-222222222222'
SELECT created FROM wf_schedule('daily', '0 12 * * *', 'quick', organization_id => :'red');
SELECT created FROM wf_schedule('daily', '0 12 * * *', 'quick', organization_id => :'blue');
CALL pg_temp.try($$SELECT wf_schedule('daily', '0 12 * * *', 'quick')$$);
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT next_run_at FROM wf_scheduler_tick(organization_id => :'red');
SELECT organization_id, name, last_run_at, next_run_at FROM wf_schedules_view ORDER BY 1;
SELECT next_run_at FROM wf_scheduler_tick(organization_id => :'red');
SELECT next_run_at FROM wf_scheduler_tick();
SELECT organization_id, count(*) FROM wf_instances_view WHERE instance_key = 'schedule:daily:2026-03-02T12:00:00+00:00' GROUP BY 1 ORDER BY 1;
SELECT wf_unschedule('daily') AS unnamed, wf_unschedule('daily', organization_id => :'red') AS red;
SELECT organization_id, name FROM wf_schedules_view;

RESET pg_workflow.fake_now;
CALL pg_temp.wipe();
