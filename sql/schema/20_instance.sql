-- Instances, their history and their searchable values.

-- The hot row. A transition changes state, seq, updated_at and context, so no index and no index predicate names
-- one of these four: every transition stays a heap-only update (HOT). Measured on PostgreSQL 15: 777 bytes of WAL per
-- transition without an index on the state, 1,388 with one; 44-55 % more transitions/s at 16 clients.
-- No CHECK on status: the server parses a check again for every statement that writes, 13 % of firing a timer together
-- with those of wf.timer; only the engine writes here.
-- context comes last and wide values are null when unused, so that the row stays narrow.
CREATE TABLE wf.instance (
    organization_id    uuid        NOT NULL,
    id                 uuid        NOT NULL,
    definition_id      uuid        NOT NULL,
    seq                bigint      NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    definition_version integer     NOT NULL,
    definition_code    text        NOT NULL,
    status             text        NOT NULL,
    state              text        NOT NULL,
    paused_at          timestamptz,
    sla_at             timestamptz,
    parent_id          uuid,
    parent_effect_id   uuid,
    instance_key       text,
    correlation_key    text,
    owner_team         text,
    owner_user_id      text,
    subject            jsonb,
    history            text,
    output             jsonb,
    error              jsonb,
    context            jsonb       NOT NULL,
    CONSTRAINT idx_wf_instances PRIMARY KEY (organization_id, id)
) WITH (
    fillfactor = 60,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.02
);
-- wf_start with an instance_key.
CREATE UNIQUE INDEX idx_wf_instances_key ON wf.instance (organization_id, definition_code, instance_key)
    WHERE instance_key IS NOT NULL;
-- Lists. A final state changes the status once in the life of an instance.
CREATE INDEX idx_wf_instances_org_state ON wf.instance (organization_id, status, created_at);
-- The newest of all, and those of a day: lists and the daily checks. Only a start writes here, always at the right end.
CREATE INDEX idx_wf_instances_created ON wf.instance (created_at, id);
-- Overdue instances, time first.
CREATE INDEX idx_wf_instances_sla ON wf.instance (sla_at) WHERE status = 'active' AND sla_at IS NOT NULL;
-- Messages by correlation key.
CREATE INDEX idx_wf_instances_correlation ON wf.instance (organization_id, correlation_key)
    WHERE correlation_key IS NOT NULL;
-- Children of an instance.
CREATE INDEX idx_wf_instances_parent ON wf.instance (organization_id, parent_id) WHERE parent_id IS NOT NULL;
-- Instances of a business object.
CREATE INDEX idx_wf_instances_subject ON wf.instance (organization_id, (subject ->> 'entity_id'))
    WHERE subject IS NOT NULL;
COMMENT ON TABLE wf.instance IS 'One row per instance: where it is, in which version of its definition.';
COMMENT ON COLUMN wf.instance.parent_effect_id IS 'The effect of the parent (an invoke of wf.workflow) that this instance answers.';
COMMENT ON COLUMN wf.instance.state IS 'Full paths of the active atomic states in document order, joined by one space.';
COMMENT ON COLUMN wf.instance.sla_at IS 'The earliest deadline of the clocks in wf.sla; NULL while the instance is paused.';
COMMENT ON COLUMN wf.instance.seq IS 'The number of steps so far; the last step has this seq.';
COMMENT ON COLUMN wf.instance.history IS 'What history states remember: {"path": ["path", ...]} as JSON text; NULL when nothing.';

-- The append-only log. line_code is the instance''s id and the caller''s idempotency key: a key is unique per instance.
CREATE TABLE wf.step (
    organization_id uuid        NOT NULL,
    instance_id     uuid        NOT NULL,
    seq             bigint      NOT NULL,
    id              uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    duration_ms     real,
    kind            text        NOT NULL,
    status          text        NOT NULL,
    from_state      text,
    to_state        text        NOT NULL,
    event           text,
    actor_user_id   text,
    actor_role      text,
    database_role   text        NOT NULL,
    line_code       text,
    note            text,
    effects_queued  text[],
    guards          jsonb,
    payload         jsonb,
    detail          jsonb,
    CONSTRAINT idx_wf_steps_instance PRIMARY KEY (organization_id, instance_id, seq)
) WITH (
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);
CREATE UNIQUE INDEX idx_wf_steps_line_code ON wf.step (organization_id, line_code) WHERE line_code IS NOT NULL;
COMMENT ON TABLE wf.step IS 'Everything that happened to an instance, one seq each, never changed.';
COMMENT ON COLUMN wf.step.kind IS 'start, transition, timer, cancel, set_timer, cancel_timer, ...';
COMMENT ON COLUMN wf.step.status IS 'The instance''s status after the step.';
COMMENT ON COLUMN wf.step.duration_ms IS 'Milliseconds that the engine took for the step, without the caller''s commit.';
COMMENT ON COLUMN wf.step.guards IS '[{"guard", "result": true | false | null}] in the order of their evaluation.';
COMMENT ON COLUMN wf.step.detail IS 'What else the step recorded: logs, paths that found nothing, transitions taken, facts of an administrative action.';
COMMENT ON COLUMN wf.step.database_role IS 'The database role that called; actor_user_id and actor_role are claims of the application.';

-- Searchable values of running instances, written when a value changes and removed at the end.
CREATE TABLE wf.search (
    organization_id uuid NOT NULL,
    definition_code text NOT NULL,
    key             text NOT NULL,
    value           text NOT NULL,
    instance_id     uuid NOT NULL,
    CONSTRAINT idx_wf_search PRIMARY KEY (organization_id, definition_code, key, value, instance_id)
);
COMMENT ON TABLE wf.search IS 'The values that a definition''s search keys have in its running instances, as text.';
