-- Definitions and the settings that say what their names mean.

CREATE TABLE wf.organization (
    organization_id uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT idx_wf_organizations PRIMARY KEY (organization_id)
);
COMMENT ON TABLE wf.organization IS
    'The organizations that hold anything. Organization zero (all zeros) holds what is shared, and everything in a database without tenants.';

CREATE TABLE wf.definition (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    code            text        NOT NULL,
    version         integer     NOT NULL,
    is_current      boolean     NOT NULL,
    owner_role      regrole     NOT NULL,
    search_path     text        NOT NULL,
    created_at      timestamptz NOT NULL,
    created_by      text,
    hash            bytea       NOT NULL,
    document        json        NOT NULL,
    CONSTRAINT idx_wf_definitions PRIMARY KEY (organization_id, id),
    CONSTRAINT idx_wf_definitions_version UNIQUE (organization_id, code, version),
    CONSTRAINT idx_wf_definitions_hash UNIQUE (organization_id, code, hash)
);
-- wf_start looks up the current version by code.
CREATE UNIQUE INDEX idx_wf_definitions_current ON wf.definition (organization_id, code) WHERE is_current;
COMMENT ON TABLE wf.definition IS 'Immutable versions of definitions. Only is_current ever changes.';
COMMENT ON COLUMN wf.definition.document IS 'As given to wf_define; json, because the order of its keys decides between transitions.';
COMMENT ON COLUMN wf.definition.hash IS 'SHA-256 of the document without insignificant white space.';
COMMENT ON COLUMN wf.definition.owner_role IS 'Who defined it: guards and values that are SQL functions run with the rights of this role.';
COMMENT ON COLUMN wf.definition.search_path IS 'The search_path in force at wf_define, pg_temp last: guards and values that are SQL functions run with it.';

CREATE TABLE wf.guard (
    organization_id uuid        NOT NULL,
    code            text        NOT NULL,
    function        text        NOT NULL,
    owner_role      regrole     NOT NULL,
    search_path     text        NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT idx_wf_guards PRIMARY KEY (organization_id, code)
);
COMMENT ON TABLE wf.guard IS 'The SQL functions behind guard codes; function is a signature as regprocedure prints it.';

CREATE TABLE wf.schedule (
    organization_id  uuid        NOT NULL,
    name             text        NOT NULL,
    cron             text        NOT NULL,
    time_zone        text        NOT NULL,
    definition_code  text        NOT NULL,
    input            jsonb,
    misfire          text        NOT NULL CHECK (misfire IN ('fire_once', 'skip', 'all')),
    overlap          text        NOT NULL CHECK (overlap IN ('skip', 'buffer', 'allow')),
    next_run_at      timestamptz,
    last_run_at      timestamptz,
    last_instance_id uuid,
    buffered_for     timestamptz,
    last_skipped_at  timestamptz,
    last_error_at    timestamptz,
    last_error       text,
    created_at       timestamptz NOT NULL,
    created_by       text,
    CONSTRAINT idx_wf_schedules PRIMARY KEY (organization_id, name)
);
CREATE INDEX idx_wf_schedules_due ON wf.schedule (next_run_at) WHERE next_run_at IS NOT NULL;
-- Starts that wait for the end of the instance before.
CREATE INDEX idx_wf_schedules_buffered ON wf.schedule (buffered_for) WHERE buffered_for IS NOT NULL;
COMMENT ON TABLE wf.schedule IS 'Instances that start by the clock. Every moment is one of the cron expression, whenever it is worked on.';
COMMENT ON COLUMN wf.schedule.next_run_at IS 'NULL where no moment comes any more, or where the expression cannot be read.';
COMMENT ON COLUMN wf.schedule.buffered_for IS 'The moment whose start waits until last_instance_id has ended.';

CREATE TABLE wf.calendar (
    organization_id uuid        NOT NULL,
    code            text        NOT NULL,
    time_zone       text        NOT NULL,
    working_hours   jsonb       NOT NULL,
    holidays        jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    updated_by      text,
    CONSTRAINT idx_wf_calendars PRIMARY KEY (organization_id, code)
);
COMMENT ON TABLE wf.calendar IS 'Working hours and holidays that service levels, task due dates and timers can count by.';
COMMENT ON COLUMN wf.calendar.working_hours IS 'Weekdays and their hours, as given: {"mon-fri": ["09:00-12:00", "13:00-17:00"]}.';
COMMENT ON COLUMN wf.calendar.holidays IS 'Days off, as given: ["2026-12-24", "12-25", {"date", "hours", "name"}].';
