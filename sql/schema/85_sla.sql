-- Service levels, as users see them.

-- One row per clock that runs or was breached. During a pause its time stands still at the beginning of the pause.
CREATE VIEW wf_sla_view WITH (security_invoker = true) AS
SELECT
    s.organization_id,
    s.instance_id,
    i.definition_code,
    s.state,
    s.calendar,
    s.started_at,
    s.target_at,
    (wf.working_time(s.organization_id, s.calendar, s.started_at, t.at) - s.paused_micros) * interval '1 microsecond' AS elapsed,
    wf.working_time(s.organization_id, s.calendar, t.at, s.target_at) * interval '1 microsecond' AS remaining,
    s.paused_micros * interval '1 microsecond' AS time_paused,
    s.ended_at IS NULL AND i.paused_at IS NOT NULL AS paused,
    s.warn_at,
    s.warned_at,
    s.breached_at,
    s.rungs AS escalations,
    s.next_at,
    s.ended_at,
    s.override_hours,
    s.last_error
FROM wf.sla AS s
JOIN wf.instance AS i ON i.organization_id = s.organization_id AND i.id = s.instance_id
-- A clock may have begun during a pause.
CROSS JOIN LATERAL (
    SELECT COALESCE(s.ended_at, CASE WHEN i.paused_at IS NOT NULL THEN GREATEST(i.paused_at, s.started_at) END, wf.now())
) AS t (at);
COMMENT ON VIEW wf_sla_view IS
    'The clocks of service levels: those that run, and those that were breached. Times are working time where a calendar is named.';
COMMENT ON COLUMN wf_sla_view.state IS 'The state that the clock belongs to; NULL for the whole instance.';
COMMENT ON COLUMN wf_sla_view.target_at IS 'The deadline; during a pause as it was when that began.';
COMMENT ON COLUMN wf_sla_view.elapsed IS 'From the start until now, or until the clock ended, without the time spent paused.';
COMMENT ON COLUMN wf_sla_view.remaining IS 'Until the deadline; negative where it has passed.';
COMMENT ON COLUMN wf_sla_view.time_paused IS 'Spent in pauses that have ended.';
COMMENT ON COLUMN wf_sla_view.breached_at IS 'The deadline that was missed, once that was recorded.';
COMMENT ON COLUMN wf_sla_view.escalations IS 'Rungs of the ladder that are behind.';
COMMENT ON COLUMN wf_sla_view.next_at IS 'The next warning, breach or rung; NULL during a pause, and where nothing more comes.';

ALTER FUNCTION wf_sla_recalc ROWS 1;
COMMENT ON FUNCTION wf_sla_recalc IS
'Counts the deadlines of an instance anew, from where their clocks began, with the time spent paused added: by the definition, with the calendar and the context as they are now; or with sla_override_hours (above 0, in working hours where the sla names a calendar) in place of the duration of the instance''s own clock, or of its states'' clocks where it has none. An instance without any clock gets one from its start. A deadline that lies ahead again can be warned of and breached again. Answers instance_id, previous_sla_at and new_sla_at (the earliest deadline; during a pause what a resume at once would give), pause_time_hours (spent paused by that clock, in its calendar) and sla_recalc_at. Leaves a step. Errors: NO_SLA_RULES where nothing limits the time and no override was given, INVALID_SLA_OVERRIDE, INSTANCE_NOT_FOUND, INSTANCE_FINALIZED.';
COMMENT ON FUNCTION wf.working_time IS 'Microseconds between two moments, in the working time of a calendar where one is named.';
