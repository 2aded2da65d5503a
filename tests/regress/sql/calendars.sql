-- Business calendars: setting, mistakes, lookup, and delays that count in them.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-06 15:00+00';

-- A definition may name a calendar that is still to come; what needs it says so.
SELECT pointer, severity, code, message FROM wf_validate('{"id": "letter", "initial": "open", "sla": {"duration": "P1D", "calendar": "office"}, "states": {
    "open": {"sla": {"duration": "PT1H", "calendar": "desk"},
        "invoke": {"src": "wf.task", "input": {"title": "Answer", "assignee_role": "clerk", "due": "PT4H", "calendar": "desk"}, "onDone": "done"},
        "after": {"PT8H": [{"target": "late", "guard": "$.n == 1", "calendar": "office"}, {"target": "late"}]}},
    "late": {"on": {"GO": "done"}}, "done": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "letter", "initial": "open", "states": {"open": {"after": {"PT8H": {"target": "late", "calendar": "office"}}}, "late": {"type": "final"}}}');
CALL pg_temp.try($$SELECT wf_start('letter')$$);

-- Every mistake at once, each with its place.
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'Europe/Wien', '{"mon": ["9-17", "17:00-09:00"], "tue": ["09:00-12:00", "11:00-13:00"], "mon-wed": [], "someday": "09:00-17:00", "sun": 8}',
    '["2026-02-30", {"date": "12-25", "open": true}, {"name": "x"}, 7]')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'UTC', '{"mon": []}')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'UTC', '["mon"]', '{"2026-12-24": true}')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar(NULL, 'UTC', '{"mon": "09:00-17:00"}')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar(' ', 'UTC', '{"mon": "09:00-17:00"}')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', NULL, '{"mon": "09:00-17:00"}')$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'UTC', NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'UTC', '{"mon": "09:00-17:00"}', NULL)$$);
SELECT count(*) FROM wf_calendars_view;

-- Set, and set again in its place.
SET app.current_user_id = 'anna';
SELECT * FROM wf_set_calendar('office', 'Europe/Vienna', '{"Monday-Friday": "08:00-16:00", "sat": ["9:00-12:00"]}');
SET pg_workflow.fake_now = '2026-03-06 16:00+00';
SELECT * FROM wf_set_calendar('office', 'Europe/Vienna', '{"mon-fri": ["09:00-12:00", "13:00-17:00"]}', '["2026-04-06", "12-25", {"date": "2026-12-24", "hours": ["09:00-12:00"], "name": "Christmas Eve"}]');
SELECT code, time_zone, working_hours, holidays, created_at, updated_at, updated_by FROM wf_calendars_view;
RESET app.current_user_id;

-- A delay of 8 hours from Friday 17:00 in Vienna ends on Tuesday at 10:00; a pause from Monday 08:00 to 11:00 costs 2 of them.
SELECT pointer, code FROM wf_validate('{"id": "letter", "initial": "open", "states": {"open": {"after": {"PT8H": {"target": "late", "calendar": "office"}}}, "late": {"type": "final"}}}');
SELECT wf_start('letter', instance_key => 'l') IS NOT NULL AS started;
SELECT timer_name, fire_at FROM wf_timers_view;
SET pg_workflow.fake_now = '2026-03-09 07:00+00';
SELECT paused FROM wf_pause(pg_temp.id('l'));
SET pg_workflow.fake_now = '2026-03-09 10:00+00';
SELECT paused FROM wf_resume(pg_temp.id('l'));
SELECT timer_name, fire_at, timer_status FROM wf_timers_view;
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-10 11:00+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT current_state FROM wf_instances_view WHERE instance_key = 'l';
-- A moment is a moment, whatever calendar is named.
SELECT code FROM wf_define('{"id": "moment", "initial": "open", "context": {"at": "2026-03-14T12:00:00Z"}, "states": {"open": {"after": {"$.at": {"target": "late", "calendar": "office"}}}, "late": {"type": "final"}}}');
SELECT wf_start('moment') IS NOT NULL AS started;
SELECT timer_name, fire_at FROM wf_timers_view WHERE timer_status = 'PENDING';

-- A simulation counts the same, and a delay that a calendar cannot reach is an error with a name.
SELECT step, event, state, status, actions FROM wf_simulate('{"id": "s", "initial": "open", "states": {"open": {"after": {"PT8H": {"target": "late", "calendar": "office"}}}, "late": {"after": {"P1D": {"target": "done", "calendar": "office"}}}, "done": {"type": "final"}}}',
    '[{"after": "P7D"}]', start_at => '2026-03-06 16:00+00');
SELECT step, event, state, status, taken FROM wf_simulate('{"id": "s", "initial": "open", "states": {"open": {"after": {"PT8H": {"target": "late", "calendar": "nowhere"}}}, "late": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "aeon", "initial": "open", "states": {"open": {"after": {"PT800000H": {"target": "late", "calendar": "office"}}}, "late": {"type": "final"}}}');
CALL pg_temp.try($$SELECT wf_start('aeon')$$);

-- An organization's own calendar comes before the shared one; another organization's is no calendar.
SELECT code FROM wf_define('{"id": "shared", "initial": "open", "states": {"open": {"after": {"PT1H": {"target": "late", "calendar": "office"}}}, "late": {"type": "final"}}}');
SELECT code, weekly_hours FROM wf_set_calendar('office', 'UTC', '{"sun": "10:00-18:00"}', organization_id => '00000000-0000-0000-0000-00000000000a');
SELECT code, weekly_hours FROM wf_set_calendar('desk', 'UTC', '{"sun": "10:00-18:00"}', organization_id => '00000000-0000-0000-0000-00000000000a');
SELECT wf_start('shared', instance_key => 'own', organization_id => '00000000-0000-0000-0000-00000000000a') IS NOT NULL AS started;
SELECT wf_start('shared', instance_key => 'other', organization_id => '00000000-0000-0000-0000-00000000000b') IS NOT NULL AS started;
SELECT i.instance_key, t.fire_at FROM wf_timers_view AS t JOIN wf_instances_view AS i USING (instance_id) WHERE i.definition_code = 'shared' ORDER BY i.instance_key;
SELECT code FROM wf_define('{"id": "desk", "initial": "open", "sla": {"duration": "PT1H", "calendar": "desk"}, "states": {"open": {"on": {"GO": "done"}}, "done": {"type": "final"}}}', organization_id => '00000000-0000-0000-0000-000000000000');
CALL pg_temp.try($$SELECT wf_start('desk', organization_id => '00000000-0000-0000-0000-00000000000b')$$);
SELECT wf_start('desk', organization_id => '00000000-0000-0000-0000-00000000000a') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT * FROM wf_set_calendar('office', 'UTC', '{"sun": "10:00-18:00"}')$$);

-- Files that come later expect no organization.
CALL pg_temp.wipe();
