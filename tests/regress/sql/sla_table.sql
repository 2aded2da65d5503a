-- Deadlines, case by case: each with its arithmetic, worked out through the SQL surface on a clock that is set. Times are Vienna's.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET timezone = 'Europe/Vienna';
SET intervalstyle = 'postgres';

-- office works 7 hours a day, ny in another zone, always through the nights in which the clock jumps: on 2026-03-29 from 02:00 to
-- 03:00, on 2026-10-25 from 03:00 to 02:00. 2026-03-02 is a Monday.
SET pg_workflow.fake_now = '2026-01-01 00:00+00';
SELECT code, weekly_hours FROM wf_set_calendar('office', 'Europe/Vienna', '{"mon-fri": ["09:00-12:00", "13:00-17:00"]}',
    '["2026-04-06", "12-25", {"date": "2026-12-24", "hours": "09:00-12:00"}]');
SELECT code, weekly_hours FROM wf_set_calendar('ny', 'America/New_York', '{"mon-fri": "09:00-17:00"}');
SELECT code, weekly_hours FROM wf_set_calendar('always', 'Europe/Vienna', '{"mon-sun": "00:00-24:00"}');
SELECT code, weekly_hours FROM wf_set_calendar('shop', 'Europe/Vienna', '{"mon-fri": "09:00-17:00"}');

CREATE FUNCTION pg_temp.shown(moment timestamptz) RETURNS text
LANGUAGE sql STABLE RETURN COALESCE(to_char(moment, 'Dy MM-DD HH24:MI TZ'), 'none');

