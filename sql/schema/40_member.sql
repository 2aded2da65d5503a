-- Who may do what.

CREATE TABLE wf.member (
    role            regrole     NOT NULL,
    organization_id uuid,
    capability      text        NOT NULL CHECK (capability IN ('viewer', 'participant', 'worker', 'operator', 'admin')),
    granted_by      text        NOT NULL,
    granted_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX idx_wf_members ON wf.member (role, organization_id, capability);
CREATE UNIQUE INDEX idx_wf_members_everywhere ON wf.member (role, capability) WHERE organization_id IS NULL;
COMMENT ON TABLE wf.member IS 'Which database role may do what in which organization (NULL: in all).';

-- Whoever writes here, a restore included: every backend reads its rights again.
CREATE TRIGGER member_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON wf.member
    FOR EACH STATEMENT EXECUTE FUNCTION wf.member_changed();
