-- Driving the scheduler from SQL: by hand, by pg_cron, by anything that can call a procedure.

CREATE VIEW wf_scheduler_runs_view WITH (security_invoker = true) AS
SELECT
    r.id          AS scheduler_run_id,
    r.organization_id,
    r.started_at,
    r.duration_ms AS run_duration_ms,
    r.driver,
    r.timers_fired,
    r.timers_failed,
    r.effects_run,
    r.leases_expired,
    r.messages_delivered,
    r.schedules_run,
    r.instances_escalated,
    r.tasks_escalated,
    r.instances_purged
FROM wf.scheduler_run AS r;
COMMENT ON VIEW wf_scheduler_runs_view IS
    'The last 1,000 runs of the scheduler that did anything; organization_id is NULL where a run served all.';

-- Neither a SET clause nor SECURITY DEFINER: a procedure with one of them cannot commit. So every name says its schema.
CREATE PROCEDURE wf_scheduler_run(
    max_duration    interval DEFAULT '59 seconds',
    organization_id uuid     DEFAULT NULL
)
LANGUAGE plpgsql
AS $procedure$
DECLARE
    deadline pg_catalog.timestamptz := pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) $1;
    pause    double precision;
    report   record;
BEGIN
    IF deadline IS NULL OR $1 OPERATOR(pg_catalog.<) interval '0' THEN
        PERFORM wf.raise('INVALID_DURATION', pg_catalog.format('max_duration is %s', COALESCE($1::pg_catalog.text, 'NULL')), NULL,
            'CALL wf_scheduler_run(''59 seconds'').');
    END IF;
    LOOP
        -- Whatever the session's default: a batch must see what others commit.
        COMMIT;
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SELECT t.timers_fired OPERATOR(pg_catalog.+) t.effects_run OPERATOR(pg_catalog.+) t.instances_escalated
            OPERATOR(pg_catalog.+) t.tasks_escalated AS done, t.next_run_at
        INTO report
        FROM @extschema@.wf_scheduler_tick(organization_id => $2) AS t;
        COMMIT;
        pause := EXTRACT(epoch FROM deadline OPERATOR(pg_catalog.-) pg_catalog.clock_timestamp());
        EXIT WHEN pause OPERATOR(pg_catalog.<=) 0::double precision;
        IF report.done OPERATOR(pg_catalog.=) 0 THEN
            -- Nothing wakes a session: it looks once a second, and when it knows that something falls due.
            pause := LEAST(pause, 1, COALESCE(EXTRACT(epoch FROM report.next_run_at OPERATOR(pg_catalog.-) wf.now()), 1));
            PERFORM pg_catalog.pg_sleep(GREATEST(pause, 0.01));
        END IF;
    END LOOP;
END
$procedure$;

CREATE FUNCTION wf_enable_cron(organization_id uuid DEFAULT NULL) RETURNS TABLE (job_id bigint, schedule text, command text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        PERFORM wf.raise('INVALID_ARGUMENT', 'pg_cron is not installed in this database', NULL,
            'Install it (shared_preload_libraries = ''pg_cron'', cron.database_name, CREATE EXTENSION pg_cron), or preload pg_workflow, whose background worker needs no cron.');
    END IF;
    schedule := '* * * * *';
    command := pg_catalog.format('CALL %I.wf_scheduler_run(''59 seconds''%s)', '@extschema@', ', ' || pg_catalog.quote_literal($1));
    job_id := cron.schedule(pg_catalog.concat_ws(' ', 'pg_workflow', $1), schedule, command);
    RETURN NEXT;
END
$function$;

CREATE FUNCTION wf_disable_cron(organization_id uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    job record;
    was_enabled boolean := false;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        RETURN false;
    END IF;
    FOR job IN SELECT j.jobid FROM cron.job AS j WHERE j.jobname = pg_catalog.concat_ws(' ', 'pg_workflow', $1) LOOP
        PERFORM cron.unschedule(job.jobid);
        was_enabled := true;
    END LOOP;
    RETURN was_enabled;
END
$function$;
