-- Members and the audit, to read, and what row security asks of each row.

CREATE VIEW wf_members_view WITH (security_invoker = true) AS
SELECT
    m.organization_id,
    pg_catalog.pg_get_userbyid(m.role) AS role,
    m.capability,
    m.granted_by,
    m.granted_at
FROM wf.member AS m;
COMMENT ON VIEW wf_members_view IS 'Which database role may do what; organization_id is NULL where the role may do it in all.';
COMMENT ON COLUMN wf_members_view.role IS 'The name as wf_grant and wf_revoke take it.';

CREATE VIEW wf_audit_view WITH (security_invoker = true) AS
SELECT
    a.organization_id,
    a.id AS audit_id,
    a.created_at,
    a.action,
    a.object,
    a.actor_user_id,
    a.database_role,
    a.reason,
    a.before,
    a.after
FROM wf.audit AS a;
COMMENT ON VIEW wf_audit_view IS 'What administrators changed besides instances: who, when, why, before and after. Changes of instances are in wf_steps_view.';
COMMENT ON COLUMN wf_audit_view.organization_id IS 'NULL where the change concerns all organizations.';

-- Row security asks it for every row.
CREATE FUNCTION wf.sees(organization_id uuid, visible uuid[]) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT wf.sees_support
AS 'MODULE_PATHNAME', 'wf_sees';