-- Runs a script on an instance that begins in the state a: lines of a moment in 2026 and of what happens then. Answers what a recalc did.
CREATE FUNCTION pg_temp.run(name text, root jsonb, a jsonb, b jsonb, script text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    line text; verb text; rest text; id uuid; answer text;
BEGIN
    PERFORM code FROM wf_define(jsonb_strip_nulls(jsonb_build_object('id', 't' || md5(name), 'initial', 'a', 'context', '{"within": "PT4H"}'::jsonb,
        'sla', root, 'states', jsonb_build_object(
            'a', jsonb_build_object('sla', a, 'on', '{"NEXT": "b", "SELF": {"target": "a", "reenter": true}, "END": "z"}'::jsonb),
            'b', jsonb_build_object('sla', b, 'on', '{"BACK": "a", "END": "z"}'::jsonb),
            'z', '{"type": "final"}'::jsonb)))::text::json);
    FOREACH line IN ARRAY script LOOP
        PERFORM set_config('pg_workflow.fake_now', ('2026-' || substr(line, 1, 11))::timestamptz::text, false);
        verb := split_part(substr(line, 13), ' ', 1);
        rest := nullif(substr(line, 14 + length(verb)), '');
        CASE verb
            WHEN 'start' THEN id := wf_start('t' || md5(name), rest::jsonb, name);
            WHEN 'pause' THEN PERFORM wf_pause(id);
            WHEN 'resume' THEN PERFORM wf_resume(id);
            WHEN 'send' THEN PERFORM wf_send(id, rest);
            WHEN 'tick' THEN PERFORM wf_scheduler_tick();
            WHEN 'context' THEN PERFORM wf_modify(id, context => rest::jsonb);
            WHEN 'recalc' THEN
                SELECT concat_ws(' ', pg_temp.shown(r.previous_sla_at), '>', pg_temp.shown(r.new_sla_at), r.pause_time_hours || 'h paused')
                INTO answer FROM wf_sla_recalc(id, rest::double precision) AS r;
            WHEN 'closed' THEN PERFORM wf_set_calendar('shop', 'Europe/Vienna', '{"mon-fri": "09:00-17:00"}', jsonb_build_array(rest));
            WHEN 'look' THEN NULL;
        END CASE;
    END LOOP;
    RETURN answer;
END $$;

CREATE TEMP TABLE cases (
    name text, root jsonb, a jsonb, b jsonb, script text[], ask text, expected text, arithmetic text, number serial
);
INSERT INTO cases (name, root, a, script, ask, expected, arithmetic) VALUES
-- Without a calendar time is time.
('plain', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 13:00 CET', '09:00 + 4 h'),
('plain days', '{"duration": "P2D"}', NULL, '{03-27 10:00 start}', 'sla_at', 'Sun 03-29 11:00 CEST', 'Fri 10:00 + 48 h, one of which the spring night leaves out'),
('plain pause', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:30 resume}', 'sla_at', 'Mon 03-02 14:30 CET', '13:00 + 1.5 h'),
('pauses add up', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 10:30 resume,03-02 11:00 pause,03-02 12:00 resume}', 'sla_at', 'Mon 03-02 14:30 CET', '13:00 + 0.5 h + 1 h'),
('paused', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 18:00 tick}', 'sla_at', 'none', 'a clock that stands still has no deadline'),
('paused when late', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 10:30 pause,03-02 12:00 resume}', 'sla_at', 'Mon 03-02 11:30 CET', 'late by 0.5 h at 10:30, so late by 0.5 h at 12:00: 10:00 + 1.5 h'),
-- Working hours.
('over lunch', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 14:00 CET', '3 h until 12:00, 1 h from 13:00'),
('whole day', '{"duration": "PT7H", "calendar": "office"}', NULL, '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 17:00 CET', '3 h + 4 h: the end of the day, not the next morning'),
('next day', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start}', 'sla_at', 'Tue 03-03 10:00 CET', '7 h on Monday, 1 h on Tuesday'),
('begun on a Saturday', '{"duration": "PT2H", "calendar": "office"}', NULL, '{03-07 12:00 start}', 'sla_at', 'Mon 03-09 11:00 CET', 'Monday 09:00 + 2 h'),
('across a weekend', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-06 14:00 start}', 'sla_at', 'Mon 03-09 15:00 CET', '3 h on Friday, 3 h + 2 h on Monday'),
('across a holiday', '{"duration": "PT8H", "calendar": "office"}', NULL, '{04-03 14:00 start}', 'sla_at', 'Tue 04-07 15:00 CEST', '3 h on Friday, Easter Monday is free, 3 h + 2 h on Tuesday'),
('half a holiday', '{"duration": "PT4H", "calendar": "office"}', NULL, '{12-24 10:00 start}', 'sla_at', 'Mon 12-28 11:00 CET', '2 h on Thursday, which ends at 12:00, Friday is free every year, 2 h on Monday'),
('other zone', '{"duration": "PT2H", "calendar": "ny"}', NULL, '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 17:00 CET', 'New York opens at 15:00 here: + 2 h'),
('other zone, other summer', '{"duration": "PT2H", "calendar": "ny"}', NULL, '{03-09 09:00 start}', 'sla_at', 'Mon 03-09 16:00 CET', 'New York has summer time from 03-08 and opens at 14:00 here: + 2 h'),
-- Working days.
('two days', '{"duration": "P2D", "calendar": "office"}', NULL, '{03-05 10:30 start}', 'sla_at', 'Mon 03-09 10:30 CET', 'Thursday, Friday, Monday at the same time'),
('a day from an evening', '{"duration": "P1D", "calendar": "office"}', NULL, '{03-02 19:00 start}', 'sla_at', 'Wed 03-04 09:00 CET', 'Monday 19:00 counts as Tuesday 09:00, one working day on'),
('a day and an hour', '{"duration": "P1DT1H", "calendar": "office"}', NULL, '{03-02 16:30 start}', 'sla_at', 'Wed 03-04 09:30 CET', 'Tuesday 16:30, then 0.5 h until 17:00 and 0.5 h on Wednesday'),
('a week', '{"duration": "P1W", "calendar": "office"}', NULL, '{03-30 10:00 start}', 'sla_at', 'Tue 04-07 09:00 CEST', 'Monday 04-06 is free, so the next opening'),
-- The clock jumps.
('a day over the spring night', '{"duration": "P1D", "calendar": "office"}', NULL, '{03-27 10:00 start}', 'sla_at', 'Mon 03-30 10:00 CEST', 'the same time on the wall'),
('spring night', '{"duration": "PT4H", "calendar": "always"}', NULL, '{03-28 22:00 start}', 'sla_at', 'Sun 03-29 03:00 CEST', '2 h until midnight, 2 h until 02:00, which is 03:00'),
('pause over the spring night', '{"duration": "PT4H", "calendar": "always"}', NULL, '{03-28 22:00 start,03-29 01:00 pause,03-29 04:00 resume}', 'sla_at', 'Sun 03-29 05:00 CEST', '03:00 + 2 h: from 01:00 to 04:00 only 2 h pass'),
('autumn night', '{"duration": "PT4H", "calendar": "always"}', NULL, '{10-24 23:00 start}', 'sla_at', 'Sun 10-25 02:00 CET', '1 h until midnight, 2 h until 02:00, 1 h until 03:00, which is 02:00'),
('pause over the autumn night', '{"duration": "PT4H", "calendar": "always"}', NULL, '{10-24 23:00 start,10-25 01:00 pause,10-25 04:00 resume}', 'sla_at', 'Sun 10-25 06:00 CET', '02:00 + 4 h: from 01:00 to 04:00 4 h pass'),
-- Pauses cost working time only.
('pause inside hours', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume}', 'sla_at', 'Mon 03-02 15:00 CET', '14:00 + 1 h'),
('pause over lunch', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 11:30 pause,03-02 13:30 resume}', 'sla_at', 'Mon 03-02 15:00 CET', '14:00 + 0.5 h before and 0.5 h after lunch'),
('pause at night', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 18:00 pause,03-03 08:00 resume}', 'sla_at', 'Tue 03-03 10:00 CET', 'nobody works from 18:00 to 08:00: + 0'),
('pause over a weekend', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-06 14:00 start,03-06 16:00 pause,03-09 10:00 resume}', 'sla_at', 'Mon 03-09 17:00 CET', '15:00 + 1 h on Friday + 1 h on Monday'),
('pause within a weekend', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-06 14:00 start,03-07 10:00 pause,03-08 20:00 resume}', 'sla_at', 'Mon 03-09 15:00 CET', '15:00 + 0'),
('pause over a holiday', '{"duration": "PT8H", "calendar": "office"}', NULL, '{04-03 14:00 start,04-03 16:00 pause,04-07 10:00 resume}', 'sla_at', 'Tue 04-07 17:00 CEST', '15:00 + 1 h on Friday + 1 h on Tuesday'),
('pause into the next week', '{"duration": "PT2H", "calendar": "office"}', NULL, '{03-06 16:00 start,03-06 16:30 pause,03-06 19:00 resume}', 'sla_at', 'Mon 03-09 10:30 CET', '1 h on Friday and 1 h on Monday is 10:00, + 0.5 h'),
('pauses of all kinds', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 11:00 pause,03-02 14:00 resume,03-02 20:00 pause,03-03 07:00 resume,03-03 09:30 pause,03-03 10:00 resume}', 'sla_at', 'Tue 03-03 13:30 CET', 'Tuesday 10:00, + 1 h + 1 h over lunch, + 0 at night, + 0.5 h: 2 h until 12:00, 0.5 h from 13:00'),
('pause of working days', '{"duration": "P1D", "calendar": "office"}', NULL, '{03-02 10:00 start,03-02 14:00 pause,03-02 16:00 resume}', 'sla_at', 'Tue 03-03 12:00 CET', 'Tuesday 10:00 + 2 h'),
-- Recalculation.
('nothing has changed', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume,03-02 11:30 recalc}', 'answer', 'Mon 03-02 15:00 CET > Mon 03-02 15:00 CET 1h paused', '14:00 + 1 h, both times'),
('override', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 09:30 recalc 10}', 'sla_at', 'Tue 03-03 12:00 CET', '10 h from 09:00: 7 h on Monday, 3 h on Tuesday'),
('override after a pause', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume,03-02 11:30 recalc 10}', 'answer', 'Mon 03-02 15:00 CET > Tue 03-03 14:00 CET 1h paused', 'Tuesday 12:00 + 1 h, which is from 13:00'),
('override, then a pause', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start,03-02 09:30 recalc 1.5,03-02 10:00 pause,03-02 10:15 resume}', 'sla_at', 'Mon 03-02 10:45 CET', '09:00 + 1.5 h + 0.25 h'),
('override taken back', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 09:30 recalc 10,03-02 09:40 recalc}', 'answer', 'Tue 03-03 12:00 CET > Mon 03-02 14:00 CET 0h paused', 'the definition''s 4 h again'),
('recalculated while paused', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 recalc}', 'answer', 'Mon 03-02 15:00 CET > Mon 03-02 15:00 CET 1h paused', 'what a resume at 11:00 would give: 14:00 + 1 h'),
('paused all the same', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 recalc}', 'sla_at', 'none', 'the clock stands still'),
('override while paused', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 recalc 2,03-02 11:30 resume}', 'sla_at', 'Mon 03-02 13:30 CET', '09:00 + 2 h is 11:00, + 1.5 h: 1 h until 12:00, 0.5 h from 13:00'),
('two pauses, recalculated in the second', '{"duration": "PT4H"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 10:30 resume,03-02 11:00 pause,03-02 11:45 recalc 5}', 'answer', 'Mon 03-02 14:15 CET > Mon 03-02 15:15 CET 1.25h paused', '13:00 + 0.5 h + 0.75 h; 14:00 + 1.25 h'),
('a new holiday', '{"duration": "PT9H", "calendar": "shop"}', NULL, '{03-02 09:00 start,03-02 10:00 closed 2026-03-03}', 'sla_at', 'Tue 03-03 10:00 CET', 'what is running keeps its deadline: 8 h on Monday, 1 h on Tuesday'),
('a new holiday, recalculated', '{"duration": "PT9H", "calendar": "shop"}', NULL, '{03-02 09:00 start,03-02 10:00 closed 2026-03-03,03-02 10:00 recalc}', 'sla_at', 'Wed 03-04 10:00 CET', '8 h on Monday, Tuesday is closed now, 1 h on Wednesday'),
('a pause on what is a holiday now', '{"duration": "PT12H", "calendar": "shop"}', NULL, '{03-09 09:00 start,03-10 09:00 pause,03-10 11:00 resume,03-10 12:00 closed 2026-03-10,03-10 12:00 recalc}', 'answer', 'Tue 03-10 15:00 CET > Wed 03-11 13:00 CET 0h paused', '8 h on Monday, 4 h + 2 h on Tuesday; 4 h on Wednesday, for a pause of Tuesday costs nothing now'),
('computed', '{"duration": "$.within"}', NULL, '{"03-02 09:00 start {\"within\": \"PT30M\"}"}', 'sla_at', 'Mon 03-02 09:30 CET', '09:00 + 30 min'),
('computed anew', '{"duration": "$.within"}', NULL, '{03-02 09:00 start,"03-02 10:00 context {\"within\": \"PT6H\"}",03-02 10:00 recalc}', 'answer', 'Mon 03-02 13:00 CET > Mon 03-02 15:00 CET 0h paused', '09:00 + 4 h; 09:00 + 6 h'),
('a moment', '{"duration": "$.within"}', NULL, '{"03-02 09:00 start {\"within\": \"2026-03-04T12:00:00+01:00\"}",03-02 10:00 pause,03-02 12:00 resume}', 'sla_at', 'Wed 03-04 14:00 CET', 'Wednesday 12:00 + 2 h'),
('no rules, but an override', NULL, NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume,03-02 12:00 recalc 8}', 'answer', 'none > Mon 03-02 18:00 CET 1h paused', '09:00 + 8 h + 1 h'),
-- Clocks of states.
('the earlier of two', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 10:00 CET', 'the instance until Tuesday 09:00, its state until 10:00'),
('the earlier of two again', '{"duration": "PT30M"}', '{"duration": "PT1H"}', '{03-02 09:00 start}', 'sla_at', 'Mon 03-02 09:30 CET', 'the instance until 09:30, its state until 10:00'),
('left', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:30 send NEXT}', 'sla_at', 'Tue 03-03 09:00 CET', 'the state''s clock has ended'),
('entered again', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:30 send NEXT,03-02 11:10 send BACK}', 'sla_at', 'Mon 03-02 12:10 CET', 'a new clock: 11:10 + 1 h'),
('left and entered', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:40 send SELF}', 'sla_at', 'Mon 03-02 10:40 CET', '09:40 + 1 h'),
('both paused', '{"duration": "PT3H"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:10 pause,03-02 09:40 resume,03-02 10:00 send NEXT}', 'sla_at', 'Mon 03-02 12:30 CET', 'the instance until 12:00 + 0.5 h'),
('ended', '{"duration": "PT3H"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:10 send END}', 'sla_at', 'none', 'nothing runs any more'),
('override where the state is earlier', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:10 recalc 40}', 'sla_at', 'Mon 03-02 10:00 CET', 'the override is for the instance, its state still has an hour'),
('override of the instance', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:10 recalc 40,03-02 09:20 send NEXT}', 'sla_at', 'Wed 03-04 01:00 CET', 'Monday 09:00 + 40 h'),
('override of the state', NULL, '{"duration": "PT1H"}', '{03-02 09:00 start,03-02 09:10 recalc 3}', 'sla_at', 'Mon 03-02 12:00 CET', '09:00 + 3 h: the instance has no clock of its own'),
-- Warnings.
('warning', '{"duration": "PT4H", "calendar": "office", "warn": 0.5}', NULL, '{03-02 10:00 start}', 'warn_at', 'Mon 03-02 12:00 CET', 'half of 4 h: 10:00 + 2 h'),
('warning after a weekend', '{"duration": "PT10H", "calendar": "office", "warn": 0.8}', NULL, '{03-06 14:00 start}', 'warn_at', 'Mon 03-09 15:00 CET', '8 h of 10 h: 3 h on Friday, 3 h + 2 h on Monday'),
('warning of working days', '{"duration": "P2D", "calendar": "office", "warn": 0.5}', NULL, '{03-02 09:00 start}', 'warn_at', 'Mon 03-02 17:00 CET', 'Wednesday 09:00 is 14 h away, half of it 7 h'),
('warning after a pause', '{"duration": "PT4H", "warn": 0.5}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 10:30 resume}', 'warn_at', 'Mon 03-02 11:30 CET', '09:00 + 2 h + 0.5 h'),
('warned, then a pause', '{"duration": "PT4H", "warn": 0.5}', NULL, '{03-02 09:00 start,03-02 11:00 tick,03-02 11:30 pause,03-02 12:00 resume}', 'next_at', 'Mon 03-02 13:30 CET', 'warned at 11:00; next is the deadline, 13:00 + 0.5 h'),
('warned, then more time', '{"duration": "PT4H", "warn": 0.5}', NULL, '{03-02 09:00 start,03-02 11:00 tick,03-02 11:30 recalc 8}', 'next_at', 'Mon 03-02 13:00 CET', 'half of 8 h lies ahead again: 09:00 + 4 h'),
-- After the breach.
('second rung', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 10:00 tick}', 'next_at', 'Mon 03-02 12:00 CET', 'by default the owner''s manager hears 2 h after 10:00'),
('third rung', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 12:00 tick}', 'next_at', 'Mon 03-02 16:00 CET', 'and operations 6 h after it'),
('last rung', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 16:00 tick}', 'next_at', 'none', 'all have heard'),
('rung in working hours', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-06 13:00 start,03-06 17:00 tick}', 'next_at', 'Mon 03-09 11:00 CET', 'Friday 17:00 + 2 h'),
('rung after a pause', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 10:00 tick,03-02 10:30 pause,03-02 11:15 resume}', 'next_at', 'Mon 03-02 12:45 CET', '12:00 + 0.75 h'),
('breached, then more time', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 10:05 tick,03-02 10:30 recalc 4}', 'next_at', 'Mon 03-02 13:00 CET', '09:00 + 4 h can be breached again'),
('breached, then too little more', '{"duration": "PT1H"}', NULL, '{03-02 09:00 start,03-02 10:45 tick,03-02 10:45 recalc 1.5}', 'next_at', 'Mon 03-02 12:30 CET', 'still late at 10:30; the next rung is 2 h after it'),
-- What the view says.
('elapsed', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume,03-03 09:30 look}', 'elapsed', '06:30:00', '7 h on Monday - 1 h paused + 0.5 h on Tuesday'),
('remaining', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-02 11:00 resume,03-03 09:30 look}', 'remaining', '01:30:00', 'from 09:30 to 10:00 + 1 h'),
('elapsed in a pause', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-03 12:00 look}', 'elapsed', '01:00:00', 'stands still at 10:00'),
('remaining in a pause', '{"duration": "PT8H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-02 10:00 pause,03-03 12:00 look}', 'remaining', '07:00:00', '8 h - 1 h'),
('overdue', '{"duration": "PT4H", "calendar": "office"}', NULL, '{03-02 09:00 start,03-03 10:00 tick}', 'remaining', '-04:00:00', 'from 14:00 to 17:00 3 h, from 09:00 to 10:00 1 h');
INSERT INTO cases (name, root, a, b, script, ask, expected, arithmetic) VALUES
('a state after a state', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{"duration": "PT2H"}', '{03-02 09:00 start,03-02 09:30 send NEXT}', 'sla_at', 'Mon 03-02 11:30 CET', '09:30 + 2 h'),
('paused before it was entered', '{"duration": "P1D"}', '{"duration": "PT1H"}', '{"duration": "PT2H"}', '{03-02 09:00 start,03-02 09:10 pause,03-02 09:40 resume,03-02 09:50 send NEXT}', 'sla_at', 'Mon 03-02 11:50 CET', '09:50 + 2 h: the pause was the other state''s'),
('each in its own calendar', '{"duration": "PT30H"}', '{"duration": "PT1H"}', '{"duration": "PT2H", "calendar": "office"}', '{03-02 09:00 start,03-02 16:00 send NEXT,03-02 16:30 pause,03-02 18:30 resume}', 'sla_at', 'Tue 03-03 10:30 CET', '1 h on Monday and 1 h on Tuesday is 10:00, + 0.5 h'),
('each in its own calendar, the other', '{"duration": "PT24H"}', '{"duration": "PT1H"}', '{"duration": "PT7H", "calendar": "office"}', '{03-02 09:00 start,03-02 16:00 send NEXT,03-02 16:30 pause,03-02 18:30 resume}', 'sla_at', 'Tue 03-03 11:00 CET', 'the instance: Tuesday 09:00 + 2 h; its state: 16:00 + 0.5 h');

-- One clock per case but in the cases of states, where sla_at is asked.
CREATE FUNCTION pg_temp.asked(name text, ask text, answer text) RETURNS text
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE ask
        WHEN 'answer' THEN answer
        WHEN 'sla_at' THEN pg_temp.shown(i.sla_at)
        WHEN 'warn_at' THEN pg_temp.shown(s.warn_at)
        WHEN 'next_at' THEN pg_temp.shown(s.next_at)
        WHEN 'elapsed' THEN s.elapsed::text
        WHEN 'remaining' THEN s.remaining::text
    END
    FROM wf_instances_view AS i LEFT JOIN wf_sla_view AS s USING (instance_id)
    WHERE i.instance_key = asked.name
    LIMIT 1;
END;
CREATE FUNCTION pg_temp.outcome(c cases) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    PERFORM wf_set_calendar('shop', 'Europe/Vienna', '{"mon-fri": "09:00-17:00"}');
    answer := pg_temp.run(c.name, c.root, c.a, c.b, c.script);
    RETURN pg_temp.asked(c.name, c.ask, answer);
END $$;
CREATE TEMP TABLE outcomes AS SELECT c.*, pg_temp.outcome(c) AS got FROM cases AS c ORDER BY number;
\pset format unaligned
\pset fieldsep ' | '
SELECT name, ask, got, arithmetic FROM outcomes ORDER BY number;
-- None of these, and how many there are.
SELECT name, ask, got, expected FROM outcomes WHERE got IS DISTINCT FROM expected;
SELECT count(*) >= 25 AS enough, count(DISTINCT name) = count(*) AS each_once FROM outcomes;
-- A deadline that the row holds is the earliest of its clocks, and a paused instance has none.
SELECT count(*) FROM wf_instances_view AS i
WHERE i.sla_at IS DISTINCT FROM (
    SELECT min(s.target_at) FROM wf_sla_view AS s WHERE s.instance_id = i.instance_id AND s.ended_at IS NULL AND NOT s.paused
);
