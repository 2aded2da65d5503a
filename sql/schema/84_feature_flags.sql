CREATE VIEW wf_feature_flags_view WITH (security_invoker = true) AS
SELECT
    f.organization_id,
    f.definition_code,
    f.is_global AS global,
    f.enabled,
    f.reason,
    f.set_by,
    f.set_at
FROM wf.feature_flag AS f
WHERE f.is_current;
COMMENT ON VIEW wf_feature_flags_view IS
    'Feature flags in force. An emergency stop (ALL, disabled) goes before the flag of an organization, that before a global one; without any, a definition is on.';

CREATE VIEW wf_feature_flag_changes_view WITH (security_invoker = true) AS
SELECT
    f.organization_id,
    f.definition_code,
    f.is_global AS global,
    f.enabled,
    f.reason,
    f.set_by,
    f.database_role,
    f.set_at,
    f.is_current
FROM wf.feature_flag AS f;
COMMENT ON VIEW wf_feature_flag_changes_view IS 'Every feature flag that was ever set: who, when and why.';

ALTER FUNCTION wf_set_feature_flag ROWS 1;
COMMENT ON FUNCTION wf_set_feature_flag IS
'Lets new instances of a definition code begin, or stops them: in this organization, or in every one where global. The code ALL, disabled, is an emergency stop for all codes of this organization, or of every one where global; ALL, enabled, lifts it. Only starts are stopped (WORKFLOW_DISABLED): by clients, schedules and parents; what runs goes on, and a start whose instance_key exists answers as before. In force from the commit on. Who decides: emergency stop, then organization, then global; without any flag a code is on. Answers the flag as it was set; what was in force before stays in wf_feature_flag_changes_view. Errors: INVALID_ARGUMENT, ORGANIZATION_REQUIRED.';
ALTER FUNCTION wf_check_feature_flag ROWS 1;
COMMENT ON FUNCTION wf_check_feature_flag IS
'May new instances of a definition code begin, and who decided that? scope: emergency_stop (ALL, global), organization_stop (ALL, this organization), organization, global, or default where no flag is set.';
