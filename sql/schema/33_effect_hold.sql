-- Codes of effects that an operator holds back. Rows stay when a hold ends, as its record.
CREATE TABLE wf.effect_hold (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    held_at         timestamptz NOT NULL,
    released_at     timestamptz,
    pattern         text        NOT NULL,
    reason          text,
    held_by         text,
    held_as         text        NOT NULL,
    released_by     text,
    released_as     text,
    CONSTRAINT idx_wf_effect_holds PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX idx_wf_effect_holds_open ON wf.effect_hold (organization_id, pattern) WHERE released_at IS NULL;
COMMENT ON TABLE wf.effect_hold IS 'Codes whose effects are given to nobody, and the record of such holds.';
COMMENT ON COLUMN wf.effect_hold.organization_id IS 'Whose effects; organization zero: those of all.';
COMMENT ON COLUMN wf.effect_hold.pattern IS 'A code; PREFIX.* for every code that begins so; * for all.';
COMMENT ON COLUMN wf.effect_hold.released_at IS 'When it ended; NULL while it holds.';
COMMENT ON COLUMN wf.effect_hold.held_by IS 'Who, as the application says; held_as is the database role.';
