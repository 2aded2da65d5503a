-- Switches that stop new instances. A row is never changed but for is_current: what was set before is the audit trail.

CREATE TABLE wf.feature_flag (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    definition_code text        NOT NULL,
    is_global       boolean     NOT NULL,
    is_current      boolean     NOT NULL,
    enabled         boolean     NOT NULL,
    reason          text,
    set_by          text,
    database_role   text        NOT NULL,
    set_at          timestamptz NOT NULL,
    CONSTRAINT idx_wf_feature_flags PRIMARY KEY (organization_id, id)
);
-- wf_start asks it: no page of the table is read while nothing is stopped.
CREATE UNIQUE INDEX idx_wf_feature_flags_current ON wf.feature_flag (organization_id, is_global, definition_code)
    WHERE is_current;
COMMENT ON TABLE wf.feature_flag IS
    'Switches that stop new instances of a definition code, and every switch that was in force before.';
COMMENT ON COLUMN wf.feature_flag.definition_code IS 'ALL for every code: the emergency stop.';
COMMENT ON COLUMN wf.feature_flag.is_global IS
    'It holds for every organization; such a row belongs to organization zero, whose own flags are not global.';
COMMENT ON COLUMN wf.feature_flag.is_current IS 'In force; false once another was set in its place.';
COMMENT ON COLUMN wf.feature_flag.database_role IS 'The database role that called; set_by is a claim of the application.';
