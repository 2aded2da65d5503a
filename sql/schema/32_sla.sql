-- Service levels. A cold table beside the hot row: definitions without one never touch it.

-- One clock: of the whole instance, or of a state from its entry until it is left. A clock that ends in time is deleted,
-- one that was breached stays.
CREATE TABLE wf.sla (
    organization_id uuid        NOT NULL,
    instance_id     uuid        NOT NULL,
    id              uuid        NOT NULL,
    started_at      timestamptz NOT NULL,
    target_at       timestamptz NOT NULL,
    warn_at         timestamptz,
    warned_at       timestamptz,
    breached_at     timestamptz,
    next_at         timestamptz,
    ended_at        timestamptz,
    paused_micros   bigint      NOT NULL,
    override_hours  double precision,
    rungs           integer     NOT NULL,
    state           text,
    calendar        text,
    last_error      text,
    CONSTRAINT idx_wf_slas PRIMARY KEY (organization_id, instance_id, id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- The scheduler's scan: what is due, oldest first.
CREATE INDEX idx_wf_slas_due ON wf.sla (next_at, id) WHERE next_at IS NOT NULL;
-- The same by organization: while one has a backlog, organizations take turns.
CREATE INDEX idx_wf_slas_org_due ON wf.sla (organization_id, next_at, id) WHERE next_at IS NOT NULL;
COMMENT ON TABLE wf.sla IS 'The clocks of service levels: those that run, and those that were breached.';
COMMENT ON COLUMN wf.sla.state IS 'The state that the clock belongs to; NULL for the whole instance.';
COMMENT ON COLUMN wf.sla.target_at IS 'The deadline, with the time spent paused; during a pause as it was when that began.';
COMMENT ON COLUMN wf.sla.paused_micros IS 'Microseconds spent paused, working time where a calendar counts; without a pause that lasts.';
COMMENT ON COLUMN wf.sla.next_at IS 'The next warning, breach or rung; NULL during a pause, and where nothing more comes.';
COMMENT ON COLUMN wf.sla.breached_at IS 'The deadline that was missed. The step that records it says when that was noticed.';
COMMENT ON COLUMN wf.sla.rungs IS 'Rungs of the ladder that are behind.';
COMMENT ON COLUMN wf.sla.override_hours IS 'The duration that wf_sla_recalc gave it in place of the definition''s.';
COMMENT ON COLUMN wf.sla.last_error IS 'Why its last warning, breach or rung could not be worked on; it is tried again.';
