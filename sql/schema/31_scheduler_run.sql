-- What the scheduler did. The engine keeps the last 1,000 runs that did anything.
CREATE TABLE wf.scheduler_run (
    id                 uuid             NOT NULL,
    organization_id    uuid,
    started_at         timestamptz      NOT NULL,
    duration_ms        double precision NOT NULL,
    driver             text             NOT NULL CHECK (driver IN ('worker', 'call')),
    timers_fired       integer          NOT NULL,
    timers_failed      integer          NOT NULL,
    effects_run        integer          NOT NULL,
    leases_expired     integer          NOT NULL,
    messages_delivered integer          NOT NULL,
    schedules_run      integer          NOT NULL,
    instances_escalated integer         NOT NULL,
    tasks_escalated    integer          NOT NULL,
    instances_purged   integer          NOT NULL,
    CONSTRAINT idx_wf_scheduler_runs PRIMARY KEY (id)
);
COMMENT ON TABLE wf.scheduler_run IS 'What the scheduler did, the last 1,000 times that it did anything.';
COMMENT ON COLUMN wf.scheduler_run.organization_id IS 'The organization that the run was confined to; NULL for all.';
COMMENT ON COLUMN wf.scheduler_run.driver IS 'worker: a background worker; call: wf_scheduler_tick or wf_scheduler_run.';
