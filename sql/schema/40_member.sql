-- Who may do what, and what administrators did.

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
COMMENT ON COLUMN wf.member.granted_by IS 'The database role that called wf_grant.';

-- Whoever writes here, a restore included: every backend reads its rights again.
CREATE TRIGGER member_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON wf.member
    FOR EACH STATEMENT EXECUTE FUNCTION wf.member_changed();

CREATE TABLE wf.audit (
    id              uuid        NOT NULL,
    organization_id uuid,
    created_at      timestamptz NOT NULL,
    action          text        NOT NULL,
    object          text        NOT NULL,
    actor_user_id   text,
    database_role   text        NOT NULL,
    reason          text,
    before          jsonb,
    after           jsonb,
    CONSTRAINT idx_wf_audit PRIMARY KEY (id)
);
CREATE INDEX idx_wf_audit_org ON wf.audit (organization_id, created_at);
COMMENT ON TABLE wf.audit IS 'What administrators changed besides instances, whose changes are steps: never changed, only added to.';
COMMENT ON COLUMN wf.audit.organization_id IS 'NULL where the change concerns all organizations.';
COMMENT ON COLUMN wf.audit.object IS 'What was changed: the code, the name or the role.';
COMMENT ON COLUMN wf.audit.actor_user_id IS 'A claim of the application; database_role is the proof.';
COMMENT ON COLUMN wf.audit.before IS 'As it was; NULL where there was nothing.';
COMMENT ON COLUMN wf.audit.after IS 'As it is since; NULL where nothing is left.';

-- The native grants of a member: the same for each, because EXECUTE knows no organization. The functions ask for the
-- capability, row security for the organization. Runs as the extension's owner.
CREATE FUNCTION wf.grant_natively(member regrole, give boolean) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    action text := CASE WHEN give THEN 'GRANT %s ON %s %s TO %s' ELSE 'REVOKE %s ON %s %s FROM %s' END;
    target record;
BEGIN
    EXECUTE format(action, 'USAGE', 'SCHEMA', 'wf', member);
    IF '@extschema@' <> 'public' AND has_schema_privilege('@extschema@', 'USAGE WITH GRANT OPTION') THEN
        EXECUTE format(action, 'USAGE', 'SCHEMA', quote_ident('@extschema@'), member);
    END IF;
    FOR target IN
        SELECT
            CASE d.classid WHEN 'pg_class'::regclass THEN 'SELECT' ELSE 'EXECUTE' END AS privilege,
            CASE d.classid WHEN 'pg_class'::regclass THEN 'TABLE' ELSE 'ROUTINE' END  AS kind,
            CASE d.classid WHEN 'pg_class'::regclass THEN d.objid::regclass::text
                ELSE d.objid::regprocedure::text END                                  AS name
        FROM pg_depend AS d
        JOIN pg_extension AS e ON e.oid = d.refobjid
        LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
        LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass
          AND d.deptype = 'e'
          AND e.extname = 'pg_workflow'
          -- Tables under a member's policy, and views that ask for the rights of their reader.
          AND (c.relkind = 'r' AND c.relname <> 'secret'
                   AND EXISTS (SELECT FROM pg_policy AS y WHERE y.polrelid = c.oid AND y.polname = 'member')
               OR c.relkind = 'v' AND c.reloptions @> '{security_invoker=true}'
               OR p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype) AND p.oid <> 'wf.grant_natively(regrole, boolean)'::regprocedure)
    LOOP
        EXECUTE format(action, target.privilege, target.kind, target.name, member);
    END LOOP;
END
$function$;
COMMENT ON FUNCTION wf.grant_natively IS
    'Gives a role what every member has natively, or takes it. For wf_grant, wf_revoke and upgrade scripts: SELECT wf.grant_natively(m.role, true) FROM wf.member AS m.';
