-- Business calendars, as users see them.

CREATE VIEW wf_calendars_view WITH (security_invoker = true) AS
SELECT
    c.organization_id,
    c.code,
    c.time_zone,
    c.working_hours,
    c.holidays,
    c.created_at,
    c.updated_at,
    c.updated_by
FROM wf.calendar AS c;
COMMENT ON VIEW wf_calendars_view IS
    'Working hours and holidays by which service levels, task due dates and timers count. Those of organization zero are shared.';

ALTER FUNCTION wf_set_calendar ROWS 1;
COMMENT ON FUNCTION wf_set_calendar IS
'Stores a business calendar in place of the one with its code. time_zone is a name of the system''s zone database; working_hours maps weekdays (mon to sun, or a range) to hours of the wall clock: {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": "10:00-12:00"}; days that are not named are free. holidays is an array of days: "2026-12-24", "12-25" for every year, or {"date", "hours", "name"} for a day with hours of its own. Named in calendar of an sla, an after or a task, it is looked up in the instance''s organization, then among the shared ones; what is running keeps its moment until wf_sla_recalc. Answers code, weekly_hours (of a week without a holiday) and created. Errors: INVALID_CALENDAR with every mistake and its place, INVALID_ARGUMENT, ORGANIZATION_REQUIRED, PAYLOAD_TOO_LARGE.';
